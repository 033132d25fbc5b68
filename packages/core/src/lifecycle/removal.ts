// Takes an installed service out of the table, and takes its requests back from trackers (LC-110, LC-111).

import { UndoDependencyRequest } from '../events/internal-events.ts';
import type { Kernel } from './kernel.ts';
import { requestOf, type ProviderIndex } from './provider-index.ts';
import { disconnect } from './linking.ts';
import type { ServiceRecord, Slot } from './service-record.ts';
import { transitions } from './states.ts';

export class Removal {
  readonly #kernel: Kernel;
  readonly #table: Map<number, ServiceRecord>;
  readonly #index: ProviderIndex;

  constructor(kernel: Kernel, table: Map<number, ServiceRecord>, index: ProviderIndex) {
    this.#kernel = kernel;
    this.#table = table;
    this.#index = index;
  }

  remove(record: ServiceRecord): void {
    const { slots } = record;
    for (let i = 0; i < slots.length; i++) {
      const { link, links } = slots[i] as Slot;
      if (link !== undefined) disconnect(link);
      if (links !== undefined) for (const one of [...links]) disconnect(one);
    }
    this.#index.remove(record);
    record.transition(transitions.remove);
    this.#table.delete(record.id);
    if (record.childOf !== undefined) record.childOf.parent.disown(record.childOf);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as Slot;
      if (slot.isRequested) this.#undoRequest(slot);
    }
  }

  /** Delivered directly; interceptors see it as an event. */
  #undoRequest(slot: Slot): void {
    const { events, trackers } = this.#kernel;
    if (trackers.of(slot.spec.token).length === 0 && events.interceptors.count === 0) return;
    const request = requestOf(slot);
    events.showDirect(UndoDependencyRequest, slot.consumer.id, request.priority, request, () => trackers.undo(request));
  }
}
