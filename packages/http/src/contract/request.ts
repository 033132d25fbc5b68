// What a handler sees of a request, and how the type of its body and parameters follows from the route.

import type { MessageType, StandardSchema } from '@ichor/core';
import type { RouteMatcher } from '../routing/matcher.ts';
import type { QueryValues } from '../routing/query.ts';
import type { HttpHeaders } from './headers.ts';
import type { HttpMethod } from './http-method.ts';

/** The certificate that a client has shown. */
export interface PeerCertificate {
  /** Parts of the name, such as `CN` and `O`; those that occur several times as lists. */
  readonly subject: Readonly<Record<string, string | readonly string[]>>;
  /** The name of who issued it. */
  readonly issuer: Readonly<Record<string, string | readonly string[]>>;
  /** Further names, as OpenSSL prints them: `DNS:a.example, IP Address:127.0.0.1`. */
  readonly subjectAltName: string | undefined;
  readonly validFrom: string;
  readonly validTo: string;
  readonly serialNumber: string;
  /** SHA-256 of the certificate, as hexadecimal bytes between colons. */
  readonly fingerprint256: string;
  /** The certificate itself, as DER. */
  readonly raw: Uint8Array;
}

/** What the TLS handshake of a connection has settled. */
export interface PeerTls {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** Name of the cipher suite, as the standard has it. */
  readonly cipher: string;
  /** The name that the client asked for (SNI). */
  readonly serverName: string | undefined;
  /** Whether the client has shown a certificate of an authority in `ca`. Only with `requestCert`. */
  readonly authorized: boolean;
  /** Why not: a code of OpenSSL such as `CERT_HAS_EXPIRED`. Only seen with `rejectUnauthorized: false`. */
  readonly authorizationError: string | undefined;
  /** The certificate of the client, verified or not: see `authorized`. */
  readonly certificate: PeerCertificate | undefined;
}

/** The other end of a connection. */
export interface PeerAddress {
  /** IP address; empty for a Unix socket and for `inject()`. */
  readonly address: string;
  /** 0 for a Unix socket and for `inject()`. */
  readonly port: number;
  /** Whether the connection is encrypted. */
  readonly encrypted: boolean;
  /** What its TLS handshake has settled; undefined when it is not encrypted. */
  readonly tls?: PeerTls | undefined;
}

/** A request, as its handler sees it. Stays readable after the answer; holds on to nothing of the connection. */
export interface HttpRequest<
  Body = Uint8Array,
  Params = Readonly<Record<string, string>>,
  Query = QueryValues,
  Locals extends object = object,
> {
  /** Unique in this process; what logs and problem documents name the request by. */
  readonly id: string;
  readonly method: HttpMethod;
  /** As sent, with query. */
  readonly target: string;
  /** The path of the target, percent-encoded, without query. */
  readonly path: string;
  /** The path pattern or matcher of the route that answers, as text, for metrics and logs; undefined when there is no route. */
  readonly routePath: string | undefined;
  /** Parsed on first use; what the `query` schema of the route made of it, when there is one. */
  readonly query: Query;
  /** Parameters and wildcard of the path pattern, or named groups of the regular expression, percent-decoded. */
  readonly params: Params;
  /** What a regular expression or custom matcher captured; empty for path patterns. */
  readonly captures: readonly string[];
  /** Parsed on first use. */
  readonly headers: HttpHeaders;
  /** Trailer fields of a chunked body; empty until the body has been read. */
  readonly trailers: HttpHeaders;
  /** As the `body` option of the route says; bytes when it says nothing. */
  readonly body: Body;
  /** The host asked for: that of an absolute target, else the Host header. */
  readonly host: string | undefined;
  readonly httpVersion: '1.0' | '1.1';
  readonly peer: PeerAddress;
  /** Aborts when the client goes away, the handler runs out of time, or the host is forced to stop. Made on first read. */
  readonly signal: AbortSignal;
  /** What middleware has put there for this request. Typed by the middleware that the route lists. */
  readonly locals: Locals;
}

/** A body that is read while it arrives. Can be iterated once; reading slowly slows the client down. */
export interface BodyStream extends AsyncIterable<Uint8Array> {
  /** What has arrived in all, up to `maxBytes` (default: the body limit of the route). Rejects when the body fails. */
  bytes(maxBytes?: number): Promise<Uint8Array>;
}

/**
 * How a route wants the body: as a message (content type checked, decoded, validated), as JSON checked by any Standard
 * Schema, as unchecked JSON, as text (UTF-8), as bytes, as a url-encoded form, or as a stream. `none` refuses a body.
 */
export type BodyOption = 'json' | 'text' | 'bytes' | 'form' | 'stream' | 'none' | MessageType<unknown> | StandardSchema;

/** The type of `request.body` for a body option. */
export type BodyOf<Option> = Option extends 'json'
  ? unknown
  : Option extends 'text'
    ? string
    : Option extends 'form'
      ? QueryValues
      : Option extends 'stream'
        ? BodyStream
        : Option extends 'none'
          ? undefined
          : Option extends StandardSchema<infer _Input, infer Output>
            ? Output
            : Uint8Array;

/** The type of `request.params` for a path: the names of a pattern known at compile time, else any. */
export type ParamsOf<Path> = Path extends string
  ? string extends Path
    ? Readonly<Record<string, string>>
    : { readonly [Name in ParamNames<Path>]: string }
  : Path extends RegExp | RouteMatcher
    ? Readonly<Record<string, string | undefined>>
    : Readonly<Record<string, string>>;

type ParamNames<Path extends string> = Path extends `${infer Head}/${infer Rest}`
  ? ParamName<Head> | ParamNames<Rest>
  : ParamName<Path>;

type ParamName<Segment extends string> = Segment extends `:${infer Name}`
  ? Name
  : Segment extends '*'
    ? '*'
    : Segment extends `*${infer Name}`
      ? Name
      : never;
