// Which failures may be gone at the next attempt.

import { IchorError } from '@ichor/core';

/** Codes of a TLS handshake that was refused by one side: asking again changes nothing. */
const refusedHandshake = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_|UNABLE_TO|HOSTNAME|INVALID_|EPROTO)/;

export function isRefusedHandshake(code: string | undefined): boolean {
  return code !== undefined && refusedHandshake.test(code);
}

/** No connection, a lost one, or a time-out. */
export function isTransient(error: unknown): boolean {
  return (
    (IchorError.is(error, 'ICHOR_HTTP_CONNECT_FAILED') &&
      !isRefusedHandshake((error.cause as { readonly code?: string } | undefined)?.code)) ||
    IchorError.is(error, 'ICHOR_HTTP_CONNECTION_LOST') ||
    IchorError.is(error, 'ICHOR_HTTP_REQUEST_TIMEOUT')
  );
}
