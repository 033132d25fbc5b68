// Which codec of a message answers a request: what Accept asks for, else what the client sent, else the first one.

import type { MessageCodec, MessageType } from '@ichor/core';
import { mediaTypeOf } from './body-decoder.ts';

/** Chooses by Accept (RFC 9110 section 12.5.1); undefined when nothing acceptable is there. */
export function negotiate(
  type: MessageType<unknown>,
  accept: string | undefined,
  contentType: string | undefined,
): MessageCodec<unknown> | undefined {
  const first = type.codecs[0];
  const preferred =
    contentType === undefined || contentType === first.contentType ? first : (sentWith(type, contentType) ?? first);
  if (accept === undefined || accept === '*/*' || accept === preferred.contentType) return preferred;
  let best: MessageCodec<unknown> | undefined;
  let bestQuality = 0;
  for (const codec of [preferred, ...type.codecs]) {
    const quality = qualityOf(accept, codec.contentType);
    if (quality > bestQuality) {
      best = codec;
      bestQuality = quality;
    }
  }
  return best;
}

function sentWith(type: MessageType<unknown>, contentType: string): MessageCodec<unknown> | undefined {
  const sent = mediaTypeOf(contentType);
  return type.codecs.find((codec) => codec.contentType === sent);
}

/** The codec for `application/json`, or undefined. */
export function jsonCodec(type: MessageType<unknown>): MessageCodec<unknown> | undefined {
  const first = type.codecs[0];
  return first.contentType === 'application/json'
    ? first
    : type.codecs.find((codec) => codec.contentType === 'application/json');
}

// The quality of the most specific range that matches: type/subtype before type/* before */*.
function qualityOf(accept: string, contentType: string): number {
  let quality = 0;
  let specificity = 0;
  const general = `${contentType.slice(0, contentType.indexOf('/'))}/*`;
  for (const range of accept.split(',')) {
    const name = mediaTypeOf(range);
    const rank = name === contentType ? 3 : name === general ? 2 : name === '*/*' ? 1 : 0;
    if (rank <= specificity) continue;
    specificity = rank;
    const weight = /;\s*q=([0-9.]+)/i.exec(range);
    quality = weight === null ? 1 : Number(weight[1]);
  }
  return quality;
}
