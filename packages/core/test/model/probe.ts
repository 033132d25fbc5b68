// Services for the model-based test: they watch over the promises of the lifecycle from inside, and record every violation.

import { sleep, type Coroutine } from '@ichor/coroutines';
import {
  defineEvent,
  many,
  optional,
  required,
  token,
  type ServiceContext,
  type ServiceInfo,
} from '../../src/index.ts';
import type { Dependency } from '../../src/index.ts';

export type Pace = 'plain' | 'slow' | 'verySlow';

/** What one service of a program is like. */
export interface ProbeSpec {
  readonly provides: readonly number[];
  readonly dependencies: readonly {
    readonly token: number;
    readonly kind: 'required' | 'optional' | 'many' | 'some';
  }[];
  readonly start: Pace;
  readonly stop: Pace | 'hangs';
  readonly background: 'none' | 'ends' | 'hangs' | 'slowCleanup';
  readonly restarts: boolean;
  readonly priority: number;
}

export const tokenCount = 5;
export const tokens = Array.from({ length: tokenCount }, (_, index) => token<Probe>(`T${index}`));
export const Nudge = defineEvent<{ readonly fail: number | undefined }>('Nudge');

const delays: Readonly<Record<Pace, number>> = { plain: 0, slow: 20, verySlow: 3000 };

/** What all services of one program share. */
export class World {
  readonly violations: string[] = [];
  /** Instances between the begin of their start and the end of their stop. */
  readonly live = new Set<Probe>();
  /** Ids whose next start fails. */
  readonly failNextStart = new Set<number>();
  added = 0;
  removed = 0;
  starts = 0;
  failedStarts = 0;
  stops = 0;

  violate(what: string): void {
    this.violations.push(what);
  }
}

/** One instance of one service. */
export class Probe {
  readonly world: World;
  readonly self: ServiceContext;
  readonly spec: ProbeSpec;
  readonly deps: Readonly<Record<string, unknown>>;
  readonly held = new Map<string, Set<number>>();
  isInBrokenCycle = false;
  phase: 'built' | 'starting' | 'started' | 'stopping' | 'stopped' = 'built';

  constructor(world: World, spec: ProbeSpec, deps: Readonly<Record<string, unknown>>, self: ServiceContext) {
    this.world = world;
    this.spec = spec;
    this.deps = deps;
    this.self = self;
    world.live.add(this);
    self.own(() => {
      world.live.delete(this);
      for (const [key, ids] of this.held) if (ids.size > 0) this.#violate(`ended with ${key} not removed`);
      if (this.phase === 'started' || this.phase === 'stopping') this.#violate(`ended while ${this.phase}`);
    });
    this.#checkRequirements('construction');
  }

  /** What the consumers of this instance use. */
  get isUsable(): boolean {
    return this.phase === 'started';
  }

  start(): Coroutine<void> | undefined {
    this.#check(this.phase === 'built', `start() while ${this.phase}`);
    this.#check(this.self.state === 'starting', `start() in state ${this.self.state}`);
    this.#checkRequirements('start()');
    this.world.starts++;
    this.phase = 'starting';
    this.self.on(Nudge, ({ fail }) => {
      this.#check(this.phase === 'started', `an event arrived while ${this.phase}`);
      this.#check(
        this.self.state === 'active' || this.self.state === 'injecting',
        `an event arrived in ${this.self.state}`,
      );
      this.#checkRequirements('an event');
      if (fail === this.self.id) throw new Error(`nudged ${fail}`);
    });
    if (this.spec.background !== 'none') this.self.run(() => this.#background(), { name: 'background' });
    if (this.world.failNextStart.delete(this.self.id)) {
      this.world.failedStarts++;
      this.phase = 'stopped';
      throw new Error('start fails');
    }
    if (this.spec.start !== 'plain') return this.#startSlowly();
    this.phase = 'started';
    return undefined;
  }

  *#startSlowly(): Coroutine<void> {
    try {
      yield* sleep(delays[this.spec.start]);
      this.#checkRequirements('the end of start()');
      this.phase = 'started';
    } finally {
      if ((this.phase as string) !== 'started') {
        this.world.failedStarts++;
        this.phase = 'stopped';
      }
    }
  }

  *#background(): Coroutine<void> {
    try {
      yield* sleep(this.spec.background === 'hangs' ? 1e9 : 30);
      if (this.spec.background === 'slowCleanup') yield* sleep(1e9);
    } finally {
      if (!this.world.live.has(this)) this.#violate('a coroutine outlived its service');
      if (this.spec.background === 'slowCleanup') yield* sleep(1e9);
    }
  }

  stop(): Coroutine<void> | undefined {
    this.#check(this.phase === 'started', `stop() while ${this.phase}`);
    this.#check(this.self.state === 'stopping', `stop() in state ${this.self.state}`);
    this.#checkRequirements('stop()');
    for (const other of this.world.live)
      if (other.uses(this)) this.#violate(`stops before its consumer ${other.self.name} (${other.phase})`);
    this.world.stops++;
    this.phase = 'stopping';
    if (this.spec.stop !== 'plain') return this.#stopSlowly(this.spec.stop === 'hangs' ? 1e9 : delays[this.spec.stop]);
    this.phase = 'stopped';
    return undefined;
  }

  *#stopSlowly(delayMs: number): Coroutine<void> {
    try {
      yield* sleep(delayMs);
    } finally {
      this.phase = 'stopped';
    }
  }

  added(key: string, service: Probe, info: ServiceInfo): void {
    this.world.added++;
    const ids = this.held.get(key) ?? new Set<number>();
    this.held.set(key, ids);
    this.#check(!ids.has(info.id), `added(${key}, ${info.id}) twice`);
    this.#check(service.isUsable, `added(${key}) with a provider that is ${service.phase}`);
    this.#check(
      info.state === 'active' || info.state === 'uninjecting',
      `added(${key}) with a provider in ${info.state}`,
    );
    this.#check(this.phase !== 'stopping' && this.phase !== 'stopped', `added(${key}) while ${this.phase}`);
    ids.add(info.id);
  }

  removed(key: string, service: Probe, info: ServiceInfo): void {
    this.world.removed++;
    this.#check(this.held.get(key)?.delete(info.id) === true, `removed(${key}, ${info.id}) without added`);
    this.#check(service.isUsable, `removed(${key}) with a provider that is ${service.phase}`);
    this.#check(this.phase !== 'stopping', `removed(${key}) before stop() has ended`);
    // Of services that need each other one has to let go first.
    if (this.self.state === 'uninjecting' && service.needs(this, new Set())) this.isInBrokenCycle = true;
    else if (key.startsWith('required') && this.phase !== 'stopped')
      this.#violate(`removed(${key}) while ${this.phase}`);
  }

  /** Whether this running instance requires `provider` now. */
  uses(provider: Probe): boolean {
    if (this.phase !== 'started' && this.phase !== 'starting' && this.phase !== 'stopping') return false;
    for (const [key, ids] of this.held)
      if (ids.has(provider.self.id) && (key.startsWith('required') || (key.startsWith('some') && ids.size === 1)))
        return true;
    return false;
  }

  /** Whether it cannot run without `other`, directly or through others. */
  needs(other: Probe, seen: Set<Probe>): boolean {
    if (seen.has(this)) return false;
    seen.add(this);
    for (const one of this.world.live) if (this.uses(one) && (one === other || one.needs(other, seen))) return true;
    return false;
  }

  #checkRequirements(when: string): void {
    if (this.isInBrokenCycle) return;
    for (const [index, { kind }] of this.spec.dependencies.entries()) {
      const key = `${kind}${index}`;
      try {
        if (kind === 'required') {
          const provider = this.deps[key] as Probe;
          this.#check(provider.isUsable, `${when}: its required provider is ${provider.phase}`);
        } else if (kind === 'some') {
          const all = [...(this.deps[key] as Iterable<Probe>)];
          this.#check(all.length > 0, `${when}: it has no provider`);
          for (const provider of all) this.#check(provider.isUsable, `${when}: a provider is ${provider.phase}`);
        } else if (kind === 'many') {
          for (const provider of this.deps[key] as Iterable<Probe>)
            this.#check(provider.isUsable, `${when}: an optional provider is ${provider.phase}`);
        } else {
          const { current } = this.deps[key] as { readonly current: Probe | undefined };
          this.#check(current?.isUsable !== false, `${when}: its optional provider is ${current?.phase}`);
        }
      } catch (error) {
        this.#violate(`${when}: ${String(error)}`);
      }
    }
  }

  #check(isTrue: boolean, what: string): void {
    if (!isTrue) this.#violate(what);
  }

  #violate(what: string): void {
    this.world.violate(`${this.self.name} (${this.self.id}): ${what}`);
  }
}

/** The class that registers a spec. */
export function probeClass(world: World, spec: ProbeSpec) {
  const dependencies: Record<string, Dependency> = {};
  for (const [index, { token: at, kind }] of spec.dependencies.entries()) {
    const asked = tokens[at] as (typeof tokens)[number];
    dependencies[`${kind}${index}`] =
      kind === 'required'
        ? required(asked)
        : kind === 'optional'
          ? optional(asked)
          : many(asked, { required: kind === 'some' });
  }
  return class extends Probe {
    static readonly provides = spec.provides.map((at) => tokens[at] as (typeof tokens)[number]);
    static readonly dependencies = dependencies;

    constructor(deps: Readonly<Record<string, unknown>>, self: ServiceContext) {
      super(world, spec, deps, self);
    }
  };
}
