// Chooses a codec for a peer by media types (RFC 9110, sections 8.3 and 12.5.1).

/** What this needs of a codec. */
interface HasContentType {
  readonly contentType: string;
}

/** Names under which peers know a media type of ours. */
const aliases = new Map([
  ['application/x-msgpack', 'application/msgpack'],
  ['application/vnd.msgpack', 'application/msgpack'],
  ['text/json', 'application/json'],
]);

/**
 * The codec for bytes of a `Content-Type`; parameters such as `charset` are ignored. Without a type, the first codec.
 *
 * @returns undefined when none of them reads that type: answer 415.
 */
export function codecForContentType<C extends HasContentType>(
  codecs: readonly C[],
  contentType?: string,
): C | undefined {
  if (contentType === undefined) return codecs[0];
  const type = mediaType(contentType);
  return codecs.find((codec) => codec.contentType === type);
}

/**
 * The codec that an `Accept` header prefers; equal preference is decided by the order of the codecs. Without a header, the
 * first codec.
 *
 * @returns undefined when the peer accepts none of them: answer 406, or send the first one nevertheless.
 * @example
 * ```ts
 * import { codecForAccept, defineMessage, t } from '@ichor/serialization';
 *
 * const Ping = defineMessage('Ping', { sequence: t.uint() });
 * console.log(codecForAccept(Ping.codecs, 'application/msgpack, application/json;q=0.5')?.contentType); // application/msgpack
 * ```
 */
export function codecForAccept<C extends HasContentType>(codecs: readonly C[], accept?: string): C | undefined {
  if (accept === undefined || accept.trim() === '') return codecs[0];
  const ranges = accept.split(',').map(parseRange);
  let best: C | undefined;
  let bestQuality = 0;
  for (const codec of codecs) {
    const quality = qualityOf(codec.contentType, ranges);
    if (quality > bestQuality) {
      best = codec;
      bestQuality = quality;
    }
  }
  return best;
}

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

function parseRange(text: string): MediaRange {
  const weight = /;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)/i.exec(text)?.[1];
  return { type: mediaType(text), quality: weight === undefined ? 1 : Number(weight) };
}

/** The quality by the most specific range that covers the type. */
function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  const main = `${type.slice(0, type.indexOf('/'))}/*`;
  for (const wanted of [type, main, '*/*']) {
    const matching = ranges.filter((range) => range.type === wanted);
    if (matching.length > 0) return Math.max(...matching.map((range) => range.quality));
  }
  return 0;
}

function mediaType(text: string): string {
  const [type = ''] = text.split(';');
  const name = type.trim().toLowerCase();
  return aliases.get(name) ?? name;
}
