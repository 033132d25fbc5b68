// How a host encrypts its connections: the options and the check of their shape. What certificates and keys hold is checked
// where they are used, in engines/tls.

import { invalidOption } from './option-error.ts';

/** PEM text or its bytes; not the path of a file. */
export type Pem = string | Uint8Array;

/** What a host proves its name with. */
export interface TlsIdentity {
  /** The certificate, followed by the intermediate ones up to the root. */
  readonly cert: Pem;
  /** The private key of the first certificate. */
  readonly key: Pem;
  /** Decrypts `key`, when that is encrypted. */
  readonly passphrase?: string;
}

/**
 * TLS of a host: its certificate, those for other names, and what it asks of clients.
 *
 * @example
 * ```ts no-run
 * import { readFileSync } from 'node:fs';
 * import { DependencyManager } from '@ichor/core';
 * import { HttpHostService } from '@ichor/http';
 *
 * const manager = new DependencyManager();
 * manager.register(HttpHostService, {
 *   options: {
 *     address: '0.0.0.0',
 *     port: 443,
 *     tls: { cert: readFileSync('fullchain.pem'), key: readFileSync('privkey.pem') },
 *   },
 * });
 * await manager.run();
 * ```
 */
export interface HostTlsOptions extends TlsIdentity {
  /** Authorities that the certificates of clients must come from. Required to verify them: see `requestCert`. */
  readonly ca?: Pem | readonly Pem[];
  /** Whether clients are asked for a certificate (mutual TLS); see `request.peer.tls`. Default false. */
  readonly requestCert?: boolean;
  /** With `requestCert`: whether clients without a certificate of `ca` are refused in the handshake. Default true. */
  readonly rejectUnauthorized?: boolean;
  /**
   * Certificates for other names that clients ask for (SNI): `api.example.org`, or `*.example.org` for one label in place of
   * the star. An exact name wins. Default: none.
   */
  readonly names?: Readonly<Record<string, TlsIdentity>>;
  /** What clients get that ask for a name in neither `cert` nor `names`: the certificate `cert`, or no connection. Default: `'default'`. */
  readonly unknownNames?: 'default' | 'refuse';
  /** Oldest version accepted. Default `'TLSv1.2'`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Cipher suites, in the notation of OpenSSL. Default: those of Node. */
  readonly ciphers?: string;
}

const identityKeys = ['cert', 'key', 'passphrase'];
const known: ReadonlySet<string> = new Set([
  ...identityKeys,
  'ca',
  'requestCert',
  'rejectUnauthorized',
  'names',
  'unknownNames',
  'minVersion',
  'ciphers',
]);
const hostName = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i;

/** @throws ICHOR_HTTP_OPTION_INVALID, naming the option and what is allowed; secrets are not repeated. */
export function checkTlsOptions(given: HostTlsOptions): HostTlsOptions {
  if (typeof given !== 'object' || given === null) throw invalidOption('tls', given, 'an object with cert and key');
  for (const name of Object.keys(given)) {
    if (!known.has(name)) throw invalidOption(`tls.${name}`, typeof given, `one of ${[...known].join(', ')}`);
  }
  checkIdentity('tls', given);
  const { ca, requestCert, rejectUnauthorized, names, unknownNames, minVersion, ciphers } = given;
  const authorities = ca === undefined ? [] : Array.isArray(ca) ? (ca as readonly unknown[]) : [ca];
  for (const one of authorities) checkPem('tls.ca', one);
  checkFlag('tls.requestCert', requestCert);
  checkFlag('tls.rejectUnauthorized', rejectUnauthorized);
  if (requestCert === true && rejectUnauthorized !== false && authorities.length === 0) {
    // Node would take the authorities of the system then: everybody who owns any public certificate.
    throw invalidOption('tls.ca', ca, 'with requestCert, the authorities that issue the certificates of your clients');
  }
  if (rejectUnauthorized !== undefined && requestCert !== true) {
    throw invalidOption('tls.rejectUnauthorized', rejectUnauthorized, 'only together with requestCert: true');
  }
  if (names !== undefined) {
    if (typeof names !== 'object' || names === null)
      throw invalidOption('tls.names', names, 'an object of certificates by name');
    for (const [name, identity] of Object.entries(names)) {
      if (!hostName.test(name))
        throw invalidOption('tls.names', name, 'names such as api.example.org or *.example.org');
      checkIdentity(`tls.names["${name}"]`, identity);
      for (const key of Object.keys(identity)) {
        if (!identityKeys.includes(key)) {
          throw invalidOption(`tls.names["${name}"].${key}`, 'it', `one of ${identityKeys.join(', ')}`);
        }
      }
    }
  }
  if (unknownNames !== undefined && unknownNames !== 'default' && unknownNames !== 'refuse') {
    throw invalidOption('tls.unknownNames', unknownNames, "'default' or 'refuse'");
  }
  if (minVersion !== undefined && minVersion !== 'TLSv1.2' && minVersion !== 'TLSv1.3') {
    throw invalidOption('tls.minVersion', minVersion, "'TLSv1.2' or 'TLSv1.3'");
  }
  if (ciphers !== undefined && (typeof ciphers !== 'string' || ciphers === '')) {
    throw invalidOption('tls.ciphers', ciphers, 'a list in the notation of OpenSSL');
  }
  return given;
}

function checkIdentity(where: string, identity: TlsIdentity): void {
  if (typeof identity !== 'object' || identity === null)
    throw invalidOption(where, identity, 'an object with cert and key');
  checkPem(`${where}.cert`, identity.cert);
  checkPem(`${where}.key`, identity.key);
  const { passphrase } = identity;
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    throw invalidOption(`${where}.passphrase`, typeof passphrase, 'text');
  }
}

function checkPem(name: string, value: unknown): void {
  if (typeof value === 'string' || value instanceof Uint8Array) return;
  throw invalidOption(name, value === undefined ? value : typeof value, 'PEM text or bytes');
}

function checkFlag(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw invalidOption(name, value, 'true or false');
}
