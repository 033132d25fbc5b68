// Ambient context (AsyncLocalStorage stores) that follows events and coroutines from push to processing (D15).

import type { ContextCarrier } from '../events/event-system.ts';
import type { AsyncContext } from './options.ts';

export function contextCarrier(contexts: readonly AsyncContext[]): ContextCarrier {
  const runFrom = <T>(index: number, stores: readonly unknown[], call: () => T): T => {
    const context = contexts[index];
    return context === undefined ? call() : context.run(stores[index] as never, () => runFrom(index + 1, stores, call));
  };
  return {
    capture: () => contexts.map((context) => context.getStore()),
    run: (captured, call) => runFrom(0, captured as readonly unknown[], call),
  };
}
