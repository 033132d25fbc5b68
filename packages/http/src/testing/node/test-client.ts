// The client of the contract suite: sends exactly what a case says, and keeps everything it receives.

import type { Socket } from 'node:net';

/** Nothing of what a case waits for may take longer, however slow the machine is. */
const limitMs = 20_000;

export class TestClient {
  readonly socket: Socket;
  received = '';
  /** Resolves when the host has closed its side. */
  readonly ended: Promise<void>;
  /** Resolves when the connection is closed for good. */
  readonly closed: Promise<void>;
  #arrived: (() => void) | undefined = undefined;
  #search: ((piece: string) => void) | undefined = undefined;
  #isOver = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.received += text;
      this.#search?.(text);
      this.#arrived?.();
    });
    socket.on('error', () => undefined);
    const over = (resolve: () => void): void => {
      this.#isOver = true;
      this.#arrived?.();
      resolve();
    };
    this.ended = new Promise((resolve) => {
      socket.once('end', () => {
        // As clients do: a host would wait for it.
        socket.end();
        over(resolve);
      });
      socket.once('close', () => {
        over(resolve);
      });
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
      });
    });
  }

  send(...texts: string[]): void {
    this.socket.write(texts.join(''), 'latin1');
  }

  /** Waits until `text` was received so many times. @throws when the connection ends before. */
  async until(text: string, times = 1): Promise<string> {
    let seen = 0;
    // The end of what was searched, in which the text may have begun. Searching it all again for each piece would take O(n²).
    let rest = '';
    const search = (piece: string): void => {
      const searched = rest + piece;
      let from = 0;
      for (let at = searched.indexOf(text); at !== -1; at = searched.indexOf(text, from)) {
        seen++;
        from = at + text.length;
      }
      rest = searched.slice(Math.max(from, searched.length - text.length + 1));
    };
    search(this.received);
    this.#search = search;
    await this.#wait(`${times} × ${JSON.stringify(text)}`, () => seen >= times);
    this.#search = undefined;
    return this.received;
  }

  /** Waits until the host has closed its side, and gives all that came. */
  async rest(): Promise<string> {
    await this.#wait('the end', () => this.#isOver);
    return this.received;
  }

  /** The statuses received so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
  }

  async #wait(what: string, isThere: () => boolean): Promise<void> {
    const end = performance.now() + limitMs;
    while (!isThere()) {
      if (this.#isOver || performance.now() > end) {
        const how = this.#isOver ? 'closed without' : `no progress for ${limitMs} ms towards`;
        throw new Error(`The connection ${how} ${what}; received ${JSON.stringify(this.received.slice(-2000))}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        this.#arrived = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#arrived = undefined;
    }
  }
}
