// Wrong arguments (D12): each is refused where it is given, with a code, the option, what was received and what is allowed.
import { describe, expect, it } from 'vitest';
import {
  defineEvent,
  defineQuestion,
  defineService,
  defineWork,
  DependencyManager,
  InsertService,
  many,
  optional,
  PriorityQueue,
  Queue,
  required,
  RunFunction,
  StopService,
  token,
  type ServiceContext,
} from '../../src/index.ts';
import { provideFake, SteppedHost, testManager } from '../../src/testing/index.ts';
import { A, logged } from '../support.ts';

type Anything = (...args: unknown[]) => unknown;
const loosely = (call: unknown): Anything => call as Anything;

/** Each call is refused with the code, and says all of the texts. */
function refused(code: string, calls: readonly (readonly [() => unknown, ...texts: string[]])[]): void {
  for (const [call, ...texts] of calls) {
    let error: unknown;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error, `${call.toString()} was accepted`).toMatchObject({ code });
    for (const text of texts) expect((error as Error).message).toContain(text);
  }
}

const Event = defineEvent<number>('Event');
const Work = defineWork('Work');
const plain = logged([], 'Plain');

describe('wrong arguments are refused', () => {
  it('of the manager', () => {
    const make = (options: unknown) => () => new DependencyManager(options as never);
    refused('ICHOR_OPTION_INVALID', [
      [make(null), 'null', 'failFast'],
      [make(5), '5'],
      [make([]), 'an array'],
      [make({ name: 5 }), '"name"', '5'],
      [make({ name: '' }), '"name"'],
      [make({ container: {} }), '"container"', 'inversify'],
      [make({ clock: { now: () => 1 } }), '"clock"', 'schedule()'],
      [make({ queue: {} }), '"queue"', 'take()'],
      [make({ host: {} }), '"host"', 'defer()'],
      [make({ context: [5] }), '"context"', 'AsyncLocalStorage'],
      [make({ context: {} }), '"context"'],
      [make({ failFast: 'no' }), '"failFast"', '"no"', 'true and false'],
      [make({ recordTimes: 1 }), '"recordTimes"', '1'],
      [make({ stopGraceMs: null }), '"stopGraceMs"', 'null'],
      [make({ sliceMs: '5' }), '"sliceMs"', '"5"'],
      [make({ queueLimit: null }), '"queueLimit"', 'highWater'],
      [make({ onFailure: null }), '"onFailure"', "'quit'"],
    ]);
    const queue = new PriorityQueue();
    expect(new DependencyManager({ queue }).isRunning).toBe(false);
    // A queue has one manager (LC-8).
    refused('ICHOR_OPTION_INVALID', [[make({ queue }), '"queue"', 'another manager']]);
  });

  it('of a registration', () => {
    const manager = testManager();
    const register = (registration: unknown) => () => manager.register(plain, registration as never);
    refused('ICHOR_OPTION_INVALID', [
      [register(null), 'null', 'Plain'],
      [register(5), '5'],
      [register({ name: 5 }), '"name"'],
      [register({ name: '' }), '"name"'],
      [register({ properties: 5 }), '"properties"'],
      [register({ properties: null }), '"properties"', 'null'],
      [register({ provides: 5 }), '"provides"'],
      [register({ provides: A }), '"provides"', 'Symbol(A)'],
      [register({ restart: true }), '"restart"', 'true', 'attempts'],
      [register({ restart: { atempts: 3 } }), '"restart.atempts"', 'attempts'],
      [register({ restart: { attempts: '3' } }), '"restart.attempts"', '"3"'],
      [register({ restart: { factor: Number.NaN } }), '"restart.factor"', 'NaN'],
      [register({ stopGraceMs: '5' }), '"stopGraceMs"', '"5"'],
      [register({ filter: 5 }), '"filter"', 'matches()'],
      [register({ filter: { consumer: 'x' } }), '"filter"'],
      [register({ filter: { matches: () => true } }), '"filter"', 'describe()'],
      [register({ priority: Number.NaN }), '"priority"', 'NaN', "'high'"],
      [register({ priority: '1' }), '"priority"', '"1"'],
      [register({ priority: 1.5 }), '"priority"', '1.5'],
    ]);
    for (const noClass of [undefined, null, 5, 'x', {}, [], () => 1, async () => 1, function* () {}, Math.max])
      expect(() => manager.register(noClass as never)).toThrow(
        expect.objectContaining({
          code: 'ICHOR_DEPENDENCY_INVALID',
          message: expect.stringContaining('takes a class'),
        }),
      );
    expect(manager.services.count).toBe(2);
  });

  it('of declarations', () => {
    const manager = testManager();
    const declare = (statics: object) => () => {
      manager.register(Object.assign(class Some {}, statics) as never);
    };
    refused('ICHOR_DEPENDENCY_INVALID', [
      [declare({ dependencies: null }), 'Some', 'null'],
      [declare({ dependencies: { a: { kind: 'required', token: A } } }), 'Some', '"a"', 'undefined', 'required(X)'],
      [declare({ dependencies: { a: { kind: 'required', token: A, required: false } } }), 'required: false'],
      [declare({ dependencies: { a: { ...required(A), match: 5 } } }), 'match', '5'],
      [declare({ dependencies: { a: { ...required(A), properties: [] } } }), 'properties', 'an array'],
      [declare({ dependencies: { a: required('A' as never) } }), '"A"'],
      [declare({ options: 5 }), 'options', 'Standard Schema', '5'],
      [declare({ options: {} }), 'options', 'Standard Schema'],
      [declare({ dependencies: {}, properties: { '~standard': {} } }), 'properties', 'Standard Schema'],
    ]);
    refused('ICHOR_OPTION_INVALID', [
      [() => loosely(required)(A, { macth: { x: 1 } }), '"macth"', 'required()', 'match'],
      [() => loosely(required)(A, { required: true }), '"required"'],
      [() => loosely(optional)(A, 5), 'optional()', '5'],
      [() => loosely(many)(A, { required: 1 }), '"required"', 'true and false'],
      [() => loosely(many)(A, { match: null }), '"match"', 'null'],
      [() => loosely(defineService)(undefined), 'defineService()', 'undefined'],
      [() => loosely(defineService)({ setup: 5 }), '"setup"', '5'],
      [() => loosely(defineService)({ setup() {}, name: 5 }), '"name"'],
      [() => loosely(token)(undefined), '"name"', 'undefined'],
      [() => token(''), '"name"'],
      [() => loosely(defineEvent)(5), '"name"', '5'],
      [() => loosely(defineEvent)('E', 'high'), '"high"', 'priority'],
      [() => loosely(defineEvent)('E', { prio: 1 }), '"prio"'],
      [() => loosely(defineWork)(''), '"name"'],
      [() => loosely(defineQuestion)('Q', { priority: Number.NaN }), '"priority"', 'NaN'],
      [() => loosely(provideFake)(manager, undefined, {}), '"token"'],
      [() => loosely(provideFake)(manager, A, undefined), '"implementation"'],
    ]);
    expect(manager.services.count).toBe(2);
  });

  it('of schemas that misbehave', () => {
    const manager = testManager();
    const register = (validate: (value: unknown) => unknown) => () =>
      manager.register(
        defineService({
          name: 'Host',
          options: { '~standard': { version: 1, vendor: 'test', validate: validate as never } },
          setup: () => undefined,
        }),
        { options: { port: 1 } },
      );
    refused('ICHOR_OPTION_INVALID', [
      [register(async () => ({ value: 1 })), 'Host', 'asynchronously'],
      [register(async () => Promise.reject(new Error('late'))), 'asynchronously'],
      [register(() => undefined), 'Host', 'undefined'],
      [register(() => ({})), 'neither a value nor issues'],
      [register(() => ({ issues: 'no' })), 'neither a value nor issues'],
      [register(() => ({ issues: [{ message: 'bad', path: [{ key: 'a' }, 0] }] })), '"a.0": bad'],
    ]);
    const thrown = new TypeError('cannot read');
    expect(
      register(() => {
        throw thrown;
      }),
    ).toThrow(
      expect.objectContaining({
        code: 'ICHOR_OPTION_INVALID',
        cause: thrown,
        message: expect.stringContaining('cannot read'),
      }),
    );
    expect(manager.services.count).toBe(2);
  });

  it('of the queue', () => {
    const { queue } = testManager();
    const push = loosely(queue.push.bind(queue));
    const pushAndWait = loosely(queue.pushAndWait.bind(queue));
    const stranger = { id: 1_000_000, name: 'Stranger', priority: 1 };
    refused('ICHOR_EVENT_INVALID', [
      ...[undefined, null, 5, 'Event', {}, stranger, { id: 1.5 }, { ...Event }].flatMap((type) => [
        [() => push(type, 1), 'defineEvent()'] as const,
        [() => pushAndWait(type, 1), 'defineEvent()'] as const,
      ]),
      [() => queue.post(5 as never), 'post()', '5'],
      [() => push(RunFunction, 5), 'RunFunction', '5'],
      [() => push(StopService), 'StopService', 'undefined', 'serviceId'],
      [() => push(StopService, { serviceId: 'x' }), 'serviceId'],
      [() => push(InsertService, { serviceId: 1 }), 'by the manager only'],
      [() => loosely(queue.pushWork.bind(queue))(undefined, { run() {} }, 5), 'defineEvent()'],
      [() => queue.pushWork(Work, {} as never, 5), 'run()'],
    ]);
    refused('ICHOR_OPTION_INVALID', [
      [() => push(Event, 1, null), 'null', 'priority'],
      [() => push(Event, 1, 'high'), '"high"'],
      [() => queue.push(Event, 1, { priority: Number.NaN }), '"priority"', 'NaN'],
      [() => queue.push(Event, 1, { priority: -1 }), '-1'],
      [() => queue.push(Event, 1, { deadlineMs: Number.NaN }), '"deadlineMs"', 'NaN'],
      [() => pushAndWait(Event, 1, null), 'null'],
      [() => pushAndWait(Event, 1, { timeout: 5 }), '"timeout"', 'timeoutMs'],
      [() => queue.pushAndWait(Event, 1, { timeoutMs: Number.NaN }), '"timeoutMs"', 'NaN'],
      [() => pushAndWait(Event, 1, { timeoutMs: '5' }), '"5"'],
      [() => pushAndWait(Event, 1, { signal: {} }), '"signal"', 'AbortSignals'],
      [() => pushAndWait(Event, 1, { coalesce: 1 }), '"coalesce"'],
      [() => queue.pushWork(Work, { run: () => 1 }, Number.NaN), '"priority"', 'NaN'],
      [() => queue.whenBelow(0), '"size"', '0'],
      [() => loosely(queue.whenBelow.bind(queue))('x'), '"size"'],
    ]);
    expect(queue.size).toBe(0);
  });

  it('of a context', async () => {
    let self: ServiceContext | undefined;
    const manager = testManager();
    manager.register(
      defineService({
        name: 'Self',
        setup: (_, context) => {
          self = context;
        },
      }),
    );
    await manager.begin();
    const context = self as unknown as Record<string, Anything>;
    const call =
      (name: string, ...args: unknown[]) =>
      () =>
        (context[name] as Anything).apply(self, args);
    const nothing = (): undefined => undefined;
    refused('ICHOR_EVENT_INVALID', [
      [call('on', undefined, nothing), 'defineEvent()'],
      [call('on', Event, 5), 'Self', 'Event', '5'],
      [call('intercept', 'x', {}), '"x"'],
    ]);
    refused('ICHOR_OPTION_INVALID', [
      [call('on', Event, nothing, { from: Number.NaN }), '"from"', 'NaN'],
      [call('on', Event, nothing, { fro: 1 }), '"fro"'],
      [call('intercept', Event, undefined), 'undefined', 'before'],
      [call('intercept', Event, { pre: nothing }), '"pre"', 'before'],
      [call('intercept', Event, { before: 5 }), 'before', '5'],
      [call('track', 'A', { requested: nothing }), '"token"', '"A"'],
      [call('track', A, {}), 'requested()'],
      [call('track', A, { requested: nothing, released: 5 }), 'released', '5'],
      [call('own', {}), 'Symbol.dispose'],
      [call('own', undefined), 'undefined'],
      [call('run', 5), 'run()', '5'],
      [call('run', nothing, { priority: Number.NaN }), '"priority"', 'NaN'],
      [call('run', nothing, { nam: 'x' }), '"nam"'],
      [call('execute', 5), 'execute()'],
      [call('stop', { removed: true }), '"removed"', 'remove'],
    ]);
    expect(manager.services.resources()).toMatchObject({ handlers: 0, interceptors: 0, trackers: 0 });
    await manager.quit();
  });

  it('of calls on a manager, which then works as if nothing had been', async () => {
    const manager = testManager();
    const call =
      (name: keyof DependencyManager, ...args: unknown[]) =>
      () =>
        (manager[name] as Anything).apply(manager, args);
    const { id } = manager.register(plain);
    const [own] = manager.services.all();
    for (const name of ['startService', 'stopService', 'removeService', 'whenActive', 'whenStopped'] as const)
      refused(
        'ICHOR_SERVICE_UNKNOWN',
        [undefined, Number.NaN, 'x', 999_999_999].map((wrong) => [call(name, wrong)]),
      );
    refused('ICHOR_OPTION_INVALID', [
      [call('stopService', own?.id), 'DependencyManager', 'part of the manager'],
      [call('removeService', own?.id), 'part of the manager'],
      [call('stopService', id, { removed: true }), '"removed"'],
      [call('queueOf', Number.NaN), '"origin"', 'NaN'],
      [call('atEnd', 5), 'atEnd()', '5'],
      [call('intercept', 'all', null), 'null'],
      [call('observe', {}), 'processed()'],
      [call('observe', undefined), '"observer"'],
      [call('start', 5), '5'],
      [call('start', () => 1, null), 'null'],
      [call('use', 5), 'use()', '5'],
      [call('inspect', { redacted: true }), '"redacted"', 'redact'],
      [call('run', null), 'null', 'signals'],
      [call('run', { signals: 'SIGINT' }), '"signals"', '"SIGINT"'],
      [call('run', { signal: ['SIGINT'] }), '"signal"'],
    ]);
    expect([manager.isRunning, manager.host.keptAlive]).toEqual([false, 0]);
    await manager.begin();
    expect(manager.services.byId(id)?.state).toBe('active');
    await manager.quit();
    expect(manager.outcome).toBe('resolved');
  });

  it('of signals that no process can receive, leaving no listener behind', async () => {
    for (const signal of ['SIGFOO', 'SIGKILL', 'SIGSTOP', 'exit']) {
      const manager = new DependencyManager();
      const before = process.listenerCount('SIGTERM');
      refused('ICHOR_OPTION_INVALID', [
        [() => manager.run({ signals: ['SIGTERM', signal] }), '"signals"', signal, 'SIGINT'],
      ]);
      expect([process.listenerCount('SIGTERM'), process.listenerCount(signal)]).toEqual([
        before,
        signal === 'exit' ? process.listenerCount('exit') : 0,
      ]);
      await manager.quit();
    }
    const host = new SteppedHost();
    const twice = new DependencyManager({ host });
    const ended = twice.run({ signals: ['SIGTERM', 'SIGTERM'] });
    expect(host.signalHandlers).toBe(1);
    host.signal('SIGTERM');
    host.runAll();
    await ended;
  });

  it('without requiring anything of what is merely unusual', () => {
    const manager = testManager();
    manager.register(plain, {});
    manager.register(plain, { stopGraceMs: Number.POSITIVE_INFINITY, restart: { attempts: Number.POSITIVE_INFINITY } });
    manager.register(plain, { properties: Object.create(null) as Record<string, unknown>, provides: [] });
    class Interceptor {
      readonly seen: string[] = [];
      after(event: { type: { name: string } }) {
        this.seen.push(event.type.name);
      }
    }
    manager.intercept('all', new Interceptor());
    manager.queue.push(Event, 1, {});
    manager.queue.push(Event, 1, { priority: 0, deadlineMs: Number.POSITIVE_INFINITY });
    manager.queue.push(StopService, { serviceId: 999_999_999, removeAfter: false });
    required(Queue, {});
    expect(manager.services.count).toBe(5);
  });
});
