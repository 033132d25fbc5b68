// The market of one token: who offers it now, who asks for it, and which requests have room. Generic over records and slots,
// which know it.

import { LinkedList, type ListNode } from './linked-list.ts';

/** One token offered by one active service: a node of the list of active providers. */
export interface Offer<Provider, Request extends RequestNode<Request>> extends ListNode<Offer<Provider, Request>> {
  readonly provider: Provider;
  readonly entry: TokenEntry<Provider, Request>;
}

/** A request is in two lists: of all requests for its token, and, while it has room, of the open ones. */
export interface RequestNode<Request> extends ListNode<Request> {
  previousRequest: Request | undefined;
  nextRequest: Request | undefined;
}

/** Services in the table that offer a token or ask for it hold on to its entry. */
export class TokenEntry<Provider, Request extends RequestNode<Request>> {
  /** Active providers for everybody, in the order of becoming active. */
  readonly providers = new LinkedList<Offer<Provider, Request>>();
  /** Slots that can take a provider, in the order of becoming able to. */
  readonly openSlots = new LinkedList<Request>();
  /** Listings that hold on to it; without any, the entry is dropped. */
  users = 0;
  #firstRequest: Request | undefined;
  #lastRequest: Request | undefined;

  /** A service that asks for the token enters the table. */
  addRequest(request: Request): void {
    request.previousRequest = this.#lastRequest;
    if (this.#lastRequest === undefined) this.#firstRequest = request;
    else this.#lastRequest.nextRequest = request;
    this.#lastRequest = request;
  }

  /** A service that asks for the token leaves the table. */
  deleteRequest(request: Request): void {
    const { previousRequest, nextRequest } = request;
    if (previousRequest === undefined) this.#firstRequest = nextRequest;
    else previousRequest.nextRequest = nextRequest;
    if (nextRequest === undefined) this.#lastRequest = previousRequest;
    else nextRequest.previousRequest = previousRequest;
    request.previousRequest = request.nextRequest = undefined;
  }

  /** All requests of services in the table, in the order of insertion. O(n). */
  requests(): Request[] {
    const requests: Request[] = [];
    for (let request = this.#firstRequest; request !== undefined; request = request.nextRequest) requests.push(request);
    return requests;
  }
}

/** The entries of everything that a kind of service offers and asks for, shared by all services of that kind. */
export interface Listing<Provider, Request extends RequestNode<Request>> {
  /** In the order of `provides`. */
  readonly offered: readonly TokenEntry<Provider, Request>[];
  /** In the order of the slots. */
  readonly wanted: readonly TokenEntry<Provider, Request>[];
  /** Services in the table that use it. */
  users: number;
}
