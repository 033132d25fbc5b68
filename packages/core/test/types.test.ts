// What the compiler infers for users (D2, D3): checked by `tsc`, run only to be found.
import { Container, type ServiceIdentifier as InversifyIdentifier } from 'inversify';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  defineEvent,
  defineService,
  DependencyManager as DependencyManagerClass,
  many,
  optional,
  required,
  StopService,
  token,
  type Awaitable,
  type Dependency,
  type DependencyCallbacks,
  type DependencyChange,
  type DependencyManager,
  type EventHandler,
  type EventOutcome,
  type EventView,
  type Injected,
  type LiveCollection,
  type OptionalService,
  type OptionsOf,
  type ServiceContext,
  type ServiceIdentifier,
  type StandardSchema,
  type Task,
} from '../src/index.ts';
import { provideFake, testManager, traceEvents, type Fake, type TestManager } from '../src/testing/index.ts';

interface Clock {
  now(): number;
}
const Clock = token<Clock>('Clock');
abstract class Store {
  abstract get(key: string): string;
}

describe('types', () => {
  it('of injected dependencies follow their declaration', () => {
    const dependencies = { clock: required(Clock), store: optional(Store), all: many(Clock) };
    expectTypeOf<Injected<typeof dependencies>>().toEqualTypeOf<{
      readonly clock: Clock;
      readonly store: OptionalService<Store>;
      readonly all: LiveCollection<Clock>;
    }>();
    // @ts-expect-error -- dependencies are read-only
    const assign = (deps: Injected<typeof dependencies>): Clock => (deps.clock = { now: () => 1 });
    expectTypeOf(assign).toBeFunction();
    expectTypeOf<ReturnType<OptionalService<Store>['ready']>>().toEqualTypeOf<Awaitable<Store>>();
  });

  it('of tokens are understood by inversify', () => {
    const container = new Container();
    container.bind(Clock).toConstantValue({ now: () => 7 });
    // @ts-expect-error -- not a Clock
    const wrong = (): unknown => container.bind(Clock).toConstantValue({ later: 1 });
    expectTypeOf(wrong).toBeFunction();
    expectTypeOf(container.get(Clock)).toEqualTypeOf<Clock>();
    expectTypeOf(Clock).toExtend<InversifyIdentifier<Clock>>();
    expect(container.get(Clock).now()).toBe(7);
  });

  it('of events hold for pushes, handlers and interceptors', () => {
    const Moved = defineEvent<{ x: number }>('Moved');
    const Idle = defineEvent('Idle');
    const Maybe = defineEvent<string | undefined>('Maybe');
    const check = (manager: DependencyManager, self: ServiceContext): void => {
      manager.queue.push(Moved, { x: 1 });
      manager.queue.push(Idle);
      manager.queue.push(Idle, undefined, { priority: 'high' });
      manager.queue.push(Maybe);
      // @ts-expect-error -- the payload is missing
      manager.queue.push(Moved);
      // @ts-expect-error -- the payload is of another type
      manager.queue.push(Moved, { y: 1 });
      // @ts-expect-error -- no such name of a priority
      manager.queue.push(Idle, undefined, { priority: 'urgent' });
      self.on(Moved, (payload) => {
        expectTypeOf(payload).toEqualTypeOf<{ x: number }>();
      });
      self.on(Moved, async (payload) => payload.x);
      self.on(Moved, function* (payload) {
        expectTypeOf(payload).toEqualTypeOf<{ x: number }>();
        const outcome = yield* self.queue.pushAndWait(Moved, payload);
        expectTypeOf(outcome).toEqualTypeOf<EventOutcome>();
      });
      expectTypeOf<EventHandler<{ x: number }>>().parameter(0).toEqualTypeOf<{ x: number }>();
      expectTypeOf(self.run(() => 5)).toEqualTypeOf<Task<number>>();
      expectTypeOf(self.run(async () => 'a')).toEqualTypeOf<Task<string>>();
    };
    expectTypeOf(check).toBeFunction();
  });

  it('of options come from the schema of a class, or from its context', () => {
    class WithSchema {
      static readonly options = undefined as unknown as StandardSchema<{ port?: number }, { port: number }>;
      static readonly dependencies = {};
    }
    class WithContext {
      static readonly dependencies = {};
      readonly port: number;
      constructor(_: object, self: ServiceContext<{ port: number }>) {
        this.port = self.options.port;
      }
    }
    expectTypeOf<OptionsOf<typeof WithSchema>>().toEqualTypeOf<{ port?: number }>();
    expectTypeOf<OptionsOf<typeof WithContext>>().toEqualTypeOf<{ port: number }>();
    const check = (manager: DependencyManager): void => {
      manager.register(WithContext, { options: { port: 1 } });
      // @ts-expect-error -- the port is a number
      manager.register(WithContext, { options: { port: 'a' } });
      // @ts-expect-error -- no such option of a registration
      manager.register(WithContext, { prioritty: 1 });
      manager.register(WithSchema, { options: {} });
    };
    expectTypeOf(check).toBeFunction();
  });

  it('of setup functions follow their description', () => {
    const schema = undefined as unknown as StandardSchema<{ port?: number }, { port: number }>;
    const check = (): unknown =>
      defineService({
        dependencies: { clock: required(Clock), stores: many(Store) },
        options: schema,
        setup(deps, self) {
          expectTypeOf(deps.clock).toEqualTypeOf<Clock>();
          expectTypeOf(deps.stores).toEqualTypeOf<LiveCollection<Store>>();
          expectTypeOf(self.options).toEqualTypeOf<{ port: number }>();
        },
      });
    expectTypeOf(check).toBeFunction();
  });

  it('of added and removed follow the declaration', () => {
    class Follows implements DependencyCallbacks<typeof Follows.dependencies> {
      static readonly dependencies = { clock: required(Clock), stores: many(Store) };
      readonly seen: unknown[] = [];
      added(...[name, service, info]: DependencyChange<typeof Follows.dependencies>): void {
        expectTypeOf(name).toEqualTypeOf<'clock' | 'stores'>();
        if (name === 'clock') expectTypeOf(service).toEqualTypeOf<Clock>();
        else expectTypeOf(service).toEqualTypeOf<Store>();
        this.seen.push(info.id);
      }
    }
    class Narrow implements DependencyCallbacks<typeof Narrow.dependencies> {
      static readonly dependencies = { stores: many(Store) };
      readonly seen: string[] = [];
      removed(name: 'stores', store: Store): void {
        this.seen.push(name, store.get('a'));
      }
    }
    class Wrong implements DependencyCallbacks<typeof Wrong.dependencies> {
      static readonly dependencies = { stores: many(Store) };
      readonly seen: unknown[] = [];
      // @ts-expect-error -- there is no such dependency
      added(name: 'clock', store: Store): void {
        this.seen.push(name, store);
      }
    }
    expect([new Follows(), new Narrow(), new Wrong()]).toHaveLength(3);
  });

  it('refuse wrong declarations', () => {
    const wrong = (): unknown[] => [
      // @ts-expect-error -- a number is no token
      required(5),
      // @ts-expect-error -- nor is a text
      optional('Clock'),
      // @ts-expect-error -- misspelt
      required(Clock, { macth: { name: 'a' } }),
      // @ts-expect-error -- what is required is required
      required(Clock, { required: true }),
      // @ts-expect-error -- true or false
      many(Clock, { required: 'yes' }),
      // @ts-expect-error -- no such key
      defineService({ needs: {}, setup: () => undefined }),
      // @ts-expect-error -- a token is no dependency
      defineService({ dependencies: { clock: Clock }, setup: () => undefined }),
      // @ts-expect-error -- a service is an object, or nothing
      defineService({ setup: () => 5 }),
      // @ts-expect-error -- undeclared
      defineService({ dependencies: { clock: required(Clock) }, setup: (deps) => void deps.cluck }),
      // @ts-expect-error -- an optional dependency is not the service itself
      defineService({ dependencies: { clock: optional(Clock) }, setup: (deps) => void deps.clock.now() }),
      // @ts-expect-error -- a name of a priority
      defineEvent('E', { priority: 'urgent' }),
      // @ts-expect-error -- a token has a name
      token<Clock>(),
    ];
    expectTypeOf(wrong).toBeFunction();
    expectTypeOf(required(Store)).toEqualTypeOf<Dependency<Store, 'required'>>();
    expectTypeOf(required(Store)).not.toExtend<Dependency<Clock, 'required'>>();
    expectTypeOf(token<Store>('Store')).not.toExtend<ServiceIdentifier<Clock>>();
  });

  it('refuse wrong registrations, options and calls', () => {
    const check = (manager: DependencyManager, self: ServiceContext): void => {
      const plain = defineService({ setup: () => undefined });
      // @ts-expect-error -- no such option
      void new DependencyManagerClass({ sliceMS: 5 });
      // @ts-expect-error -- no such policy
      void new DependencyManagerClass({ onFailure: 'explode' });
      // @ts-expect-error -- a function must decide
      void new DependencyManagerClass({ onFailure: async () => 'log' });
      // @ts-expect-error -- an object is no class
      manager.register({});
      // @ts-expect-error -- no such key
      manager.register(plain, { restart: { atempts: 3 } });
      // @ts-expect-error -- the id of a service
      manager.register(plain, { filter: { consumer: 'x' } });
      // @ts-expect-error -- names are texts
      void manager.run({ signals: [9] });
      // @ts-expect-error -- the payload names the service
      manager.queue.push(StopService, {});
      // @ts-expect-error -- an event that nobody defined
      self.on({ id: 1 }, () => undefined);
      // @ts-expect-error -- the name of a time-out
      manager.queue.pushAndWait(defineEvent('E'), undefined, { timeout: 5 });
      // @ts-expect-error -- nothing to undo it with
      self.own({});
      // @ts-expect-error -- a tracker is asked
      self.track(Clock, {});
      // @ts-expect-error -- a state cannot be set
      self.state = 'active';
      manager.intercept('all', {
        before: (event, payload) => expectTypeOf(payload).toEqualTypeOf<unknown>() && event.id > 0,
      });
      manager.intercept(defineEvent<{ x: number }>('Moved'), {
        after: (event, processed, payload) => {
          expectTypeOf(event).toEqualTypeOf<EventView>();
          expectTypeOf(processed).toEqualTypeOf<boolean>();
          expectTypeOf(payload).toEqualTypeOf<{ x: number }>();
        },
      });
      expectTypeOf(manager.services.started(Clock)).toEqualTypeOf<Clock[]>();
      expectTypeOf(manager.services.instance(1, Store)).toEqualTypeOf<Store | undefined>();
      expectTypeOf(manager.use(() => 5)).toEqualTypeOf<number>();
      expectTypeOf(manager.start(async () => 'a')).toEqualTypeOf<Task<string>>();
    };
    expectTypeOf(check).toBeFunction();
  });

  it('of the test kit follow tokens and events', () => {
    const check = (manager: TestManager): void => {
      const fake = provideFake(manager, Clock, { now: () => 7 });
      expectTypeOf(fake).toEqualTypeOf<Fake<Clock>>();
      // @ts-expect-error -- a clock has no such method
      fake.callsOf('later');
      // @ts-expect-error -- nor may the fake have it
      provideFake(manager, Clock, { later: () => 7 });
      // @ts-expect-error -- the time is a number
      provideFake(manager, Clock, { now: () => 'noon' });
      // @ts-expect-error -- time is virtual here
      testManager({ clock: { now: () => 1, wallTime: () => 1, schedule: () => ({ cancel: () => undefined }) } });
      expectTypeOf(traceEvents(manager).payloadsOf(defineEvent<{ x: number }>('Moved'))).toEqualTypeOf<
        { x: number }[]
      >();
    };
    expectTypeOf(check).toBeFunction();
  });
});
