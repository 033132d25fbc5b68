// The request methods this package knows (HD-1). Matching is case-sensitive; anything else is answered 501.

/** Every method the parser recognises. */
export const httpMethods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'COPY',
  'LOCK',
  'MKCOL',
  'MOVE',
  'PROPFIND',
  'PROPPATCH',
  'SEARCH',
  'UNLOCK',
  'BIND',
  'REBIND',
  'UNBIND',
  'ACL',
  'REPORT',
  'MKACTIVITY',
  'CHECKOUT',
  'MERGE',
  'M-SEARCH',
  'NOTIFY',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'PURGE',
  'MKCALENDAR',
  'LINK',
  'UNLINK',
] as const;

/** A request method, as sent: upper case. */
export type HttpMethod = (typeof httpMethods)[number];

const known: ReadonlySet<string> = new Set(httpMethods);

/** Whether `text` is a method this package knows. Case-sensitive, as RFC 9110 section 9.1 asks. */
export function isHttpMethod(text: string): text is HttpMethod {
  return known.has(text);
}
