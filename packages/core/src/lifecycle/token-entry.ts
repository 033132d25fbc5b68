// The market of one token: who offers it now, and which requests have room. Generic over records and slots, which know it.

import { LinkedList, type ListNode } from './linked-list.ts';

/** One token offered by one service in the table: a node of the list of active providers. */
export interface Offer<Provider, Request extends ListNode<Request>> extends ListNode<Offer<Provider, Request>> {
  readonly provider: Provider;
  readonly entry: TokenEntry<Provider, Request>;
}

/** Services in the table that offer a token or ask for it hold on to its entry. */
export class TokenEntry<Provider, Request extends ListNode<Request>> {
  /** Active providers for everybody, in the order of becoming active. */
  readonly providers = new LinkedList<Offer<Provider, Request>>();
  /** Slots that can take a provider, in the order of becoming able to. */
  readonly openSlots = new LinkedList<Request>();
  /** All slots of inserted services that ask for the token. */
  readonly requests = new Set<Request>();
  /** Offers and requests of services in the table; without any, the entry is dropped. */
  users = 0;
}
