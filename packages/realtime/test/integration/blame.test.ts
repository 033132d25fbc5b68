// Injected disturbances must each be blamed rightly, in a real process: a long handler, a forced collection, microtasks,
// a busy callback, a sleeping call, SIGSTOP/SIGCONT (GP-1). What a busy machine does by itself is told apart and repeated.
import { spawn } from 'node:child_process';
import { defineEvent, DependencyManager, required, type Injected, type ServiceContext } from '@ichor/core';
import { describe, expect, it } from 'vitest';
import type { BlameCause } from '../../src/blame/attribute.ts';
import { DeadlineMonitor } from '../../src/monitor/deadline-monitor.ts';
import { DeadlineOverrun, type Overrun } from '../../src/monitor/overrun.ts';
import { DeadlineMonitorService, Deadlines } from '../../src/service/deadline-monitor-service.ts';

const Watched = defineEvent<(() => unknown) | undefined>('Watched');
const Disturbance = defineEvent<() => unknown>('Disturbance');
const disturbanceMs = 5;
const limitMs = 2;

type Disturb = (self: ServiceContext) => void;

class Victim {
  static readonly dependencies = { deadlines: required(Deadlines), manager: required(DependencyManager) };
  readonly #deps: Injected<typeof Victim.dependencies>;
  readonly #self: ServiceContext<{ disturb: Disturb; overruns: Overrun[] }>;

  constructor(
    deps: Injected<typeof Victim.dependencies>,
    self: ServiceContext<{ disturb: Disturb; overruns: Overrun[] }>,
  ) {
    this.#deps = deps;
    this.#self = self;
  }

  start(): void {
    const self = this.#self;
    this.#deps.deadlines.watch(Watched, { deadlineMs: limitMs });
    self.on(Watched, (work) => work?.());
    self.on(Disturbance, (work) => work());
    self.on(DeadlineOverrun, (overrun) => {
      self.options.overruns.push(overrun);
      void this.#deps.manager.quit();
    });
    // In a turn of its own, so that start-up is not in the window.
    setTimeout(() => self.options.disturb(self), 20);
  }
}

/** What a busy machine can do to any run by itself; the rest of the process has the loop too. */
const fromOutside: ReadonlySet<BlameCause> = new Set(['preemption', 'steal', 'blocked', 'gc', 'event-loop']);

/**
 * Runs one disturbance and gives the blame of the first overrun. On a busy machine the system, or a collection that has to
 * wait for its helpers, may take longer than the disturbance, and is then rightly blamed: such runs are repeated.
 */
async function blameOf(expected: BlameCause, disturb: Disturb): Promise<Overrun> {
  const giveUpAt = performance.now() + 40_000;
  for (;;) {
    const overrun = await firstOverrun(disturb);
    const { cause } = overrun.blame;
    if (cause === expected || !fromOutside.has(cause) || performance.now() > giveUpAt) return overrun;
  }
}

async function firstOverrun(disturb: Disturb): Promise<Overrun> {
  using monitor = new DeadlineMonitor();
  const manager = new DependencyManager({ queue: monitor.queue() });
  manager.register(DeadlineMonitorService, { options: { monitor } });
  const overruns: Overrun[] = [];
  manager.register(Victim, { options: { disturb, overruns } });
  await manager.run();
  return overruns[0] as Overrun;
}

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    // The disturbance.
  }
}

/** Garbage that takes long to collect. */
function garbage(): unknown {
  return Array.from({ length: 600_000 }, (_, index) => ({ index, text: [`${index}`] }));
}

describe('the blame for an overrun in a real process', { timeout: 60_000 }, () => {
  it('falls on another event that had the thread, by its name', async () => {
    const { blame, name } = await blameOf('event', (self) => {
      self.queue.push(Disturbance, () => busy(disturbanceMs), { priority: 'high' });
      self.queue.push(Watched);
    });
    expect(name).toBe('Watched');
    expect(blame).toMatchObject({ cause: 'event' });
    expect(blame.explanation).toContain('"Disturbance"');
    expect(blame.evidence.events[0]?.eventType).toBe('Disturbance');
  });

  it('falls on the handler itself when that was busy', async () => {
    const { blame } = await blameOf('self', (self) => self.queue.push(Watched, () => busy(disturbanceMs)));
    expect(blame).toMatchObject({ cause: 'self' });
  });

  it('falls on a forced collection, with its kind and length as evidence', async () => {
    const held = [garbage(), garbage()];
    const { blame } = await blameOf('gc', (self) => {
      self.queue.push(Watched, () => {
        globalThis.gc?.();
        globalThis.gc?.();
      });
    });
    expect(held.length).toBe(2);
    expect(blame).toMatchObject({ cause: 'gc' });
    expect(blame.explanation).toContain('forced major');
    const collected = blame.evidence.gcs.reduce((ms, gc) => ms + gc.endMs - gc.startMs, 0);
    expect(collected).toBeGreaterThan(0);
    expect(blame.evidence.gcs.every(({ forced }) => forced)).toBe(true);
  });

  it('falls on a long run of microtasks between events', async () => {
    const { blame } = await blameOf('microtasks', (self) => {
      self.queue.push(Disturbance, () => {
        // Nobody waits for this chain, so the queue does not know of it.
        void (async () => {
          const end = performance.now() + disturbanceMs;
          await Promise.resolve();
          self.queue.push(Watched);
          while (performance.now() < end) {
            busy(1);
            await Promise.resolve();
          }
        })();
      });
    });
    expect(blame).toMatchObject({ cause: 'microtasks' });
    expect(blame.evidence.microtasks.length).toBeGreaterThan(0);
  });

  it('falls on other callbacks of the event loop when nothing else ran', async () => {
    const { blame } = await blameOf('event-loop', (self) => {
      self.queue.push(Watched);
      busy(disturbanceMs); // still in the callback of a foreign timer
    });
    expect(blame).toMatchObject({ cause: 'event-loop' });
  });

  it.runIf(process.platform === 'linux')('falls on a call in which the thread slept', async () => {
    const { blame } = await blameOf('blocked', (self) => {
      self.queue.push(Watched, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, disturbanceMs));
    });
    expect(blame).toMatchObject({ cause: 'blocked' });
    expect(blame.evidence.thread?.cpuMs).toBeLessThan(disturbanceMs);
  });

  it.runIf(process.platform === 'linux')('falls on SIGSTOP when the process was stopped and continued', async () => {
    const { blame } = await blameOf('stopped', (self) => {
      self.queue.push(Watched, () => {
        const { pid } = process;
        // Another process stops and continues this one, perhaps before spawn returns; the handler goes on until that has happened.
        let last = performance.now();
        const end = last + 10_000;
        spawn('sh', ['-c', `kill -STOP ${pid}; sleep 0.3; kill -CONT ${pid}`], { stdio: 'ignore' });
        let longest = 0;
        while (longest < 200 && last < end) {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
        }
      });
    });
    expect(blame).toMatchObject({ cause: 'stopped' });
    expect(blame.explanation).toContain('SIGSTOP');
    expect(blame.evidence.continuedMs.length).toBeGreaterThan(0);
  });
});
