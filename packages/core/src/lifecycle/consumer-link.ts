// The link between one provider and one consumer as the provider's view sees it (see contract/consumer.ts).

import type { Consumer } from '../contract/consumer.ts';
import type { Properties, ServiceContext, ServiceInfo } from '../contract/service.ts';
import { coreError } from '../errors/catalogue.ts';
import { checkOwnable, OwnedResources, undo } from './owned-resources.ts';

/** What it needs of the link between two records. */
interface LinkedServices {
  readonly provider: ServiceInfo;
  readonly consumer: ServiceInfo;
  readonly slot: { readonly spec: { readonly properties: Properties | undefined } };
}

export class ConsumerLink implements Consumer {
  readonly context: ServiceContext;
  readonly #link: LinkedServices;
  #owned: OwnedResources | undefined;
  #isConnected = true;

  constructor(link: LinkedServices, context: ServiceContext) {
    this.#link = link;
    this.context = context;
  }

  get provider(): ServiceInfo {
    return this.#link.provider;
  }

  get properties(): Properties | undefined {
    return this.#link.slot.spec.properties;
  }

  get connected(): boolean {
    return this.#isConnected;
  }

  assertConnected(): void {
    if (!this.#isConnected) throw serviceGone(this.#link);
  }

  own<T extends Disposable | (() => void)>(resource: T): T {
    this.assertConnected();
    checkOwnable(resource);
    (this.#owned ??= new OwnedResources()).add(resource);
    return resource;
  }

  disown(resource: Disposable | (() => void)): boolean {
    return this.#owned?.delete(resource) ?? false;
  }

  /** Ends the link. Failures of the undoing go to `failed`. */
  disconnect(failed: (error: unknown) => void): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    if (this.#owned === undefined) return;
    for (const resource of this.#owned.takeAll()) {
      try {
        undo(resource);
      } catch (error) {
        failed(error);
      }
    }
  }
}

/** The error of using a reference whose provider or consumer has stopped. */
export function serviceGone(link: LinkedServices): Error {
  const { provider, consumer } = link;
  return coreError(
    'ICHOR_SERVICE_GONE',
    `${consumer.name} (${consumer.id}) used ${provider.name} (${provider.id}) after one of them had stopped ` +
      `(${provider.name} is ${provider.state}, ${consumer.name} is ${consumer.state}). ` +
      'Do not keep references across a stop; use optional() or many() for services that come and go.',
    { details: { provider: provider.name, providerId: provider.id, consumer: consumer.name, consumerId: consumer.id } },
  );
}
