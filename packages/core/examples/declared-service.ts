// A program with declared dependencies and no build step: node packages/core/examples/declared-service.ts (Node 22.18 or later).

import {
  defineEvent,
  DependencyManager,
  many,
  required,
  token,
  type Coroutine,
  type Injected,
  type ServiceContext,
} from '@ichor/core';

interface Robot {
  readonly name: string;
}
const Robot = token<Robot>('Robot');
const Dispatch = defineEvent<{ readonly robot: string }>('Dispatch');

class Arm implements Robot {
  static readonly provides = [Robot];
  static readonly dependencies = {};
  readonly name = 'arm';
}

class Fleet {
  static readonly dependencies = { robots: many(Robot, { required: true }), manager: required(DependencyManager) };
  readonly #deps: Injected<typeof Fleet.dependencies>;
  readonly #self: ServiceContext;

  constructor(deps: Injected<typeof Fleet.dependencies>, self: ServiceContext) {
    this.#deps = deps;
    this.#self = self;
  }

  *start(): Coroutine<void> {
    this.#self.on(Dispatch, ({ robot }) => {
      console.log(`dispatched ${robot}`);
      void this.#deps.manager.quit();
    });
    for (const robot of this.#deps.robots) {
      yield* this.#self.queue.whenBelow(100);
      this.#self.queue.push(Dispatch, { robot: robot.name });
    }
  }

  added(name: 'robots' | 'manager', service: unknown): void {
    if (name === 'robots') console.log(`added ${(service as Robot).name}`);
  }
}

const manager = new DependencyManager();
manager.register(Fleet);
manager.register(Arm);
await manager.run();
