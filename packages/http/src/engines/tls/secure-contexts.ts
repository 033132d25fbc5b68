// Certificates and keys as OpenSSL takes them, one context per name; says which option is wrong before anything is used.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import type { HostTlsOptions, Pem, TlsIdentity } from '../../contract/tls-options.ts';
import { httpError } from '../../errors/catalogue.ts';

/** The contexts of a host. */
export interface SecureContexts {
  /** What a TLS server uses for clients that ask for no name. */
  readonly serverOptions: tls.SecureContextOptions;
  /** Names covered by certificates that are out of date now, with the time; they are used all the same. */
  readonly outdated: readonly string[];
  /** The context for the name that a client asks for; undefined when it is to be refused. */
  find(serverName: string): tls.SecureContext | undefined;
}

/** @throws ICHOR_HTTP_TLS_INVALID, naming the option */
export function secureContexts(options: HostTlsOptions, now: number): SecureContexts {
  const outdated: string[] = [];
  for (const [index, authority] of [options.ca ?? []].flat().entries()) {
    certificateOf(Array.isArray(options.ca) ? `tls.ca[${index}]` : 'tls.ca', authority);
  }
  const contextOf = (where: string, identity: TlsIdentity, certificate: X509Certificate): tls.SecureContext => {
    if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) {
      outdated.push(`${where}.cert is valid from ${certificate.validFrom} to ${certificate.validTo}`);
    }
    return created(where, identity, options);
  };
  const own = checkedCertificate('tls', options);
  const fallback = contextOf('tls', options, own);
  const names = new Map<string, tls.SecureContext>();
  for (const [name, identity] of Object.entries(options.names ?? {})) {
    const where = `tls.names["${name}"]`;
    names.set(name.toLowerCase(), contextOf(where, identity, checkedCertificate(where, identity)));
  }
  return {
    serverOptions: contextOptions(options, options),
    outdated,
    find(serverName) {
      const name = serverName.toLowerCase();
      const context = names.get(name) ?? names.get(`*${name.slice(name.indexOf('.'))}`);
      if (context !== undefined) return context;
      return options.unknownNames !== 'refuse' || own.checkHost(name) !== undefined ? fallback : undefined;
    },
  };
}

function contextOptions(identity: TlsIdentity, options: HostTlsOptions): tls.SecureContextOptions {
  const { cert, key, passphrase } = identity;
  const { ca, ciphers, minVersion = 'TLSv1.2' } = options;
  return {
    cert: cert as string,
    key: key as string,
    minVersion,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ca === undefined ? {} : { ca: ca as string[] }),
    ...(ciphers === undefined ? {} : { ciphers }),
  };
}

function created(where: string, identity: TlsIdentity, options: HostTlsOptions): tls.SecureContext {
  try {
    return tls.createSecureContext(contextOptions(identity, options));
  } catch (error) {
    const { message } = error as Error;
    const option = options.ciphers !== undefined && /cipher/i.test(message) ? 'tls.ciphers' : where;
    throw unusable(option, `OpenSSL refuses it: ${message}`, 'Check the certificate chain.', error);
  }
}

function checkedCertificate(where: string, identity: TlsIdentity): X509Certificate {
  const certificate = certificateOf(`${where}.cert`, identity.cert);
  const { key, passphrase } = identity;
  const isEncrypted = textOf(key).includes('ENCRYPTED');
  if (isEncrypted && passphrase === undefined) {
    throw unusable(
      `${where}.passphrase`,
      'the key is encrypted, and no pass phrase was given',
      'Give the pass phrase.',
    );
  }
  let privateKey;
  try {
    privateKey = createPrivateKey({
      key: key as string,
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (error) {
    throw isEncrypted
      ? unusable(`${where}.passphrase`, 'it does not decrypt the key', 'Give the pass phrase of this key.', error)
      : unusable(`${where}.key`, `it holds no private key (${received(key)})`, nextStep(key, 'private key'), error);
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw unusable(
      `${where}.key`,
      `it does not belong to the certificate of ${certificate.subject.replaceAll('\n', ', ')}`,
      'Give the key that the certificate was requested with; in a chain the certificate of the host comes first.',
    );
  }
  return certificate;
}

function nextStep(pem: Pem, kind: string): string {
  return textOf(pem).includes('-----BEGIN')
    ? `Check that it is the PEM text of a ${kind}, and whole.`
    : `Give the contents of the PEM file of the ${kind}, not its path.`;
}

function certificateOf(option: string, pem: Pem): X509Certificate {
  try {
    if (!textOf(pem).includes('-----BEGIN')) throw new TypeError('There is no -----BEGIN line.');
    return new X509Certificate(pem);
  } catch (error) {
    throw unusable(option, `it holds no certificate (${received(pem)})`, nextStep(pem, 'certificate'), error);
  }
}

function textOf(pem: Pem): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
}

// Keys are secret, so only their length is told, and which kind of PEM they are.
function received(pem: Pem): string {
  const label = /-----BEGIN [A-Z0-9 ]+-----/.exec(textOf(pem))?.[0];
  return `received ${pem.length} bytes ${label === undefined ? 'without a -----BEGIN line' : `that begin with ${label}`}`;
}

function unusable(option: string, what: string, next: string, cause?: unknown): Error {
  return httpError('ICHOR_HTTP_TLS_INVALID', `The HTTP option ${option} cannot be used: ${what}. ${next}`, {
    cause,
    details: { option },
  });
}
