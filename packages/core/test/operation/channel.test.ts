// Managers of one thread connected by a channel: events to one and to all, questions and replies, leaving. EV-120…125, GD-52.

import { sleep } from '@ichor/coroutines';
import {
  answer,
  CommunicationChannel,
  defineEvent,
  defineQuestion,
  defineService,
  DependencyManager,
  IchorError,
  ManagerJoined,
  ManagerLeft,
  Quit,
  type ChannelMessage,
  type ServiceContext,
} from '@ichor/core';
import { assertNoLeaks, testManager, type TestManager } from '@ichor/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const News = defineEvent<string>('News');
const Price = defineQuestion<{ item: string }, number>('Price');

function reader(manager: TestManager, seen: unknown[]): void {
  manager.register(
    defineService({
      name: 'reader',
      setup(_, self: ServiceContext) {
        self.on(News, (text, event) => {
          seen.push([manager.name, text, event.origin, event.priority]);
        });
      },
    }),
  );
}

function named(name: string): TestManager {
  return testManager({ name });
}

async function code(promise: PromiseLike<unknown> | (() => unknown)): Promise<string | undefined> {
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    return IchorError.is(error) ? error.code : String(error);
  }
  return undefined;
}

describe('a channel', () => {
  it('broadcasts to everybody but the sender, each with an event of its own (EV-121)', async () => {
    const seen: unknown[] = [];
    const [a, b, c] = [named('a'), named('b'), named('c')];
    const channel = new CommunicationChannel();
    for (const manager of [a, b, c]) {
      reader(manager, seen);
      channel.addManager(manager);
      expect(manager.channel).toBe(channel);
      await manager.begin();
    }
    expect(channel.broadcast(News, 'hello', { from: a, origin: 77, priority: 'high' })).toBe(2);
    for (const manager of [a, b, c]) await manager.settle();
    expect(seen).toEqual([
      ['b', 'hello', 77, 100],
      ['c', 'hello', 77, 100],
    ]);
    for (const manager of [a, b, c]) await manager.quit();
    expect(channel.members).toEqual([]);
    for (const manager of [a, b, c]) assertNoLeaks(manager);
  });

  it('sends to exactly one, also to oneself, and refuses unknown ids (EV-122)', async () => {
    const seen: unknown[] = [];
    const [a, b] = [named('a'), named('b')];
    const channel = new CommunicationChannel();
    for (const manager of [a, b]) {
      reader(manager, seen);
      channel.addManager(manager);
      await manager.begin();
    }
    channel.sendTo(b.id, News, 'one');
    channel.sendTo(a.id, News, 'self');
    await a.settle();
    await b.settle();
    expect(seen).toEqual([
      ['a', 'self', 0, 1000],
      ['b', 'one', 0, 1000],
    ]);
    expect(await code(() => channel.sendTo(-5, News, 'x'))).toBe('ICHOR_CHANNEL_UNKNOWN_MANAGER');
    channel.removeManager(b);
    expect(b.channel).toBeUndefined();
    expect(await code(() => channel.sendTo(b.id, News, 'x'))).toBe('ICHOR_CHANNEL_UNKNOWN_MANAGER');
    await a.quit();
    await b.quit();
  });

  it('keeps what was sent before a manager starts, and ends all with one Quit (EV-124)', async () => {
    const seen: unknown[] = [];
    const [a, b] = [named('a'), named('b')];
    const channel = new CommunicationChannel();
    for (const manager of [a, b]) {
      reader(manager, seen);
      channel.addManager(manager);
    }
    channel.sendTo(b.id, News, 'early', { priority: 'low' });
    await a.begin();
    await b.begin();
    expect(seen).toEqual([['b', 'early', 0, 10000]]);
    channel.broadcast(Quit, undefined);
    await a.settle();
    await b.settle();
    expect([a.outcome, b.outcome]).toEqual(['resolved', 'resolved']);
    expect(channel.members).toEqual([]);
  });

  it('delivers to the others when one refuses, and says so', async () => {
    const seen: unknown[] = [];
    const full = testManager({ name: 'full', queueLimit: { highWater: 1, policy: 'reject' } });
    const open = named('open');
    const channel = new CommunicationChannel();
    channel.addManager(full);
    channel.addManager(open);
    reader(open, seen);
    await open.begin();
    full.queue.push(News, 'fills it');
    expect(() => channel.broadcast(News, 'x')).toThrow(/refused by 1/);
    await open.settle();
    expect(seen).toHaveLength(1);
    await open.quit();
    await full.quit();
  });

  it('announces who joins and leaves, if asked to', async () => {
    const seen: string[] = [];
    const [a, b] = [named('a'), named('b')];
    const channel = new CommunicationChannel({ announce: true });
    channel.addManager(a);
    a.register(
      defineService({
        setup(_, self: ServiceContext) {
          self.on(ManagerJoined, ({ name }) => void seen.push(`${name} joined`));
          self.on(ManagerLeft, ({ name }) => void seen.push(`${name} left`));
        },
      }),
    );
    await a.begin();
    channel.addManager(b);
    await b.begin();
    await b.quit();
    await a.settle();
    expect(seen).toEqual(['b joined', 'b left']);
    await a.quit();
  });

  it('keeps the order per receiver and priority', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(1), fc.constantFrom(10, 1000)), { maxLength: 60 }), async (sends) => {
        const managers = [named('a'), named('b')];
        const channel = new CommunicationChannel();
        const seen: string[][] = [[], []];
        for (const [index, manager] of managers.entries()) {
          channel.addManager(manager);
          manager.intercept(News, { after: (event, _, text) => void seen[index]?.push(`${event.priority} ${text}`) });
        }
        for (const [index, [to, priority]] of sends.entries())
          channel.sendTo(managers[to]?.id ?? -1, News, String(index), { priority });
        for (const manager of managers) await manager.begin();
        for (const to of [0, 1]) {
          const mine = sends.map(([target, priority], index) => ({ target, priority, index }));
          const expected = mine.filter(({ target }) => target === to).toSorted((x, y) => x.priority - y.priority);
          expect(seen[to]).toEqual(expected.map(({ priority, index }) => `${priority} ${index}`));
        }
        for (const manager of managers) await manager.quit();
      }),
      { numRuns: 30 },
    );
  });

  it('a manager is in one channel at a time, and not after its end', async () => {
    const a = named('a');
    const channel = new CommunicationChannel();
    channel.addManager(a);
    expect(await code(() => new CommunicationChannel().addManager(a))).toBe('ICHOR_CHANNEL_INVALID');
    channel.removeManager(a);
    channel.removeManager(a);
    using joined = new CommunicationChannel().addManager(a);
    expect(joined).toBeDefined();
    await a.quit();
    expect(await code(() => channel.addManager(a))).toBe('ICHOR_MANAGER_QUIT');
  });
});

describe('ask', () => {
  async function pair(answerer?: (request: { item: string }) => unknown) {
    const [asker, answering] = [named('asker'), named('answering')];
    const channel = new CommunicationChannel();
    for (const manager of [asker, answering]) channel.addManager(manager);
    if (answerer !== undefined)
      answering.register(
        defineService({
          name: 'prices',
          setup(_, self: ServiceContext) {
            answer(self, Price, answerer as never);
          },
        }),
      );
    await asker.begin();
    await answering.begin();
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await answering.settle();
        await asker.settle();
      }
    };
    return { asker, answering, channel, settle };
  }

  it.each([
    ['a value', ({ item }: { item: string }) => item.length],
    ['a promise', async ({ item }: { item: string }) => item.length],
    [
      'a coroutine',
      function* ({ item }: { item: string }) {
        yield* sleep(5);
        return item.length;
      },
    ],
  ])('is answered with %s, on the loop of whoever asked', async (_, answerer) => {
    const { asker, answering, channel, settle } = await pair(answerer);
    const log: unknown[] = [];
    asker.start(function* () {
      log.push(yield* channel.ask(answering.id, Price, { item: 'lamp' }, { from: asker }));
    });
    await answering.settle();
    await answering.advance(5);
    expect(log).toEqual([]);
    await settle();
    expect(log).toEqual([4]);
    expect(channel.openQuestions).toBe(0);
    await asker.quit();
    await answering.quit();
    assertNoLeaks(asker);
    assertNoLeaks(answering);
  });

  it('brings a failure to whoever asked, and only there', async () => {
    const broken = new Error('no price');
    const { asker, answering, channel, settle } = await pair(() => {
      throw broken;
    });
    const asked = Promise.resolve(channel.ask(answering.id, Price, { item: 'x' }, { from: asker })).catch(
      (error: unknown) => error,
    );
    await settle();
    expect(await asked).toBe(broken);
    expect(answering.services.all().at(-1)?.state).toBe('active');
    await asker.quit();
    await answering.quit();
  });

  it('fails at once when nobody answers there, or when it leaves', async () => {
    const { asker, answering, channel, settle } = await pair();
    const unheard = code(channel.ask(answering.id, Price, { item: 'x' }, { from: asker }));
    await settle();
    expect(await unheard).toBe('ICHOR_CHANNEL_NO_REPLY');
    const left = code(channel.ask(answering.id, Price, { item: 'x' }, { from: asker }));
    await Promise.resolve();
    channel.removeManager(answering);
    expect(await left).toBe('ICHOR_CHANNEL_NO_REPLY');
    await asker.quit();
    await answering.quit();
  });

  it('gives up after timeoutMs or when its signal aborts, and drops the late reply', async () => {
    const { asker, answering, channel, settle } = await pair(function* () {
      yield* sleep(500);
      return 1;
    });
    const abort = new AbortController();
    const late = code(channel.ask(answering.id, Price, { item: 'x' }, { from: asker, timeoutMs: 100 }));
    const aborted = code(channel.ask(answering.id, Price, { item: 'x' }, { from: asker, signal: abort.signal }));
    await settle();
    await asker.advance(100);
    abort.abort();
    expect(await late).toBe('ICHOR_CHANNEL_TIMEOUT');
    expect(await aborted).toBe('ICHOR_EVENT_ABORTED');
    expect(channel.openQuestions).toBe(0);
    await answering.advance(500);
    await settle();
    await asker.quit();
    await answering.quit();
    assertNoLeaks(asker);
    expect(await code(() => channel.ask(1e9, Price, { item: 'x' }, { from: asker }))).toBe(
      'ICHOR_CHANNEL_UNKNOWN_MANAGER',
    );
    expect(await code(() => channel.ask(0, Price, { item: 'x' }, { from: asker, timeoutMs: -1 }))).toBe(
      'ICHOR_OPTION_INVALID',
    );
  });

  it('a reply is not refused by a full queue', async () => {
    const asker = testManager({ name: 'asker', queueLimit: { highWater: 1, policy: 'reject' } });
    const answering = named('answering');
    const channel = new CommunicationChannel();
    channel.addManager(asker);
    channel.addManager(answering);
    answering.register(
      defineService({ name: 'prices', setup: (_, self: ServiceContext) => void answer(self, Price, () => 7) }),
    );
    await asker.begin();
    await answering.begin();
    const asked = Promise.resolve(channel.ask(answering.id, Price, { item: 'x' }, { from: asker }));
    asker.queue.push(News, 'fills it');
    await answering.settle();
    await asker.settle();
    expect(await asked).toBe(7);
    await asker.quit();
    await answering.quit();
  });
});

it('a transport can stand for a manager elsewhere: messages out through deliver, back through receive', async () => {
  const manager = named('here');
  const [here, there] = [new CommunicationChannel(), new CommunicationChannel()];
  const remote = testManager({ name: 'there' });
  // Two channels joined by a wire that carries clones, as a message port does.
  const wire = (message: ChannelMessage): ChannelMessage =>
    ({
      ...structuredClone({ ...message, type: 0 }),
      ...('type' in message ? { type: message.type } : {}),
    }) as ChannelMessage;
  here.addManager(manager);
  there.addManager(remote);
  here.add({ id: 1_000_001, name: 'there', deliver: (message) => there.receive(remote.id, wire(message)) });
  there.add({ id: manager.id, name: 'here', deliver: (message) => here.receive(manager.id, wire(message)) });
  remote.register(
    defineService({ setup: (_, self: ServiceContext) => void answer(self, Price, ({ item }) => item.length) }),
  );
  await manager.begin();
  await remote.begin();
  const asked = Promise.resolve(here.ask(1_000_001, Price, { item: 'robot' }, { from: manager }));
  await remote.settle();
  await manager.settle();
  expect(await asked).toBe(5);
  expect(() => here.add({ id: 1_000_001, name: 'again', deliver: () => undefined })).toThrow(/already/);
  await manager.quit();
  await remote.quit();
});

it('works between managers that run on the real loop', async () => {
  const [a, b] = [new DependencyManager({ name: 'a' }), new DependencyManager({ name: 'b' })];
  const channel = new CommunicationChannel();
  channel.addManager(a);
  channel.addManager(b);
  b.register(
    defineService({ setup: (_, self: ServiceContext) => void answer(self, Price, async ({ item }) => item.length) }),
  );
  const ended = Promise.all([a.run(), b.run()]);
  expect(await channel.ask(b.id, Price, { item: 'lamp' }, { from: a })).toBe(4);
  channel.broadcast(Quit, undefined);
  await ended;
  expect(channel.members).toEqual([]);
});
