// The value of a Host field and the authority of an absolute target: uri-host [":" port] (RFC 9110 section 7.2, RFC 3986 section 3.2).

import { characterClasses, HEX, HOST_NAME } from './characters.ts';

/** Whether `bytes[start..end)` is a host with an optional port. Empty is valid, as RFC 9112 section 3.2 has it. */
export function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  let index = start;
  if (index < end && bytes[index] === 0x5b) {
    index = endOfIpLiteral(bytes, index + 1, end);
    if (index === -1) return false;
  } else {
    for (; index < end; index++) {
      const byte = bytes[index]!;
      if ((characterClasses[byte]! & HOST_NAME) !== 0) continue;
      if (byte !== 0x25) break;
      if (index + 2 >= end) return false;
      if ((characterClasses[bytes[index + 1]!]! & characterClasses[bytes[index + 2]!]! & HEX) === 0) return false;
      index += 2;
    }
    if (index === start && index < end) return false;
  }
  return index === end || isPort(bytes, index, end);
}

function isPort(bytes: Uint8Array, colon: number, end: number): boolean {
  if (bytes[colon] !== 0x3a) return false;
  let port = 0;
  for (let index = colon + 1; index < end; index++) {
    const digit = bytes[index]! - 0x30;
    if (digit < 0 || digit > 9) return false;
    port = port * 10 + digit;
    if (port > 65_535) return false;
  }
  return true;
}

// Behind the closing bracket, or -1. Digits, colons and dots are checked; that they form an address is the resolver's business.
function endOfIpLiteral(bytes: Uint8Array, start: number, end: number): number {
  let colons = 0;
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!;
    if (byte === 0x5d) return colons >= 2 ? index + 1 : -1;
    if (byte === 0x3a) colons++;
    else if (byte !== 0x2e && (characterClasses[byte]! & HEX) === 0) return -1;
  }
  return -1;
}
