// Certificates and keys as OpenSSL takes them, one context per name; says which option is wrong before anything is used.

import type { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import type { HostTlsOptions, TlsIdentity } from '../../contract/tls-options.ts';
import { checkAuthorities, checkedCertificate, unusable } from './pem-check.ts';

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
  checkAuthorities(options.ca);
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
    const next =
      option === where ? 'Check the certificate chain.' : 'Give names of ciphers in the notation of OpenSSL.';
    throw unusable(option, `OpenSSL refuses it: ${message}`, next, error);
  }
}
