import { describe, expect, it } from 'vitest';
import { Channel, toPromise, type Coroutine } from '../src/index.ts';
import { failureOf, spawn, thrownBy } from './support.ts';

describe('a channel', () => {
  it('passes values in order through its buffer', async () => {
    const channel = new Channel<number>(2);
    await channel.send(1);
    await channel.send(2);
    expect(channel.size).toBe(2);
    expect(channel.trySend(3)).toBe(false);
    expect(await channel.receive()).toBe(1);
    expect(channel.trySend(3)).toBe(true);
    expect(channel.tryReceive()).toEqual({ value: 2 });
    expect(channel.tryReceive()).toEqual({ value: 3 });
    expect(channel.tryReceive()).toBe(undefined);
  });

  it('without capacity lets a sender wait until its value is received', () => {
    const channel = new Channel<string>();
    const order: string[] = [];
    spawn(function* () {
      yield* channel.send('a');
      order.push('sent a');
      yield* channel.send('b');
      order.push('sent b');
    });
    expect(order).toEqual([]);
    spawn(function* () {
      order.push(yield* channel.receive());
      order.push(yield* channel.receive());
    });
    expect(order).toEqual(['sent a', 'a', 'sent b', 'b']);
  });

  it('keeps the order of waiting senders and receivers', () => {
    const channel = new Channel<number>(1);
    const got: number[] = [];
    for (let i = 0; i < 5; i++) {
      spawn(function* () {
        yield* channel.send(i);
      });
    }
    for (let i = 0; i < 7; i++) {
      spawn(function* () {
        got.push((yield* channel.receive()) * 10 + i);
      });
    }
    channel.trySend(5);
    channel.trySend(6);
    expect(got).toEqual([0, 11, 22, 33, 44, 55, 66]);
  });

  it('carries undefined', async () => {
    const channel = new Channel<undefined>(1);
    channel.trySend(undefined);
    expect(channel.tryReceive()).toEqual({ value: undefined });
    const waiting = toPromise(channel.next());
    await channel.send(undefined);
    expect(await waiting).toEqual({ done: false, value: undefined });
    const sender = spawn(function* () {
      yield* channel.send(undefined);
      yield* channel.send(undefined);
    });
    expect(await channel.receive()).toBe(undefined);
    expect(await channel.receive()).toBe(undefined);
    expect(sender.isReady).toBe(true);
  });

  it('lets what is in it be received after closing, then ends', async () => {
    const channel = new Channel<number>(4);
    channel.trySend(1);
    channel.trySend(2);
    channel.close();
    expect(channel.isClosed).toBe(true);
    const got: number[] = [];
    for await (const value of channel) got.push(value);
    expect(got).toEqual([1, 2]);
    expect(await channel.next()).toEqual({ done: true, value: undefined });
    expect(await failureOf(channel.receive())).toMatchObject({ code: 'ICHOR_COROUTINES_CHANNEL_CLOSED' });
    expect(thrownBy(() => channel.trySend(3))).toMatchObject({ code: 'ICHOR_COROUTINES_CHANNEL_CLOSED' });
    expect(await failureOf(channel.send(3))).toMatchObject({ code: 'ICHOR_COROUTINES_CHANNEL_CLOSED' });
  });

  it('closing ends waiting receivers and fails waiting senders', async () => {
    const empty = new Channel<number>();
    const receiving = toPromise(empty.receive());
    const looping = toPromise(empty.next());
    empty.close();
    expect(await failureOf(receiving)).toMatchObject({ code: 'ICHOR_COROUTINES_CHANNEL_CLOSED' });
    expect(await looping).toEqual({ done: true, value: undefined });
    const full = new Channel<number>(1);
    full.trySend(1);
    const sending = toPromise(full.send(2));
    full.close();
    expect(await failureOf(sending)).toMatchObject({ code: 'ICHOR_COROUTINES_CHANNEL_CLOSED' });
    expect(await full.receive()).toBe(1);
  });

  it('gives the error it was closed with to receivers', async () => {
    const channel = new Channel<number>(1);
    const broken = new Error('broken');
    const waiting = toPromise(channel.next());
    channel.trySend(1);
    channel.trySend(2);
    channel.close(broken);
    channel.close(new Error('ignored'));
    expect(await waiting).toEqual({ done: false, value: 1 });
    expect(await channel.receive()).toBe(2);
    expect(await failureOf(channel.receive())).toBe(broken);
    expect(await failureOf(channel.next())).toBe(broken);
  });

  it('loses no value to a cancelled receiver and keeps none of a cancelled sender', async () => {
    const channel = new Channel<number>();
    const receiver = spawn(function* () {
      return yield* channel.receive();
    });
    receiver.cancel();
    const sender = spawn(function* () {
      yield* channel.send(1);
    });
    expect(sender.isReady).toBe(false);
    sender.cancel();
    expect(channel.tryReceive()).toBe(undefined);
    expect(channel.trySend(2)).toBe(false);
  });

  it('can be looped over in a coroutine', () => {
    const channel = new Channel<number>(1);
    const got: number[] = [];
    const looping = spawn(function* (): Coroutine<string> {
      for (;;) {
        const next = yield* channel.next();
        if (next.done === true) return 'ended';
        got.push(next.value);
      }
    });
    for (let i = 0; i < 3; i++) channel.trySend(i);
    channel.close();
    expect(got).toEqual([0, 1, 2]);
    expect(looping.isReady).toBe(true);
  });

  it('fails everybody when disposed', async () => {
    const channel = new Channel<number>(1);
    const receiving = toPromise(channel.receive());
    channel[Symbol.dispose]();
    channel[Symbol.dispose]();
    expect(await failureOf(receiving)).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
    for (const use of [channel.receive(), channel.next(), channel.send(1)]) {
      expect(await failureOf(use)).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
    }
    expect(thrownBy(() => channel.tryReceive())).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
  });

  it('refuses a capacity that is none', () => {
    for (const capacity of [-1, 1.5, Number.NaN]) {
      expect(thrownBy(() => new Channel(capacity))).toMatchObject({
        code: 'ICHOR_COROUTINES_OPTION',
        details: { name: 'capacity' },
      });
    }
    expect(new Channel(Infinity).capacity).toBe(Infinity);
  });
});
