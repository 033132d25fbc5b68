// Classes described by inversify's decorators (D1, LC-50…57), with the lowest and the newest inversify 8.
import * as newest from 'inversify';
import * as lowest from 'inversify-lowest';
import { describe, expect, it } from 'vitest';
import {
  defineService,
  DependencyManager,
  many,
  Queue,
  required,
  ServiceContext,
  token,
  type Queue as QueueOf,
  type ServiceContext as Self,
} from '../../src/index.ts';
import { assertNoLeaks, testManager, type TestManager, type TestManagerOptions } from '../../src/testing/index.ts';

interface Robot {
  readonly name: string;
}
const Robot = token<Robot>('Robot');
const Config = token<{ port: number }>('Config');

function robot(manager: TestManager, name: string, properties = {}) {
  return manager.register(defineService({ name, provides: [Robot], setup: () => ({ name }) }), { properties });
}

function instanceOf<T extends object>(
  manager: TestManager,
  serviceClass: abstract new (...parameters: never[]) => T,
): T {
  const [instance] = manager.services.started(serviceClass);
  return instance as T;
}

describe.each([
  ['newest', newest],
  ['lowest', lowest as unknown as typeof newest],
])('constructor injection with the %s inversify 8', (_, inversify) => {
  const { inject, injectable, multiInject, named, optional, tagged, postConstruct, preDestroy, unmanaged, Container } =
    inversify;
  const withContainer = (configure: (container: newest.Container) => void, more: TestManagerOptions = {}) => {
    const container = new Container();
    configure(container);
    return testManager({ ...more, container });
  };

  it('builds a class when its arguments are online, anew for each start (LC-44, LC-53)', async () => {
    const log: string[] = [];
    @injectable()
    class Fleet {
      readonly robot: Robot;
      constructor(@inject(Robot) one: Robot, @inject(Queue) queue: QueueOf, @inject(ServiceContext) self: Self) {
        this.robot = one;
        log.push(`built with ${one.name}, queue of ${queue.size}, as ${self.state}`);
        self.own(() => log.push('let go'));
      }
    }
    const manager = testManager();
    const fleet = manager.register(Fleet);
    await manager.begin();
    expect(log).toEqual([]);
    const r = robot(manager, 'r1');
    await manager.settle();
    expect(log).toEqual(['built with r1, queue of 1, as starting']);
    const first = instanceOf(manager, Fleet);
    void manager.stopService(r.id);
    await manager.settle();
    expect(log.at(-1)).toBe('let go');
    expect(manager.services.instance(fleet.id, Fleet)).toBeUndefined();
    void manager.startService(r.id);
    await manager.settle();
    expect(instanceOf(manager, Fleet)).not.toBe(first);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('gives undefined for an absent optional argument, and stops and restarts around one that leaves', async () => {
    const built: (string | undefined)[] = [];
    @injectable()
    class Fleet {
      constructor(@inject(Robot) @optional() one: Robot | undefined) {
        built.push(one?.name);
      }
    }
    const manager = testManager();
    const r = robot(manager, 'r1');
    await manager.begin();
    const fleet = manager.register(Fleet);
    await manager.settle();
    expect(built).toEqual(['r1']);
    void manager.stopService(r.id);
    await manager.settle();
    expect([built, fleet.state]).toEqual([['r1', undefined], 'active']);
    // A later arrival is taken at the next start.
    void manager.startService(r.id);
    await manager.settle();
    expect(built).toHaveLength(2);
    void manager.stopService(fleet.id);
    await manager.settle();
    void manager.startService(fleet.id);
    await manager.settle();
    expect(built).toEqual(['r1', undefined, 'r1']);
    await manager.quit();
  });

  it('keeps a multi-injected array up to date in the order of arrival', async () => {
    @injectable()
    class Fleet {
      readonly robots: readonly Robot[];
      constructor(@multiInject(Robot) robots: readonly Robot[]) {
        this.robots = robots;
      }
    }
    const manager = testManager();
    const r1 = robot(manager, 'r1');
    manager.register(Fleet);
    await manager.begin();
    const fleet = instanceOf(manager, Fleet);
    robot(manager, 'r2');
    await manager.settle();
    expect(fleet.robots.map((one) => one.name)).toEqual(['r1', 'r2']);
    void manager.stopService(r1.id);
    await manager.settle();
    expect(instanceOf(manager, Fleet)).toBe(fleet);
    expect(fleet.robots.map((one) => one.name)).toEqual(['r2']);
    await manager.quit();
  });

  it('matches names and tags against the properties of providers', async () => {
    @injectable()
    class Fleet {
      readonly names: string[];
      constructor(
        @inject(Robot) @named('scout') scout: Robot,
        @inject(Robot) @tagged('floor', 2) upstairs: Robot,
        @inject(Robot) any: Robot,
      ) {
        this.names = [scout.name, upstairs.name, any.name];
      }
    }
    const manager = testManager();
    const fleet = manager.register(Fleet);
    robot(manager, 'r1', { name: 'scout' });
    robot(manager, 'r2', { floor: 1 });
    await manager.begin();
    expect(fleet.state).toBe('installed');
    expect(manager.explainText()).toContain('floor');
    robot(manager, 'r3', { floor: 2 });
    await manager.settle();
    expect(instanceOf(manager, Fleet).names).toEqual(['r1', 'r3', 'r2']);
    await manager.quit();
  });

  it('injects properties, awaits @postConstruct, and calls @preDestroy after stop()', async () => {
    const log: string[] = [];
    @injectable()
    class Fleet implements Disposable {
      @inject(Robot) readonly robot!: Robot;
      @postConstruct() async ready() {
        await Promise.resolve();
        log.push(`ready with ${this.robot.name}`);
      }
      start() {
        log.push('start');
      }
      stop() {
        log.push('stop');
      }
      @preDestroy() async leave() {
        await Promise.resolve();
        log.push('leave');
      }
      [Symbol.dispose]() {
        log.push('disposed');
      }
    }
    const manager = testManager();
    robot(manager, 'r1');
    manager.register(Fleet);
    await manager.begin();
    expect(log).toEqual(['ready with r1', 'start']);
    await manager.quit();
    expect(log.slice(2)).toEqual(['stop', 'leave', 'disposed']);
    assertNoLeaks(manager);
  });

  it('takes static values, factories and classes from the user’s container, and binds nothing in it', async () => {
    @injectable()
    class Clock {
      readonly now = 42;
    }
    @injectable()
    class Fleet {
      readonly all: unknown[];
      constructor(
        @inject(Config) config: { port: number },
        @inject(Clock) clock: Clock,
        @inject('greeting') greeting: string,
        @multiInject('plugin') plugins: string[],
        @inject('level') @named('fine') level: number,
        @inject(Robot) one: Robot,
        @unmanaged() nothing?: string,
      ) {
        this.all = [config.port, clock.now, greeting, plugins, level, one.name, nothing];
      }
    }
    const manager = withContainer((container) => {
      container.bind(Config).toConstantValue({ port: 80 });
      container.bind(Clock).toSelf().inSingletonScope();
      container.bind('greeting').toDynamicValue(() => 'hello');
      container.bind('plugin').toConstantValue('p1');
      container.bind('plugin').toConstantValue('p2');
      container.bind('level').toConstantValue(1).whenNamed('coarse');
      container.bind('level').toConstantValue(9).whenNamed('fine');
    });
    robot(manager, 'r1');
    manager.register(Fleet);
    await manager.begin();
    expect(instanceOf(manager, Fleet).all).toEqual([80, 42, 'hello', ['p1', 'p2'], 9, 'r1', undefined]);
    await manager.quit();
  });

  it('warns of a token that is bound and provided, and takes it from the container', async () => {
    @injectable()
    class Fleet {
      readonly robot: Robot;
      constructor(@inject(Robot) one: Robot) {
        this.robot = one;
      }
    }
    const manager = withContainer((container) => {
      container.bind(Robot).toConstantValue({ name: 'bound' });
    });
    robot(manager, 'provided');
    manager.register(Fleet);
    await manager.begin();
    expect(manager.host.messages.join()).toMatch(/provided \(\d+\) provides Robot, which the container binds too/);
    expect(instanceOf(manager, Fleet).robot.name).toBe('bound');
    await manager.quit();
  });

  it('waits for asynchronous bindings, and fails the start when they fail', async () => {
    @injectable()
    class Fleet {
      readonly port: number;
      constructor(@inject(Config) config: { port: number }) {
        this.port = config.port;
      }
    }
    let calls = 0;
    const manager = withContainer((container) => {
      container.bind(Config).toDynamicValue(async () => {
        calls++;
        return { port: 8001 };
      });
    });
    manager.register(Fleet);
    await manager.begin();
    expect(instanceOf(manager, Fleet).port).toBe(8001);
    expect(calls).toBe(1);
    await manager.quit();

    const broken = withContainer((container) => {
      container.bind(Config).toDynamicValue(async () => {
        throw new Error('no config');
      });
    });
    broken.register(Fleet);
    await expect(broken.begin()).rejects.toMatchObject({ code: 'ICHOR_SERVICE_NEEDS_REGISTRATION' });
  });

  it('says to register a statically bound class that needs a running service', async () => {
    @injectable()
    class Helper {
      constructor(@inject(Robot) readonly_: Robot) {
        void readonly_;
      }
    }
    @injectable()
    class Fleet {
      constructor(@inject(Helper) helper: Helper) {
        void helper;
      }
    }
    const manager = withContainer((container) => {
      container.bind(Helper).toSelf();
    });
    robot(manager, 'r1');
    manager.register(Fleet);
    await expect(manager.begin()).rejects.toMatchObject({
      code: 'ICHOR_SERVICE_NEEDS_REGISTRATION',
      message: expect.stringContaining('register Helper as a service'),
    });
  });

  it('refuses at registration what cannot be built: strings nobody binds, lost injections, undecorated parameters', () => {
    @injectable()
    class ByName {
      constructor(@inject('unbound') value: string) {
        void value;
      }
    }
    @injectable()
    class Base {
      constructor(@inject(Robot) one: Robot) {
        void one;
      }
    }
    @injectable()
    class Derived extends Base {}
    class Undecorated {
      constructor(one: Robot) {
        void one;
      }
    }
    const manager = testManager();
    for (const [serviceClass, hint] of [
      [ByName, '"unbound"'],
      [Derived, 'injectFromBase'],
      [Undecorated, '@inject(token)'],
    ] as const)
      expect(() => manager.register(serviceClass)).toThrow(
        expect.objectContaining({ code: 'ICHOR_DEPENDENCY_INVALID', message: expect.stringContaining(hint) }),
      );
    expect(manager.services.count).toBe(2);
  });

  it('refuses a sub-class that has lost injected properties or lifecycle methods of its base; @injectFromBase keeps them', async () => {
    const log: string[] = [];
    @injectable()
    class Base {
      @inject(Robot) readonly robot!: Robot;
      @postConstruct() ready() {
        log.push(`ready with ${this.robot.name}`);
      }
      @preDestroy() leave() {
        log.push('leave');
      }
    }
    @injectable()
    class Lost extends Base {}
    @injectable()
    class LostToo extends Base {
      readonly other: Robot;
      constructor(@inject(Robot) other: Robot) {
        super();
        this.other = other;
      }
    }
    @injectable()
    @inversify.injectFromBase({ extendProperties: true, extendConstructorArguments: false })
    class Kept extends Base {}
    const manager = testManager();
    for (const lost of [Lost, LostToo])
      expect(() => manager.register(lost)).toThrow(
        expect.objectContaining({
          code: 'ICHOR_DEPENDENCY_INVALID',
          message: expect.stringMatching(/robot.*injectFromBase/),
        }),
      );
    robot(manager, 'r1');
    manager.register(Kept);
    await manager.begin();
    expect(instanceOf(manager, Kept).robot.name).toBe('r1');
    await manager.quit();
    expect(log).toEqual(['ready with r1', 'leave']);
  });

  it('unwraps LazyServiceIdentifiers, and refuses what a circular import has left undefined', async () => {
    const { LazyServiceIdentifier } = inversify;
    @injectable()
    class Fleet {
      readonly leader: Leader;
      constructor(@inject(new LazyServiceIdentifier(() => Leader)) leader: Leader) {
        this.leader = leader;
      }
    }
    @injectable()
    class Leader {
      readonly name = 'leader';
    }
    const manager = testManager();
    manager.register(Fleet);
    manager.register(Leader);
    await manager.begin();
    expect(instanceOf(manager, Fleet).leader.name).toBe('leader');
    @injectable()
    class Circular {
      constructor(@inject(undefined as never) one: Robot) {
        void one;
      }
    }
    @injectable()
    class LazyCircular {
      @inject(new LazyServiceIdentifier(() => undefined as never)) readonly one!: Robot;
    }
    for (const circular of [Circular, LazyCircular])
      expect(() => manager.register(circular)).toThrow(
        expect.objectContaining({
          code: 'ICHOR_DEPENDENCY_INVALID',
          message: expect.stringMatching(/(parameter 0|property one) asks for undefined.*LazyServiceIdentifier/),
        }),
      );
    await manager.quit();
  });

  it('takes singletons, transients, factories and modules of the container as they are bound, at each start', async () => {
    const Single = Symbol('Single');
    const Transient = Symbol('Transient');
    const Factory = Symbol('Factory');
    const Slow = Symbol('Slow');
    const Shared = Symbol('Shared');
    let made = 0;
    @injectable()
    class Fleet {
      readonly got: Record<string, { n: number }>;
      readonly double: (n: number) => number;
      @inject(Slow) readonly slow!: { n: number };
      readonly shared: string[];
      constructor(
        @inject(Single) single: { n: number },
        @inject(Transient) one: { n: number },
        @inject(Transient) two: { n: number },
        @inject(Factory) double: (n: number) => number,
        @multiInject(Shared, { chained: true }) shared: string[],
        @inject(Robot) live: Robot,
        @inject('nobody binds this') @optional() text?: string,
        @multiInject('nor this') @optional() texts?: string[],
      ) {
        this.got = { single, one, two };
        this.double = double;
        this.shared = [...shared, live.name, String(text), String(texts?.length)];
      }
    }
    const parent = new Container();
    parent.bind(Shared).toConstantValue('of the parent');
    const container = new Container({ parent });
    container.bind(Shared).toConstantValue('own');
    container.load(
      new inversify.ContainerModule(({ bind }) => {
        bind(Single)
          .toDynamicValue(() => ({ n: ++made }))
          .inSingletonScope();
        bind(Transient).toDynamicValue(() => ({ n: ++made }));
        bind<(n: number) => number>(Factory).toFactory(() => (n) => n * 2);
        bind(Slow)
          .toDynamicValue(async () => ({ n: ++made }))
          .inSingletonScope();
      }),
    );
    const manager = testManager({ container });
    manager.register(Fleet);
    const r = robot(manager, 'r1');
    await manager.begin();
    const first = instanceOf(manager, Fleet);
    expect(first.got['one']).not.toBe(first.got['two']);
    expect([first.double(4), first.shared]).toEqual([8, ['own', 'of the parent', 'r1', 'undefined', '0']]);
    void manager.stopService(r.id);
    await manager.settle();
    void manager.startService(r.id);
    await manager.settle();
    const second = instanceOf(manager, Fleet);
    expect(second).not.toBe(first);
    expect(second.got['single']).toBe(first.got['single']);
    expect(second.slow).toBe(first.slow);
    expect(second.got['one']).not.toBe(first.got['one']);
    expect([container.isBound(Robot), container.isBound(Fleet)]).toEqual([false, false]);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('one class is described in one way; lifecycle decorators go with both', async () => {
    const log: string[] = [];
    class Both {
      static readonly dependencies = { robot: required(Robot) };
      readonly robot: Robot;
      constructor(@inject(Robot) one: Robot) {
        this.robot = one;
      }
    }
    class BothToo {
      static readonly dependencies = {};
      @inject(Robot) readonly robot!: Robot;
    }
    class Declared {
      static readonly dependencies = { robot: required(Robot) };
      readonly deps: { readonly robot: Robot };
      constructor(deps: { readonly robot: Robot }) {
        this.deps = deps;
      }
      @postConstruct() async ready() {
        await Promise.resolve();
        log.push(`ready with ${this.deps.robot.name}`);
      }
      start() {
        log.push('start');
      }
      @preDestroy() leave() {
        log.push('leave');
      }
    }
    const manager = testManager();
    for (const [both, where] of [
      [Both, 'parameter 0'],
      [BothToo, 'property robot'],
    ] as const)
      expect(() => manager.register(both as never)).toThrow(
        expect.objectContaining({ code: 'ICHOR_DEPENDENCY_INVALID', message: expect.stringContaining(where) }),
      );
    robot(manager, 'r1');
    manager.register(Declared);
    await manager.begin();
    await manager.quit();
    expect(log).toEqual(['ready with r1', 'start', 'leave']);
  });

  it('keeps a named multi-injection to its name while providers come and go, and needs one of that name', async () => {
    @injectable()
    class Fleet {
      readonly scouts: readonly Robot[];
      readonly rest: readonly Robot[];
      constructor(
        @multiInject(Robot) @named('scout') scouts: readonly Robot[],
        @multiInject(Robot) @optional() rest: readonly Robot[],
      ) {
        this.scouts = scouts;
        this.rest = rest;
      }
    }
    const names = (robots: readonly Robot[]) => robots.map((one) => one.name);
    const manager = testManager();
    const fleet = manager.register(Fleet);
    robot(manager, 'plain');
    await manager.begin();
    expect(fleet.state).toBe('installed');
    const first = robot(manager, 'first', { name: 'scout' });
    await manager.settle();
    const instance = instanceOf(manager, Fleet);
    const second = robot(manager, 'second', { name: 'scout' });
    await manager.settle();
    expect([names(instance.scouts), names(instance.rest)]).toEqual([['first', 'second'], ['plain']]);
    void manager.stopService(first.id);
    await manager.settle();
    expect([instanceOf(manager, Fleet) === instance, names(instance.scouts)]).toEqual([true, ['second']]);
    void manager.stopService(second.id);
    await manager.settle();
    expect(fleet.state).toBe('installed');
    void manager.startService(first.id);
    await manager.settle();
    expect(names(instanceOf(manager, Fleet).scouts)).toEqual(['first']);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('mixes freely with declared dependencies, in both directions', async () => {
    @injectable()
    class Decorated {
      readonly name = 'decorated';
      readonly robot: Robot;
      constructor(@inject(Robot) one: Robot) {
        this.robot = one;
      }
    }
    class Declared {
      static readonly dependencies = { decorated: required(Decorated), robots: many(Robot) };
      readonly text: string;
      constructor(deps: { decorated: Decorated; robots: Iterable<Robot> }) {
        this.text = `${deps.decorated.name} ${deps.decorated.robot.name} ${[...deps.robots].length}`;
      }
    }
    const manager = testManager();
    manager.register(Declared);
    manager.register(Decorated);
    robot(manager, 'r1');
    await manager.begin();
    expect(instanceOf(manager, Declared).text).toBe('decorated r1 1');
    await manager.quit();
  });

  it('injects the manager itself', async () => {
    @injectable()
    class Admin {
      readonly manager: DependencyManager;
      constructor(@inject(DependencyManager) manager: DependencyManager) {
        this.manager = manager;
      }
    }
    const manager = testManager();
    manager.register(Admin);
    await manager.begin();
    expect(instanceOf(manager, Admin).manager).toBe(manager);
    await manager.quit();
  });
});
