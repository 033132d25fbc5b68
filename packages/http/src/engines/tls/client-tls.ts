// The TLS options of clients, checked before anything is asked with them.

import { checkKeys, checkObject, invalid } from '../../client/option-check.ts';
import type { ClientTlsOptions } from '../../contract/http-client.ts';
import { checkAuthorities, checkedCertificate } from './pem-check.ts';

const keys: ReadonlySet<string> = new Set(['ca', 'cert', 'key', 'passphrase', 'serverName', 'verify', 'minVersion']);

/** @throws ICHOR_HTTP_CLIENT_OPTION_INVALID, ICHOR_HTTP_TLS_INVALID */
export function checkClientTls(given: ClientTlsOptions): void {
  checkObject('tls', given);
  checkKeys('tls.', given, keys);
  const { ca, cert, key, passphrase, serverName, verify, minVersion } = given;
  if (minVersion !== undefined && minVersion !== 'TLSv1.2' && minVersion !== 'TLSv1.3')
    throw invalid('tls.minVersion', minVersion, "'TLSv1.2' or 'TLSv1.3'");
  if (verify !== undefined && typeof verify !== 'boolean') throw invalid('tls.verify', verify, 'true or false');
  for (const [option, value] of Object.entries({ passphrase, serverName }))
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw invalid(`tls.${option}`, typeof value, 'text that is not empty');
  for (const [option, value] of Object.entries({ cert, key }))
    if (value !== undefined && !isPem(value)) throw invalid(`tls.${option}`, typeof value, 'PEM text or bytes');
  if (ca !== undefined && !(Array.isArray(ca) ? ca.length > 0 && ca.every(isPem) : isPem(ca)))
    throw invalid('tls.ca', typeof ca, 'PEM text or bytes, or a list of them');
  if ((cert === undefined) !== (key === undefined))
    throw invalid('tls', cert === undefined ? 'only key' : 'only cert', 'cert and key together, or neither');
  checkAuthorities(ca);
  if (cert !== undefined && key !== undefined)
    checkedCertificate('tls', { cert, key, ...(passphrase === undefined ? {} : { passphrase }) });
}

function isPem(given: unknown): boolean {
  return typeof given === 'string' || given instanceof Uint8Array;
}
