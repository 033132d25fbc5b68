// What a request must have to become a WebSocket (RFC 6455 section 4.2.1), and which sub-protocol it gets. Pure.

import { HttpError, type HttpHeaders } from '@ichor/http';

// 16 bytes in base64: 22 characters and two of padding.
const keyPattern = /^[+/0-9A-Za-z]{22}==$/;

/** @throws HttpError 426 for a version other than 13, 400 for a missing or malformed key. */
export function handshakeKey(headers: HttpHeaders): string {
  const version = headers.get('sec-websocket-version');
  if (version !== '13')
    throw new HttpError(426, `This host speaks version 13 of WebSocket, not ${version ?? 'an unnamed one'}.`, {
      headers: { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
    });
  const key = headers.get('sec-websocket-key');
  if (key === undefined || !keyPattern.test(key))
    throw new HttpError(400, 'Sec-WebSocket-Key must be 16 bytes in base64.');
  return key;
}

/** The sub-protocols that a client offers, in its order of preference. */
export function offeredProtocols(headers: HttpHeaders): readonly string[] {
  return headers
    .getAll('sec-websocket-protocol')
    .flatMap((line) => line.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/**
 * The first one offered that is known; empty when none is needed.
 * @throws HttpError 400 when only others are offered, or none although one is required.
 */
export function chooseProtocol(offered: readonly string[], known: readonly string[], isRequired: boolean): string {
  const chosen = offered.find((name) => known.includes(name));
  if (chosen !== undefined) return chosen;
  if (known.length === 0 || (offered.length === 0 && !isRequired)) return '';
  throw new HttpError(400, `Offer one of the sub-protocols ${known.join(', ')}.`);
}
