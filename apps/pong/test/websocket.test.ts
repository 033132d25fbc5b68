// The built pong as a process: what it answers on the WebSocket /ws.

import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startPong, type RunningProgram } from './running-program.ts';

let pong: RunningProgram & { readonly port: number };

beforeAll(async () => {
  pong = await startPong();
});

afterAll(async () => {
  await pong[Symbol.asyncDispose]();
});

async function connect(...protocols: string[]): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${pong.port}/ws`, protocols);
  await once(socket, 'open');
  return socket;
}

describe('/ws', () => {
  it('answers the same sequence as JSON, in text messages, also without a sub-protocol', async () => {
    for (const socket of [await connect('json'), await connect()]) {
      for (const sequence of [0, 7, Number.MAX_SAFE_INTEGER]) {
        socket.send(JSON.stringify({ sequence }));
        const [data, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
        expect([JSON.parse(String(data)), isBinary]).toEqual([{ sequence }, false]);
      }
      socket.terminate();
    }
  });

  it('answers as MessagePack, in binary messages, where the client asks for it', async () => {
    const socket = await connect('msgpack', 'json');
    expect(socket.protocol).toBe('msgpack');
    // A map of one field, whose value is 5.
    const message = Buffer.concat([Buffer.from([0x81, 0xa8]), Buffer.from('sequence'), Buffer.from([5])]);
    socket.send(message);
    const [data, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
    expect([data, isBinary]).toEqual([message, true]);
    socket.terminate();
  });

  it('tells those who do not speak WebSocket what to speak, and refuses sub-protocols it does not know', async () => {
    const plain = await fetch(`http://127.0.0.1:${pong.port}/ws`);
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
    await expect(connect('cbor')).rejects.toThrow('400');
  });

  it('closes with 1007 on what is no ping, and stays up for others', async () => {
    const socket = await connect('json');
    socket.send('{"sequence": -1}');
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, String(reason)]).toEqual([1007, 'not a valid PingMessage']);
    (await connect('json')).terminate();
  });
});
