// What the compiler infers for users (D2, D3): checked by `tsc`, run only to be found.
import { Container, type ServiceIdentifier as InversifyIdentifier } from 'inversify';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { DependencyManager } from '../src/index.ts';
import {
  defineEvent,
  defineService,
  many,
  optional,
  required,
  token,
  type Awaitable,
  type EventHandler,
  type EventOutcome,
  type Injected,
  type LiveCollection,
  type OptionalService,
  type OptionsOf,
  type ServiceContext,
  type StandardSchema,
  type Task,
} from '../src/index.ts';

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
});
