// Random programs over random graphs, on virtual time: the invariants of the lifecycle hold after every step (issue: tests;
// LC-20…29, LC-72…76, LC-84, LC-94…96, LC-130…138, GD-1…10, D8). A failing program is printed with its seed and path.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defineService,
  FrameworkLogger,
  Quit,
  StopService,
  type DependencyStatus,
  type Explanation,
  type ServiceInfo,
} from '../../src/index.ts';
import { leaks, TestManager } from '../../src/testing/index.ts';
import { Nudge, probeClass, tokenCount, tokens, World, type ProbeSpec } from './probe.ts';
import { silentLogger } from '../support.ts';

const quitTimeoutMs = 5000;
let steps = 0;

class Program {
  readonly world = new World();
  readonly manager = new TestManager({
    failFast: false,
    quitTimeoutMs,
    stopTimeoutMs: 10_000,
    startupReportMs: Infinity,
  });
  readonly ids: number[] = [];
  readonly specs = new Map<number, ProbeSpec>();
  /** Services that take part in a replacement. */
  readonly replaced = new Set<number>();
  /** Stopped on purpose or failed: they need not start by themselves. */
  readonly resting = new Set<number>();

  constructor() {
    void this.manager.run();
    // Silent, because rendering the failures takes longer than everything else; and it keeps the program running.
    this.manager.register(defineService({ provides: [FrameworkLogger], setup: () => silentLogger() }));
    this.manager.drain();
  }

  id(index: number): number | undefined {
    return this.ids.length === 0 ? undefined : this.ids[index % this.ids.length];
  }

  service(index: number): ServiceInfo | undefined {
    const id = this.id(index);
    return id === undefined ? undefined : this.manager.services.byId(id);
  }

  check(): void {
    const { manager, world } = this;
    manager.drain();
    for (const service of manager.services.all())
      if (service.state === 'active')
        for (const dependency of manager.services.dependencies(service.id)) this.#checkDependency(service, dependency);
    // Explaining everything takes longer than everything else.
    if (steps % 4 === 0)
      for (const explanation of manager.explain()) {
        const service = manager.services.byId(explanation.serviceId);
        if (service?.state === 'installed') this.#checkWaits(service, explanation);
      }
    if (world.violations.length > 0) throw new Error(world.violations.join('\n'));
  }

  #checkDependency(service: ServiceInfo, dependency: DependencyStatus): void {
    if (dependency.required && dependency.satisfied === 0)
      this.world.violate(`${service.name} (${service.id}) is active without ${dependency.key}`);
  }

  /** What is installed waits for something, rests on purpose, or has failed. */
  #checkWaits(service: ServiceInfo, explanation: Explanation): void {
    // Services that a replacement registers later than its call are not known here.
    if (this.resting.has(service.id) || !this.specs.has(service.id) || explanation.failure !== undefined) return;
    if (explanation.waitsFor.length === 0)
      this.world.violate(`${service.name} (${service.id}) does not start although it waits for nothing`);
    const used = new Set<string>();
    for (const dependency of this.manager.services.dependencies(service.id)) {
      const name = String(dependency.token);
      if (!dependency.required || dependency.satisfied > 0 || used.has(name)) continue;
      used.add(name);
      const same = this.manager.services.dependencies(service.id).filter((other) => other.token === dependency.token);
      // Each of n required ones needs a provider of its own (LC-74); an optional single one may have been first (LC-72).
      if (same.some((other) => !other.required && !other.multiple)) continue;
      const idle = this.manager.services
        .providers(dependency.token)
        .filter((provider) => provider.state === 'active' && provider.id !== service.id);
      if (idle.length >= same.filter((other) => other.required).length)
        this.world.violate(
          `${service.name} (${service.id}) waits for ${dependency.key}, of which there are enough active providers`,
        );
    }
  }

  /** Quits, and checks that it ends in time and leaves nothing. */
  finish(): void {
    const { manager, world } = this;
    const services = manager.services.count;
    manager.queue.push(Quit);
    const begin = manager.clock.now();
    const bound = (2 * services + 2) * quitTimeoutMs;
    manager.drain();
    while (manager.isRunning && manager.clock.now() - begin <= bound && manager.clock.step()) manager.drain();
    if (manager.isRunning) world.violate(`quit did not end within ${bound} ms:\n${manager.explainText()}`);
    else {
      // Clean-up that was cut off by force has the rest of this turn.
      manager.clock.advance(0);
      for (const line of leaks(manager)) world.violate(`after quit: ${line}`);
      if (world.live.size > 0)
        world.violate(`after quit: ${[...world.live].map((one) => `${one.self.name} is ${one.phase}`).join(', ')}`);
      if (world.added !== world.removed) world.violate(`${world.added} added, ${world.removed} removed`);
      if (world.starts !== world.stops + world.failedStarts)
        world.violate(`${world.starts} starts, ${world.failedStarts} of them failed, ${world.stops} stops`);
    }
    if (world.violations.length > 0) throw new Error(world.violations.join('\n'));
  }
}

abstract class Step implements fc.Command<object, Program> {
  check(): boolean {
    return true;
  }

  run(_: object, program: Program): void {
    steps++;
    this.act(program);
    program.check();
  }

  abstract act(program: Program): void;
  abstract toString(): string;
}

class Register extends Step {
  readonly spec: ProbeSpec;
  readonly failing: boolean;

  constructor(spec: ProbeSpec, failing: boolean) {
    super();
    this.spec = spec;
    this.failing = failing;
  }

  act(program: Program): void {
    const { id } = program.manager.register(probeClass(program.world, this.spec), {
      name: `S${program.ids.length}`,
      priority: this.spec.priority,
      ...(this.spec.restarts ? { restart: { attempts: 3, delayMs: 10 } } : {}),
    });
    program.ids.push(id);
    program.specs.set(id, this.spec);
    if (this.failing) program.world.failNextStart.add(id);
  }

  toString(): string {
    return `register(${JSON.stringify(this.spec)}${this.failing ? ', failing' : ''})`;
  }
}

class Replace extends Step {
  readonly index: number;
  readonly spec: ProbeSpec;
  readonly order: 'start-first' | 'stop-first';
  readonly failing: boolean;

  constructor(index: number, spec: ProbeSpec, order: Replace['order'], failing: boolean) {
    super();
    this.index = index;
    this.spec = spec;
    this.order = order;
    this.failing = failing;
  }

  act(program: Program): void {
    const service = program.service(this.index);
    const old = service === undefined ? undefined : program.specs.get(service.id);
    if (service === undefined || old === undefined || program.replaced.has(service.id)) return;
    const { manager, world } = program;
    // It takes the place of the other one, so it offers the same.
    const spec = { ...this.spec, provides: old.provides };
    program.replaced.add(service.id);
    // Which of the two runs afterwards depends on how the replacement ends.
    program.resting.add(service.id);
    const before = new Set(manager.services.all().map((one) => one.id));
    void manager.replace(service.id, probeClass(world, spec), {}, { order: this.order, timeoutMs: 4000, holdMs: 500 });
    for (const { id } of manager.services.all()) {
      if (before.has(id)) continue;
      program.ids.push(id);
      program.specs.set(id, spec);
      program.replaced.add(id);
      program.resting.add(id);
      if (this.failing) world.failNextStart.add(id);
    }
  }

  toString(): string {
    return `replace(${this.index}, ${JSON.stringify(this.spec)}, ${this.order}${this.failing ? ', failing' : ''})`;
  }
}

class OnService extends Step {
  readonly kind: 'stop' | 'remove' | 'start' | 'fail' | 'failNextStart' | 'stopEvent';
  readonly index: number;
  readonly drainsBefore: boolean;

  constructor(kind: OnService['kind'], index: number, drainsBefore: boolean) {
    super();
    this.kind = kind;
    this.index = index;
    this.drainsBefore = drainsBefore;
  }

  override run(model: object, program: Program): void {
    steps++;
    this.act(program);
    // Without a drain several requests are processed together.
    if (this.drainsBefore) program.check();
    void model;
  }

  act(program: Program): void {
    const service = program.service(this.index);
    if (service === undefined) return;
    const { manager, world, resting } = program;
    switch (this.kind) {
      case 'stop':
        resting.add(service.id);
        void manager.stopService(service.id);
        return;
      case 'stopEvent':
        resting.add(service.id);
        manager.queue.push(StopService, { serviceId: service.id, removeAfter: false });
        return;
      case 'remove':
        void manager.removeService(service.id);
        return;
      case 'start':
        void manager.startService(service.id);
        return;
      case 'fail':
        resting.add(service.id);
        manager.queue.push(Nudge, { fail: service.id });
        return;
      case 'failNextStart':
        resting.add(service.id);
        world.failNextStart.add(service.id);
        return;
    }
  }

  toString(): string {
    return `${this.kind}(${this.index})${this.drainsBefore ? '' : '…'}`;
  }
}

class Advance extends Step {
  readonly durationMs: number;

  constructor(durationMs: number) {
    super();
    this.durationMs = durationMs;
  }

  act(program: Program): void {
    program.manager.advanceNow(this.durationMs);
  }

  toString(): string {
    return `advance(${this.durationMs})`;
  }
}

class StepEvents extends Step {
  readonly count: number;

  constructor(count: number) {
    super();
    this.count = count;
  }

  override run(_: object, program: Program): void {
    steps++;
    this.act(program);
    if (program.world.violations.length > 0) throw new Error(program.world.violations.join('\n'));
  }

  act(program: Program): void {
    for (let i = 0; i < this.count; i++) program.manager.step();
    program.manager.queue.push(Nudge, { fail: undefined });
  }

  toString(): string {
    return `step(${this.count})`;
  }
}

const someToken = fc.integer({ min: 0, max: tokenCount - 1 });
const spec: fc.Arbitrary<ProbeSpec> = fc.record({
  provides: fc.uniqueArray(someToken, { maxLength: 2 }),
  dependencies: fc.array(
    fc.record({ token: someToken, kind: fc.constantFrom('required', 'required', 'optional', 'many', 'some') }),
    { maxLength: 3 },
  ),
  start: fc.constantFrom('plain', 'plain', 'slow', 'verySlow'),
  stop: fc.constantFrom('plain', 'plain', 'slow', 'verySlow', 'hangs'),
  background: fc.constantFrom('none', 'none', 'ends', 'hangs', 'slowCleanup'),
  restarts: fc.boolean(),
  priority: fc.constantFrom(1000, 1000, 50, 5000),
});
const index = fc.nat({ max: 20 });
const commands = fc.commands(
  [
    fc.tuple(spec, fc.constantFrom(false, false, false, true)).map(([one, failing]) => new Register(one, failing)),
    fc.tuple(spec, fc.constantFrom(false, false, false, true)).map(([one, failing]) => new Register(one, failing)),
    fc
      .tuple(
        fc.constantFrom('stop', 'stop', 'remove', 'start', 'start', 'fail', 'failNextStart', 'stopEvent'),
        index,
        fc.boolean(),
      )
      .map(([kind, at, drains]) => new OnService(kind, at, drains)),
    fc
      .tuple(index, spec, fc.constantFrom('start-first', 'stop-first'), fc.constantFrom(false, false, true))
      .map(([at, one, order, failing]) => new Replace(at, one, order, failing)),
    fc.constantFrom(0, 5, 20, 100, 1000, 2500, 5000).map((ms) => new Advance(ms)),
    fc.integer({ min: 1, max: 6 }).map((count) => new StepEvents(count)),
  ],
  { maxCommands: 60, size: '+2' },
);

describe('random programs', () => {
  it('keep the invariants of the lifecycle after every step, and end in time', { timeout: 120_000 }, () => {
    expect(tokens).toHaveLength(tokenCount);
    fc.assert(
      fc.property(commands, (program) => {
        const real = new Program();
        fc.modelRun(() => ({ model: {}, real }), program);
        real.check();
        real.finish();
      }),
      {
        numRuns: Number(process.env['ICHOR_MODEL_RUNS'] ?? 4000),
        ...(process.env['ICHOR_MODEL_SEED'] === undefined ? {} : { seed: Number(process.env['ICHOR_MODEL_SEED']) }),
      },
    );
    if (process.env['ICHOR_MODEL_RUNS'] === undefined) expect(steps).toBeGreaterThan(100_000);
  });
});
