// What a consumer receives for its declared dependencies: an object whose accessors fail once a provider has gone.
// One class with accessors is made per set of declarations, so an access costs a few nanoseconds and needs no Proxy.

import type { Awaitable } from '@ichor/coroutines';
import { coreError } from '../errors/catalogue.ts';
import { Deferred } from '../events/deferred.ts';
import type { Activation } from '../lifecycle/activation.ts';
import { serviceGone } from '../lifecycle/consumer-link.ts';
import type { Link, Slot } from '../lifecycle/service-record.ts';
import type { LiveCollection, OptionalService } from './dependency-declaration.ts';
import type { DependencySpec } from './dependency-spec.ts';

/** Base of the classes made by {@link injectedClass}. */
export class InjectedDependencies {
  readonly #activation: Activation;
  #views: (OptionalView | CollectionView | undefined)[] | undefined;

  constructor(activation: Activation) {
    this.#activation = activation;
  }

  static required(deps: InjectedDependencies, index: number): unknown {
    const activation = deps.#activation;
    const link = (activation.record.slots[index] as Slot).link;
    if (activation.isRevoked || link === undefined || !link.isInjected) throw goneError(activation, index, link);
    return link.value;
  }

  static view(deps: InjectedDependencies, index: number): OptionalView | CollectionView {
    const views = (deps.#views ??= []);
    return (views[index] ??= viewOf(deps.#activation, index));
  }
}

function viewOf(activation: Activation, index: number): OptionalView | CollectionView {
  const slot = activation.record.slots[index] as Slot;
  return slot.spec.multiple ? new CollectionView(activation, slot) : new OptionalView(activation, slot);
}

/** Makes the class of the injected object for one set of declarations. */
export function injectedClass(specs: readonly DependencySpec[]): new (activation: Activation) => InjectedDependencies {
  class Injected extends InjectedDependencies {}
  for (const { key, index, kind } of specs) {
    const get =
      kind === 'required'
        ? function (this: Injected): unknown {
            return InjectedDependencies.required(this, index);
          }
        : function (this: Injected): unknown {
            return InjectedDependencies.view(this, index);
          };
    Object.defineProperty(Injected.prototype, key, { get, enumerable: true });
  }
  return Injected;
}

function goneError(activation: Activation, index: number, link: Link | undefined): Error {
  if (link !== undefined) return serviceGone(link);
  const { record } = activation;
  const { spec } = record.slots[index] as Slot;
  return coreError(
    'ICHOR_SERVICE_GONE',
    `${record.name} (${record.id}) used its dependency "${spec.key}" after its provider had left. ` +
      'Do not use dependencies after stop(), nor from code that outlives the service.',
    { details: { consumer: record.name, consumerId: record.id, dependency: spec.key } },
  );
}

class OptionalView implements OptionalService<unknown> {
  readonly #activation: Activation;
  readonly #slot: Slot;

  constructor(activation: Activation, slot: Slot) {
    this.#activation = activation;
    this.#slot = slot;
  }

  get current(): unknown {
    assertLive(this.#activation, this.#slot);
    const { link } = this.#slot;
    return link?.isInjected === true ? link.value : undefined;
  }

  ready(): Awaitable<unknown> {
    assertLive(this.#activation, this.#slot);
    const { link } = this.#slot;
    if (link?.isInjected === true) {
      const present = new Deferred<unknown>('an optional service');
      present.resolve(link.value);
      return present;
    }
    let wait = this.#activation.optionalWaits?.get(this.#slot);
    if (wait === undefined) {
      wait = new Deferred(`optional dependency "${this.#slot.spec.key}" of ${this.#activation.name}`);
      this.#activation.addWait(this.#slot, wait);
    }
    return wait;
  }
}

class CollectionView implements LiveCollection<unknown> {
  readonly #activation: Activation;
  readonly #slot: Slot;

  constructor(activation: Activation, slot: Slot) {
    this.#activation = activation;
    this.#slot = slot;
  }

  get size(): number {
    let size = 0;
    for (const link of this.#links()) if (link.isInjected) size++;
    return size;
  }

  at(index: number): unknown {
    return this.toArray().at(index);
  }

  toArray(): unknown[] {
    return [...this];
  }

  *[Symbol.iterator](): Generator<unknown> {
    for (const link of this.#links()) if (link.isInjected) yield link.value;
  }

  #links(): ReadonlySet<Link> {
    assertLive(this.#activation, this.#slot);
    return this.#slot.links as Set<Link>;
  }
}

function assertLive(activation: Activation, slot: Slot): void {
  if (activation.isRevoked) throw goneError(activation, slot.spec.index, undefined);
}
