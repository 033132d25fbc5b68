// Start-up: when it has settled, and the report when it makes no progress (issue: explain(), LC-230, GD-12).
import { describe, expect, it } from 'vitest';
import { required } from '../../src/index.ts';
import { testManager } from '../../src/testing/index.ts';
import { A, B, logged } from '../support.ts';

describe('start-up', () => {
  it('prints once, as chains, what does not start when nothing has moved for startupReportMs', async () => {
    const manager = testManager({ startupReportMs: 2000 });
    manager.register(logged([], 'Waiter', { dependencies: { b: required(B) } }));
    manager.register(logged([], 'Middle', { provides: [B], dependencies: { a: required(A) } }));
    await manager.begin();
    await manager.advance(1999);
    expect(manager.host.messages).toEqual([]);
    await manager.advance(1);
    expect(manager.host.messages).toHaveLength(1);
    expect(manager.host.messages[0]).toMatch(
      /no progress[^]*Waiter \(\d+\) waits for B from Middle \(\d+\), which waits for A, which nobody provides/,
    );
    await manager.advance(100_000);
    expect(manager.host.messages).toHaveLength(1);
    await manager.quit();
    expect(manager.clock.pending).toBe(0);
  });

  it('prints nothing when everything runs, nor while services still start', async () => {
    const manager = testManager({ startupReportMs: 2000 });
    manager.register(logged([], 'Slow', { provides: [A], startMs: 1500 }));
    manager.register(logged([], 'Slower', { dependencies: { a: required(A) }, startMs: 1500 }));
    await manager.begin();
    await manager.advance(10_000);
    expect(manager.host.messages).toEqual([]);
    await manager.quit();
  });

  it('has settled when nothing is starting any more, also when something waits for ever', async () => {
    const manager = testManager();
    manager.register(logged([], 'Waiter', { dependencies: { b: required(B) } }));
    manager.register(logged([], 'Slow', { startMs: 100 }));
    const settled: number[] = [];
    void manager.started().then(() => settled.push(manager.clock.now()));
    await manager.begin();
    await manager.advance(99);
    expect(settled).toEqual([]);
    await manager.advance(1);
    expect(settled).toEqual([100]);
    await manager.started();
    await manager.quit();
  });

  it('tells who waits for it that the manager quits', async () => {
    const manager = testManager();
    const outcome = manager.started().then(
      () => 'settled',
      (error: { code: string }) => error.code,
    );
    await manager.quit();
    expect(await outcome).toBe('ICHOR_MANAGER_QUIT');
  });
});
