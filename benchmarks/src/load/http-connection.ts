// One connection of the own load generator: it sends a request (or sixteen at once), waits for all answers, and sends the next.

import { connect, type Socket } from 'node:net';

/** Told of every answer. */
export interface Answers {
  /** @param ms Since the request was sent. */
  answered(status: number, ms: number): void;
  failed(kind: 'connect' | 'read'): void;
}

export class HttpConnection {
  readonly #answers: Answers;
  readonly #next: () => Buffer;
  /** Requests in each write. */
  readonly #perWrite: number;
  readonly #socket: Socket;
  #pending = 0;
  #sentAt = 0;
  #text = '';
  #isOpen = false;
  #isEnding = false;

  constructor(port: number, next: () => Buffer, perWrite: number, answers: Answers) {
    this.#next = next;
    this.#perWrite = perWrite;
    this.#answers = answers;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('connect', () => {
      this.#isOpen = true;
      this.#send();
    });
    this.#socket.on('data', (chunk: string) => this.#read(chunk));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      if (!this.#isEnding) answers.failed(this.#isOpen ? 'read' : 'connect');
    });
  }

  end(): void {
    this.#isEnding = true;
    this.#socket.destroy();
  }

  #send(): void {
    this.#pending = this.#perWrite;
    this.#sentAt = performance.now();
    this.#socket.write(this.#next());
  }

  #read(chunk: string): void {
    this.#text = this.#text === '' ? chunk : this.#text + chunk;
    let at = 0;
    for (let end = endOfAnswer(this.#text, at); end > 0; end = endOfAnswer(this.#text, at)) {
      // "HTTP/1.1 200"
      this.#answers.answered(Number(this.#text.slice(at + 9, at + 12)), performance.now() - this.#sentAt);
      at = end;
      if (--this.#pending === 0) this.#send();
    }
    this.#text = this.#text.slice(at);
  }
}

/** Where the answer that begins at `start` ends, or 0 while it is not complete. Answers have a Content-Length, here. */
function endOfAnswer(text: string, start: number): number {
  const endOfHead = text.indexOf('\r\n\r\n', start);
  if (endOfHead < 0) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(start, endOfHead))?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length: ${text.slice(start, endOfHead)}`);
  const end = endOfHead + 4 + Number(length);
  return end <= text.length ? end : 0;
}
