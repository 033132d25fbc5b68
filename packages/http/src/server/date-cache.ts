// The Date header, formatted once per second (RFC 9110 section 6.6.1).

export class DateCache {
  #second = Number.NaN;
  /** Such as `Sun, 06 Nov 1994 08:49:37 GMT`: always 29 characters. */
  text = '';
  /** Changes whenever `text` does. */
  version = 0;

  /** @param wallTime Milliseconds since the Unix epoch. */
  update(wallTime: number): void {
    const second = Math.floor(wallTime / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.text = new Date(second * 1000).toUTCString();
    this.version++;
  }
}
