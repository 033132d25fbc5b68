// Interceptors: before and after, global and per service, with veto (EV-70…79, LC-111).
import { describe, expect, it } from 'vitest';
import {
  defineEvent,
  defineService,
  required,
  StartService,
  UndoDependencyRequest,
  type ServiceContext,
} from '../../src/index.ts';
import { assertNoLeaks, testManager, type TestManager } from '../../src/testing/index.ts';
import { A, logged } from '../support.ts';

const Ping = defineEvent<number>('Ping');
const Pong = defineEvent('Pong');

async function service(manager: TestManager): Promise<ServiceContext> {
  let context: ServiceContext | undefined;
  manager.register(
    defineService({
      setup(_, self) {
        context = self;
      },
    }),
  );
  if (manager.outcome === 'new') await manager.begin();
  else await manager.settle();
  return context as ServiceContext;
}

function noting(log: string[], name: string, veto = false) {
  return {
    before: (event: { type: { name: string } }) => {
      log.push(`${name} before ${event.type.name}`);
      return !veto;
    },
    after: (event: { type: { name: string } }, processed: boolean) => {
      log.push(`${name} after ${event.type.name} ${processed}`);
    },
  };
}

describe('interceptors', () => {
  it('run in the order all, then type, each in the order of registration, before and after alike (EV-72)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const log: string[] = [];
    self.on(Ping, () => log.push('handled'));
    self.intercept(Ping, noting(log, 'type 1'));
    self.intercept('all', noting(log, 'all 1'));
    manager.intercept('all', noting(log, 'all 2'));
    manager.intercept(Ping, noting(log, 'type 2'));
    self.intercept(Pong, noting(log, 'other'));
    manager.queue.push(Ping, 1);
    await manager.settle();
    const order = ['all 1', 'all 2', 'type 1', 'type 2'];
    expect(log).toEqual([
      ...order.map((name) => `${name} before Ping`),
      'handled',
      ...order.map((name) => `${name} after Ping true`),
    ]);
    await manager.quit();
  });

  it('are all asked although one vetoes, and all told that the event was not processed (EV-73)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const log: string[] = [];
    self.on(Ping, () => log.push('handled'));
    self.intercept(Ping, noting(log, 'veto', true));
    self.intercept(Ping, noting(log, 'second'));
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(log).toEqual(['veto before Ping', 'second before Ping', 'veto after Ping false', 'second after Ping false']);
    await manager.quit();
  });

  it('see and veto the events of the manager itself, from the first one on (EV-71, EV-73)', async () => {
    const manager = testManager();
    const log: string[] = [];
    manager.intercept('all', { before: (event) => void log.push(event.type.name) });
    const veto = manager.intercept(StartService, { before: () => false });
    const handle = manager.register(logged([], 'P'));
    await manager.begin();
    expect(log).toEqual(['InsertService', 'StartService']);
    expect(handle.state).toBe('installed');
    veto[Symbol.dispose]();
    void manager.startService(handle.id);
    await manager.settle();
    expect(handle.state).toBe('active');
    await manager.quit();
  });

  it('that are added during an event do not see it; removed ones are not called any more (EV-74, EV-76, D8)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const log: string[] = [];
    const registrations: Disposable[] = [];
    manager.intercept('all', {
      before(event) {
        if (event.type !== (Ping as unknown) || registrations.length === 0) return;
        registrations[0]?.[Symbol.dispose]();
        self.intercept('all', noting(log, 'added to all'));
        registrations.length = 0;
      },
    });
    registrations.push(manager.intercept('all', noting(log, 'removed')));
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(log).toEqual([]);
    manager.queue.push(Pong);
    await manager.settle();
    expect(log).toEqual(['added to all before Pong', 'added to all after Pong false']);
    await manager.quit();
  });

  it('of a service that the event stops are not called afterwards (EV-75)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const log: string[] = [];
    self.intercept('all', noting(log, 'own'));
    void manager.stopService(self.id);
    await manager.settle();
    expect(log).toEqual([
      'own before StopService',
      'own after StopService true',
      'own before DependencyOffline',
      'own after DependencyOffline true',
      'own before StopService',
    ]);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('go one by one, and twice disposed does no harm (EV-77, GD-14)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const log: string[] = [];
    const one = self.intercept(Ping, noting(log, 'one'));
    self.intercept(Ping, noting(log, 'two'));
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(log).toEqual(['two before Ping', 'two after Ping false']);
    await manager.quit();
    one[Symbol.dispose]();
    assertNoLeaks(manager);
  });

  it('see undo requests when a service is removed, but cannot veto them (LC-111, EV-79)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const released: number[] = [];
    self.track(A, { requested: () => undefined, released: (request) => void released.push(request.requester.id) });
    const d = manager.register(logged([], 'D', { dependencies: { a: required(A) } }));
    await manager.settle();
    const log: string[] = [];
    manager.intercept(UndoDependencyRequest, noting(log, 'veto', true));
    void manager.removeService(d.id);
    await manager.settle();
    expect(released).toEqual([d.id]);
    expect(log).toEqual(['veto before UndoDependencyRequest', 'veto after UndoDependencyRequest true']);
    await manager.quit();
  });

  it('that are async do not veto, are not waited for, and their failure goes to their service', async () => {
    const manager = testManager();
    const seen: string[] = [];
    const { id } = manager.register(
      defineService({
        name: 'Async',
        setup(_, self) {
          self.on(Ping, () => void seen.push('handled'));
          self.intercept(Ping, {
            before: (async () => {
              await Promise.resolve();
              throw new Error('too late');
            }) as never,
          });
        },
      }),
      { onFailure: 'log' },
    );
    await manager.begin();
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(seen).toEqual(['handled']);
    expect(manager.host.messages.join()).toMatch(/Async \(\d+\) failed in handling Ping \(event \d+\)[^]*too late/);
    expect(manager.services.byId(id)?.state).toBe('active');
    await manager.quit();
  });

  it('that fail do not veto, and the failure goes to their service', async () => {
    const manager = testManager();
    const self = await service(manager);
    const other = await service(manager);
    const seen: number[] = [];
    other.on(Ping, (n) => seen.push(n));
    self.intercept(Ping, {
      before() {
        throw new Error('interceptor');
      },
    });
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(seen).toEqual([1]);
    expect(self.state).toBe('installed');
    expect(manager.explainText()).toContain('interceptor');
    await manager.quit();
  });
});
