// Every primitive against a small sequential model, with random operations and cancellations in any order.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AutoResetEvent,
  Channel,
  Condition,
  ManualResetEvent,
  Mutex,
  Semaphore,
  stream,
  ValueEvent,
  type Coroutine,
  type Task,
} from '../src/index.ts';
import { spawn } from './support.ts';

type Log = string[];

/** One primitive or its model: operations write what happens to a log, in order. */
interface Subject {
  readonly log: Log;
  apply(operation: string, argument: number): void;
  /** What can be seen from outside. */
  state(): unknown;
}

/** Waiters in order, each with what it wants; cancelling takes one out. */
class ModelQueue<T> {
  readonly items: { readonly id: number; readonly wants: T }[] = [];
  #next = 0;

  add(wants: T): number {
    const id = this.#next++;
    this.items.push({ id, wants });
    return id;
  }

  /** Uses up a number without waiting. */
  pass(): number {
    return this.#next++;
  }

  cancel(argument: number): void {
    const id = this.#next === 0 ? -1 : argument % this.#next;
    const at = this.items.findIndex((item) => item.id === id);
    if (at >= 0) this.items.splice(at, 1);
  }
}

/** The coroutines of a real subject, by number. */
class Actors {
  readonly #tasks: Task<unknown>[] = [];

  start(routine: (id: number) => Coroutine<unknown>): void {
    const id = this.#tasks.length;
    this.#tasks.push(undefined as never);
    this.#tasks[id] = spawn(() => routine(id));
  }

  cancel(argument: number): void {
    if (this.#tasks.length > 0) this.#tasks[argument % this.#tasks.length]!.cancel();
  }
}

function expectAgreement(operations: readonly string[], make: () => [real: Subject, model: Subject]): void {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...operations), fc.nat(20)), { maxLength: 60 }), (script) => {
      const [real, model] = make();
      for (const [operation, argument] of script) {
        real.apply(operation, argument);
        model.apply(operation, argument);
        expect(real.log).toEqual(model.log);
        expect(real.state()).toEqual(model.state());
      }
    }),
    { numRuns: 300 },
  );
}

describe('behaves like its model', () => {
  it('ManualResetEvent', () => {
    expectAgreement(['wait', 'wait', 'set', 'reset', 'cancel'], () => {
      const event = new ManualResetEvent();
      const actors = new Actors();
      const real: Subject = {
        log: [],
        apply(operation, argument) {
          if (operation === 'set') event.set();
          else if (operation === 'reset') event.reset();
          else if (operation === 'cancel') actors.cancel(argument);
          else
            actors.start(function* (id) {
              yield* event.wait();
              real.log.push(`passed ${id}`);
            });
        },
        state: () => event.isSet,
      };
      let isSet = false;
      const queue = new ModelQueue<undefined>();
      const model: Subject = {
        log: [],
        apply(operation, argument) {
          if (operation === 'set') {
            isSet = true;
            for (const { id } of queue.items.splice(0)) model.log.push(`passed ${id}`);
          } else if (operation === 'reset') isSet = false;
          else if (operation === 'cancel') queue.cancel(argument);
          else if (isSet) model.log.push(`passed ${queue.pass()}`);
          else queue.add(undefined);
        },
        state: () => isSet,
      };
      return [real, model];
    });
  });

  it('AutoResetEvent', () => {
    expectAgreement(['wait', 'wait', 'set', 'setAll', 'reset', 'cancel'], () => {
      const event = new AutoResetEvent();
      const actors = new Actors();
      const real: Subject = {
        log: [],
        apply(operation, argument) {
          if (operation === 'set') event.set();
          else if (operation === 'setAll') event.setAll();
          else if (operation === 'reset') event.reset();
          else if (operation === 'cancel') actors.cancel(argument);
          else
            actors.start(function* (id) {
              yield* event.wait();
              real.log.push(`passed ${id}`);
            });
        },
        state: () => event.isSet,
      };
      let isSet = false;
      const queue = new ModelQueue<undefined>();
      const model: Subject = {
        log: [],
        apply(operation, argument) {
          if (operation === 'set') {
            const first = queue.items.shift();
            if (first === undefined) isSet = true;
            else model.log.push(`passed ${first.id}`);
          } else if (operation === 'setAll') {
            for (const { id } of queue.items.splice(0)) model.log.push(`passed ${id}`);
            isSet = true;
          } else if (operation === 'reset') isSet = false;
          else if (operation === 'cancel') queue.cancel(argument);
          else if (isSet) {
            isSet = false;
            model.log.push(`passed ${queue.pass()}`);
          } else queue.add(undefined);
        },
        state: () => isSet,
      };
      return [real, model];
    });
  });

  it('ValueEvent', () => {
    expectAgreement(['wait', 'wait', 'set', 'reset', 'cancel'], () => {
      const event = new ValueEvent<number>();
      const actors = new Actors();
      const real: Subject = {
        log: [],
        apply(operation, argument) {
          if (operation === 'set') event.set(argument);
          else if (operation === 'reset') event.reset();
          else if (operation === 'cancel') actors.cancel(argument);
          else
            actors.start(function* (id) {
              const value = yield* event.wait();
              real.log.push(`${id} got ${value}`);
            });
        },
        state: () => [event.isSet, event.value],
      };
      let value: number | undefined;
      const queue = new ModelQueue<undefined>();
      const model: Subject = {
        log: [],
        apply(operation, argument) {
          if (operation === 'set') {
            value = argument;
            for (const { id } of queue.items.splice(0)) model.log.push(`${id} got ${value}`);
          } else if (operation === 'reset') value = undefined;
          else if (operation === 'cancel') queue.cancel(argument);
          else if (value !== undefined) model.log.push(`${queue.pass()} got ${value}`);
          else queue.add(undefined);
        },
        state: () => [value !== undefined, value],
      };
      return [real, model];
    });
  });

  it('Mutex and Semaphore, whose holders may be cancelled as well', () => {
    for (const permits of [1, 3]) {
      expectAgreement(['acquire', 'acquire', 'acquire', 'release', 'try', 'cancel'], () => {
        const semaphore = new Semaphore(permits);
        const mutex = new Mutex();
        const held: { readonly id: number; finish(): void }[] = [];
        const actors = new Actors();
        const real: Subject = {
          log: [],
          apply(operation, argument) {
            const count = 1 + (argument % permits);
            if (operation === 'cancel') actors.cancel(argument);
            else if (operation === 'release') held[argument % Math.max(1, held.length)]?.finish();
            else if (operation === 'try') {
              const guard = permits === 1 ? mutex.tryLock() : semaphore.tryAcquire(count);
              real.log.push(`try ${guard !== undefined}`);
              guard?.[Symbol.dispose]();
            } else
              actors.start(function* (id) {
                const guard = permits === 1 ? yield* mutex.lock() : yield* semaphore.acquire(count);
                real.log.push(`${id} has ${count}`);
                const over = new AutoResetEvent();
                const entry = { id, finish: () => over.set() };
                held.push(entry);
                try {
                  yield* over.wait();
                } finally {
                  held.splice(held.indexOf(entry), 1);
                  guard[Symbol.dispose]();
                }
              });
          },
          state: () => [permits === 1 ? Number(!mutex.isLocked) : semaphore.available, held.map(({ id }) => id)],
        };
        let available = permits;
        const holders: { readonly id: number; readonly wants: number }[] = [];
        const queue = new ModelQueue<number>();
        let started = 0;
        const serve = (): void => {
          while (queue.items.length > 0 && queue.items[0]!.wants <= available) {
            const first = queue.items.shift()!;
            available -= first.wants;
            holders.push(first);
            model.log.push(`${first.id} has ${first.wants}`);
          }
        };
        const giveUp = (at: number): void => {
          if (at < 0 || at >= holders.length) return;
          available += holders.splice(at, 1)[0]!.wants;
          serve();
        };
        const model: Subject = {
          log: [],
          apply(operation, argument) {
            const count = 1 + (argument % permits);
            if (operation === 'cancel') {
              if (started === 0) return;
              giveUp(holders.findIndex(({ id }) => id === argument % started));
              queue.cancel(argument);
              serve();
            } else if (operation === 'release') giveUp(argument % Math.max(1, holders.length));
            else if (operation === 'try') model.log.push(`try ${queue.items.length === 0 && available >= count}`);
            else {
              started++;
              queue.add(count);
              serve();
            }
          },
          state: () => [available, holders.map(({ id }) => id)],
        };
        return [real, model];
      });
    }
  });

  it('Condition', () => {
    expectAgreement(['wait', 'wait', 'one', 'all', 'cancel'], () => {
      const condition = new Condition();
      const actors = new Actors();
      const real: Subject = {
        log: [],
        apply(operation, argument) {
          if (operation === 'one') condition.notifyOne();
          else if (operation === 'all') condition.notifyAll();
          else if (operation === 'cancel') actors.cancel(argument);
          else
            actors.start(function* (id) {
              yield* condition.wait();
              real.log.push(`passed ${id}`);
            });
        },
        state: () => 0,
      };
      const queue = new ModelQueue<undefined>();
      const model: Subject = {
        log: [],
        apply(operation, argument) {
          if (operation === 'one') queue.items.splice(0, 1).forEach(({ id }) => model.log.push(`passed ${id}`));
          else if (operation === 'all') queue.items.splice(0).forEach(({ id }) => model.log.push(`passed ${id}`));
          else if (operation === 'cancel') queue.cancel(argument);
          else queue.add(undefined);
        },
        state: () => 0,
      };
      return [real, model];
    });
  });

  it('Channel, of any capacity', () => {
    for (const capacity of [0, 1, 3, Infinity]) {
      expectAgreement(
        ['send', 'send', 'receive', 'receive', 'trySend', 'tryReceive', 'cancelSender', 'cancelReceiver', 'close'],
        () => {
          const channel = new Channel<number>(capacity);
          const senders = new Actors();
          const receivers = new Actors();
          let closing = 0;
          const real: Subject = {
            log: [],
            apply(operation, argument) {
              if (operation === 'send')
                senders.start(function* (id) {
                  try {
                    yield* channel.send(argument);
                    real.log.push(`sender ${id} done`);
                  } catch {
                    real.log.push(`sender ${id} refused`);
                  }
                });
              else if (operation === 'receive')
                receivers.start(function* (id) {
                  const next = yield* channel.next();
                  real.log.push(`receiver ${id} ${next.done === true ? 'ended' : next.value}`);
                });
              else if (operation === 'trySend') {
                if (!channel.isClosed) {
                  // A receiver that it releases writes to the log first.
                  const sent = channel.trySend(argument);
                  real.log.push(`try ${sent}`);
                }
              } else if (operation === 'tryReceive') {
                const taken = channel.tryReceive();
                real.log.push(`took ${taken?.value}`);
              } else if (operation === 'cancelSender') senders.cancel(argument);
              else if (operation === 'cancelReceiver') receivers.cancel(argument);
              else if (++closing % 4 === 0) channel.close();
            },
            state: () => [channel.size, channel.isClosed],
          };
          const values: number[] = [];
          const sending = new ModelQueue<number>();
          const receiving = new ModelQueue<undefined>();
          let closed = false;
          let modelClosing = 0;
          const offer = (value: number): boolean => {
            const receiver = receiving.items.shift();
            if (receiver !== undefined) model.log.push(`receiver ${receiver.id} ${value}`);
            else if (values.length < capacity) values.push(value);
            else return false;
            return true;
          };
          const take = (): number | undefined => {
            let value = values.shift();
            const sender = sending.items.shift();
            if (sender !== undefined) {
              if (value === undefined) value = sender.wants;
              else values.push(sender.wants);
              model.log.push(`sender ${sender.id} done`);
            }
            return value;
          };
          const model: Subject = {
            log: [],
            apply(operation, argument) {
              if (operation === 'send') {
                if (closed) model.log.push(`sender ${sending.pass()} refused`);
                else if (offer(argument)) model.log.push(`sender ${sending.pass()} done`);
                else sending.add(argument);
              } else if (operation === 'receive') {
                const value = take();
                if (value !== undefined) model.log.push(`receiver ${receiving.pass()} ${value}`);
                else if (closed) model.log.push(`receiver ${receiving.pass()} ended`);
                else receiving.add(undefined);
              } else if (operation === 'trySend') {
                if (!closed) model.log.push(`try ${offer(argument)}`);
              } else if (operation === 'tryReceive') model.log.push(`took ${take()}`);
              else if (operation === 'cancelSender') sending.cancel(argument);
              else if (operation === 'cancelReceiver') receiving.cancel(argument);
              else if (++modelClosing % 4 === 0 && !closed) {
                closed = true;
                for (const { id } of sending.items.splice(0)) model.log.push(`sender ${id} refused`);
                for (const { id } of receiving.items.splice(0)) model.log.push(`receiver ${id} ended`);
              }
            },
            state: () => [values.length, closed],
          };
          return [real, model];
        },
      );
    }
  });

  it('stream: every value once, in order, and never further ahead than allowed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.tuple(fc.constantFrom('tick', 'next', 'next', 'cancel'), fc.nat(20)), { maxLength: 60 }),
        (buffer, script) => {
          const ticks = new Semaphore(1000);
          const all = ticks.tryAcquire(1000)!;
          all.release();
          const tick = new Channel<number>(Infinity);
          let emitted = 0;
          const numbers = stream<number>(
            function* (emit) {
              for (;;) {
                const value = yield* tick.receive();
                emitted = value + 1;
                yield* emit(value);
              }
            },
            { buffer },
          );
          const consumers = new Actors();
          const got: number[] = [];
          let sent = 0;
          for (const [operation, argument] of script) {
            if (operation === 'tick') tick.trySend(sent++);
            else if (operation === 'cancel') consumers.cancel(argument);
            else
              consumers.start(function* () {
                const next = yield* numbers.next();
                got.push(next.value as number);
              });
            expect(got).toEqual(got.map((_, index) => index));
            expect(emitted - got.length).toBeLessThanOrEqual(buffer + 1);
          }
          numbers.cancel();
        },
      ),
      { numRuns: 300 },
    );
  });
});
