// Frames written by hand, and a TCP client that speaks WebSocket just as far as a test wants.

import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { until } from './with-host.ts';

export interface FrameOptions {
  readonly fin?: boolean;
  readonly masked?: boolean;
  /** The three reserved bits: 4 is RSV1. */
  readonly reserved?: number;
}

/** A frame as a client sends it, or should not. */
export function frame(opcode: number, payload: Uint8Array | string = '', options: FrameOptions = {}): Buffer {
  const { fin = true, masked = true, reserved = 0 } = options;
  const body = Buffer.from(payload as Uint8Array);
  const head = [(fin ? 0x80 : 0) | (reserved << 4) | opcode];
  const maskBit = masked ? 0x80 : 0;
  if (body.length < 126) head.push(maskBit | body.length);
  else if (body.length < 65_536) head.push(maskBit | 126, body.length >> 8, body.length & 0xff);
  else {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(body.length));
    head.push(maskBit | 127, ...length);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.from(head), mask, body.map((byte, i) => byte ^ mask[i % 4]!)]);
}

/** A close frame of a client. */
export function closeFrame(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frame(8, payload);
}

export interface Frame {
  readonly opcode: number;
  readonly isCompressed: boolean;
  readonly payload: Buffer;
}

/** The frames in what a server sent; an incomplete one at the end is left out. */
function framesIn(received: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 2 <= received.length;) {
    const first = received[at]!;
    let length = received[at + 1]! & 0x7f;
    at += 2;
    if (length === 126) {
      length = received.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(received.readBigUInt64BE(at));
      at += 8;
    }
    if (at + length > received.length) break;
    frames.push({
      opcode: first & 0x0f,
      isCompressed: (first & 0x40) !== 0,
      payload: received.subarray(at, at + length),
    });
    at += length;
  }
  return frames;
}

export class RawPeer {
  readonly socket: net.Socket;
  readonly closed: Promise<void>;
  received = Buffer.alloc(0);
  /** Status line and header fields of the answer. */
  head = '';

  private constructor(port: number) {
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (data) => (this.received = Buffer.concat([this.received, data])));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  /** Sends a handshake, with `fields` (each with its line end) and with `early` right behind it, and waits for the answer. */
  static async connect(
    port: number,
    path = '/',
    fields = '',
    early: Uint8Array = new Uint8Array(0),
    required = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
  ): Promise<RawPeer> {
    const peer = new RawPeer(port);
    const head = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${required}${fields}\r\n`;
    peer.socket.write(Buffer.concat([Buffer.from(head), early]));
    await until(() => peer.received.includes('\r\n\r\n'));
    const end = peer.received.indexOf('\r\n\r\n') + 4;
    peer.head = peer.received.subarray(0, end).toString('latin1');
    peer.received = peer.received.subarray(end);
    return peer;
  }

  get status(): number {
    return Number(this.head.split(' ')[1]);
  }

  get frames(): Frame[] {
    return framesIn(this.received);
  }

  /** Sends the pieces, each in a packet of its own. */
  async send(...pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      this.socket.write(piece);
      if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The first `count` frames. */
  frameCount(count: number): Promise<Frame[]> {
    return until(() => this.frames.length >= count && this.frames);
  }

  /** The code of the close frame that came; 1005 for one without a code, undefined without one. */
  get closeCode(): number | undefined {
    const payload = this.frames.find(({ opcode }) => opcode === 8)?.payload;
    return payload === undefined ? undefined : payload.length === 0 ? 1005 : payload.readUInt16BE(0);
  }
}
