// Gives a provider to the running instance of a consumer, and takes it back: views, `added`, `removed`.

import { forConsumer, type Consumer } from '../contract/consumer.ts';
import type { ServiceInfo } from '../contract/service.ts';
import type { Activation } from './activation.ts';
import { ConsumerLink } from './consumer-link.ts';
import type { Link, ServiceRecord, Slot } from './service-record.ts';

type Callback = (this: object, name: string, service: unknown, info: ServiceInfo) => unknown;

/** The callbacks that an instance may have. */
interface Instance {
  readonly added?: Callback;
  readonly removed?: Callback;
}

/** Gives every connected provider to a consumer that is about to be built. Its instance hears of them in `announce`. */
export function injectAll(record: ServiceRecord, activation: Activation): void {
  const { slots } = record;
  for (let i = 0; i < slots.length; i++) {
    const { link, links } = slots[i] as Slot;
    if (link !== undefined) give(link, activation);
    if (links !== undefined) for (const one of links) give(one, activation);
  }
}

/** Calls `added` for everything that was injected before the instance was there. Throws what `added` throws. */
export function announce(activation: Activation): void {
  activation.isAnnounced = true;
  const { added, removed } = activation.instance as Instance;
  if (typeof added !== 'function' && typeof removed !== 'function') return;
  for (const slot of activation.record.slots)
    for (const link of [...slot])
      if (link.isInjected && !link.isAnnounced) {
        link.isAnnounced = true;
        follow(activation, added?.call(activation.instance as object, slot.spec.key, link.value, link.provider));
      }
}

/** A callback that is async or a coroutine goes on as a step of the consumer; nothing waits for it but its stop. */
function follow(activation: Activation, result: unknown): void {
  if (typeof result === 'object' && result !== null) activation.kernel.events.execute(activation, () => result);
}

/**
 * Whether a provider that arrives now can be given to the consumer: it runs, is not on its way out, and can take it.
 * A constructor argument cannot be given later; it is taken at the next start.
 */
export function canReceive({ consumer: { state, activation }, spec }: Slot): boolean {
  return (
    (state === 'starting' || state === 'injecting' || state === 'active') &&
    activation?.isEnding === false &&
    !spec.isFixed
  );
}

/** Gives a provider to a consumer that runs. A failure goes to the consumer's failure policy. */
export function inject(link: Link): void {
  const activation = link.consumer.activation as Activation;
  try {
    give(link, activation);
    activation.liveArrays?.get(link.slot)?.push(link.value);
    if (activation.isAnnounced) {
      link.isAnnounced = true;
      const { added } = activation.instance as Instance;
      if (typeof added === 'function')
        follow(activation, added.call(activation.instance as object, link.slot.spec.key, link.value, link.provider));
    }
  } catch (error) {
    activation.fail(error, `added(${JSON.stringify(link.slot.spec.key)})`);
  }
  activation.optionalWaits?.get(link.slot)?.resolve(link.value);
  activation.optionalWaits?.delete(link.slot);
}

function give(link: Link, activation: Activation): void {
  const provider = link.provider.activation as Activation;
  const instance = provider.instance as { [forConsumer](consumer: Consumer): unknown };
  link.isInjected = true;
  if (!(provider.makesViews ??= typeof instance[forConsumer] === 'function')) {
    link.value = instance;
    return;
  }
  const consumerLink = new ConsumerLink(link, activation);
  link.consumerLink = consumerLink;
  const view = instance[forConsumer](consumerLink);
  link.value = view;
  if (typeof view === 'object' && view !== null && Symbol.dispose in view) consumerLink.own(view as Disposable);
}

/** Takes a provider back: `removed`, then what was made through the link is undone. The provider still works during that. */
export function eject(link: Link): void {
  const activation = link.consumer.activation as Activation;
  const { value } = link;
  if (link.isAnnounced) {
    link.isAnnounced = false;
    const { removed } = activation.instance as Instance;
    try {
      if (typeof removed === 'function')
        follow(activation, removed.call(activation.instance as object, link.slot.spec.key, value, link.provider));
    } catch (error) {
      activation.fail(error, `removed(${JSON.stringify(link.slot.spec.key)})`);
    }
  }
  link.isInjected = false;
  link.value = undefined;
  if (activation.liveArrays !== undefined) {
    const array = activation.liveArrays.get(link.slot);
    const index = array?.indexOf(value) ?? -1;
    if (index >= 0) array?.splice(index, 1);
  }
  if (link.consumerLink !== undefined) {
    link.consumerLink.disconnect((error) => {
      activation.fail(error, `letting go of ${link.provider.name}`);
    });
    link.consumerLink = undefined;
  }
}
