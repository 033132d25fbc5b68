// The requests to pong of all HTTP measurements (RB-70, RB-71); those of `wrk.lua` are the same.

/** The headers that a browser sends beside those of the message. */
export const usualHeaders: readonly string[] = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
  'Accept: application/json, text/plain, */*',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.7',
  'Accept-Encoding: gzip, deflate, br',
  'Origin: http://127.0.0.1',
  'Referer: http://127.0.0.1/',
  'Cookie: session=6f1c2a9be0d74c55; theme=dark',
  'Cache-Control: no-cache',
];

/** The body of the varying requests: another number each time. */
export function varyingBody(index: number): string {
  return `{"sequence": ${index * 7919}}`;
}

/** `POST /ping` as it goes over the wire. */
export function pingRequest(body: string, headers: readonly string[] = []): string {
  const own = ['Host: 127.0.0.1', 'Content-Type: application/json', `Content-Length: ${body.length}`];
  return `POST /ping HTTP/1.1\r\n${[...own, ...headers].join('\r\n')}\r\n\r\n${body}`;
}
