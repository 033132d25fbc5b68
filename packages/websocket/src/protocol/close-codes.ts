// Which close codes and reasons an end point may send (RFC 6455 section 7.4 and the IANA registry). Pure.

import { webSocketError } from '../errors/catalogue.ts';

/** Longest reason of a close frame in bytes of UTF-8: a control frame has 125, two of them are the code (RFC 6455 section 5.5). */
export const maxReasonBytes = 123;

const encoder = new TextEncoder();

/**
 * Whether a close frame may carry `code`: 1000–1003, 1007–1014 and 3000–4999. 1004, 1005, 1006 and 1015 are reserved and never
 * on the wire; 1016–2999 are for future versions of the protocol.
 *
 * @example
 * ```ts
 * import { isSendableCloseCode } from '@ichor/websocket';
 *
 * console.log([1000, 1005, 1006, 2000, 4000].filter(isSendableCloseCode)); // [ 1000, 4000 ]
 * ```
 */
export function isSendableCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/** @throws ICHOR_WEBSOCKET_CLOSE_INVALID */
export function checkClose(code: number, reason: string): void {
  if (!isSendableCloseCode(code))
    throw webSocketError(
      'ICHOR_WEBSOCKET_CLOSE_INVALID',
      `The close code ${String(code)} must not be sent. Allowed: 1000-1003, 1007-1014, 3000-4999; use 4000-4999 for codes of your own.`,
      { details: { code } },
    );
  if (typeof reason !== 'string' || encoder.encode(reason).length > maxReasonBytes)
    throw webSocketError(
      'ICHOR_WEBSOCKET_CLOSE_INVALID',
      `The reason of a close must be text of at most ${maxReasonBytes} bytes of UTF-8; received ${
        typeof reason === 'string' ? `${encoder.encode(reason).length} bytes` : typeof reason
      }. Send what is longer as a message.`,
      { details: { code } },
    );
}

/** `reason` cut to what a close frame can carry, between characters. */
export function fittingReason(reason: string): string {
  if (reason.length * 3 <= maxReasonBytes) return reason;
  const room = new Uint8Array(maxReasonBytes);
  return reason.slice(0, encoder.encodeInto(reason, room).read);
}
