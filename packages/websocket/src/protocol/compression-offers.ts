// What a client offers in Sec-WebSocket-Extensions: the offers of permessage-deflate that can be accepted. Pure; asked by
// endpoints that compress, before a handshake is answered.

import { HttpError } from '@ichor/http';

interface Offer {
  readonly name: string;
  /** By name; true without a value. Undefined where a parameter stands twice. */
  readonly parameters: ReadonlyMap<string, string | true> | undefined;
}

// A token, a quoted string, a delimiter or the end, behind white space (RFC 6455 section 9.1).
const piece = /[ \t]*(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)|"((?:[^"\\]|\\.)*)"|([,;=])|$)/y;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const windowBits = /^(?:[89]|1[0-5])$/;

/**
 * The offers of permessage-deflate that are valid, as a header of their own; empty when there are none. The others are declined
 * by leaving them out, as are other extensions (RFC 7692 section 5.1). O(length).
 *
 * @throws HttpError 400 when the header does not follow the grammar (RFC 6455 section 9.1).
 */
export function compressionOffers(header: string): string {
  return parseExtensions(header)
    .filter(isAcceptable)
    .map(({ name, parameters }) =>
      [name, ...[...parameters!].map(([key, value]) => (value === true ? key : `${key}=${value}`))].join('; '),
    )
    .join(', ');
}

// RFC 7692 section 7.1.
function isAcceptable({ name, parameters }: Offer): boolean {
  if (name !== 'permessage-deflate' || parameters === undefined) return false;
  for (const [key, value] of parameters) {
    if (key === 'server_no_context_takeover' || key === 'client_no_context_takeover') {
      if (value !== true) return false;
    } else if (key === 'server_max_window_bits') {
      if (value === true || !windowBits.test(value)) return false;
    } else if (key === 'client_max_window_bits') {
      if (value !== true && !windowBits.test(value)) return false;
    } else return false;
  }
  return true;
}

function parseExtensions(header: string): Offer[] {
  const offers: Offer[] = [];
  const read = reader(header);
  for (let next = read(); next.kind !== 'end';) {
    // A list may have empty elements (RFC 9110 section 5.6.1).
    if (next.kind === ',') {
      next = read();
      continue;
    }
    if (next.kind !== 'token') throw malformed(header);
    const name = next.text;
    let parameters: Map<string, string | true> | undefined = new Map();
    next = read();
    while (next.kind === ';') {
      const key = read();
      if (key.kind !== 'token') throw malformed(header);
      let value: string | true = true;
      next = read();
      if (next.kind === '=') {
        const given = read();
        if (given.kind !== 'token' && given.kind !== 'quoted') throw malformed(header);
        value = given.text;
        next = read();
      }
      if (parameters?.has(key.text) === true) parameters = undefined;
      parameters?.set(key.text, value);
    }
    offers.push({ name, parameters });
    if (next.kind !== ',' && next.kind !== 'end') throw malformed(header);
  }
  return offers;
}

interface Piece {
  readonly kind: 'token' | 'quoted' | ',' | ';' | '=' | 'end';
  readonly text: string;
}

function reader(header: string): () => Piece {
  let at = 0;
  return () => {
    piece.lastIndex = at;
    const match = piece.exec(header);
    if (match === null) throw malformed(header);
    at = piece.lastIndex;
    const [, name, quoted, delimiter] = match;
    if (name !== undefined) return { kind: 'token', text: name };
    if (delimiter !== undefined) return { kind: delimiter as ',' | ';' | '=', text: delimiter };
    if (quoted === undefined) return { kind: 'end', text: '' };
    // What is quoted must be a token too, once the backslashes are gone.
    const text = quoted.replaceAll(/\\(.)/g, '$1');
    if (!token.test(text)) throw malformed(header);
    return { kind: 'quoted', text };
  };
}

function malformed(header: string): HttpError {
  return new HttpError(400, `Sec-WebSocket-Extensions is malformed: ${JSON.stringify(header.slice(0, 100))}.`);
}
