// A service object is what its class makes, even when it can be awaited; what a constructor returns instead is waited for.
import { describe, expect, it } from 'vitest';
import { defineService, required, token, type Injected } from '../../src/index.ts';
import { testManager } from '../../src/testing/index.ts';

interface Job {
  readonly name: string;
}
const Job = token<Job>('Job');
const dependencies = { job: required(Job) };

describe('a service that can be awaited', () => {
  it('is given to its consumers as it is when its class made it (LC-44, LC-56)', async () => {
    const manager = testManager();
    let awaited = 0;
    class AwaitableJob implements Job {
      static readonly provides = [Job];
      static readonly dependencies = {};
      readonly name = 'job';
      // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested.
      then(): void {
        awaited++;
      }
    }
    const names: string[] = [];
    class Worker {
      static readonly dependencies = dependencies;
      constructor({ job }: Injected<typeof dependencies>) {
        names.push(job.name);
      }
    }
    const { id } = manager.register(AwaitableJob);
    manager.register(Worker);
    await manager.begin();
    expect(manager.services.byId(id)?.state).toBe('active');
    expect(names).toEqual(['job']);
    expect(awaited).toBe(0);
    await manager.quit();
  });

  it('is waited for when a setup function or a constructor returns a promise of it', async () => {
    const manager = testManager();
    class Late {
      static readonly provides = [Job];
      static readonly dependencies = {};
      constructor() {
        return Promise.resolve({ name: 'late' }) as never;
      }
    }
    const names: string[] = [];
    const Reader = defineService({
      name: 'Reader',
      dependencies,
      // oxlint-disable-next-line typescript/require-await -- an async setup is what is tested.
      async setup({ job }) {
        names.push(job.name);
        return { name: 'reader' };
      },
    });
    manager.register(Late);
    const { id } = manager.register(Reader);
    await manager.begin();
    expect(names).toEqual(['late']);
    expect(manager.services.byId(id)?.state).toBe('active');
    await manager.quit();
  });
});
