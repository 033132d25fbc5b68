// Event types and what a handler sees of an event. A type is defined once and known by its number in the queue.

import type { Coroutine } from '@ichor/coroutines';

declare const payloadType: unique symbol;

/** A kind of event with a payload of type `P`. Made by {@link defineEvent}. */
export interface EventType<P = unknown> {
  /** Process-wide number, from 1. 0 means "all events". */
  readonly id: number;
  readonly name: string;
  /** Priority of a push that names none. Default: 1000. */
  readonly priority: number;
  readonly [payloadType]?: P;
}

/** `'high'`, `'normal'` and `'low'` stand for 100, 1000 and 10000. A lower number runs first; any safe integer from 0 is allowed. */
export type Priority = number | 'high' | 'normal' | 'low';

/**
 * What handlers and interceptors see of the event being processed. The object is reused:
 * it is valid until the handler returns or first suspends (coroutines and async handlers keep their own copy).
 */
export interface EventView {
  /** Ascending per queue, from 0. */
  readonly id: number;
  readonly type: EventType;
  /** Id of the service that pushed it; 0 for nobody. */
  readonly origin: number;
  readonly priority: number;
}

/** What a handler may return: nothing, a promise, or a coroutine. The event is complete when that has ended. */
export type Handled<T = unknown> = T | PromiseLike<T> | Coroutine<T>;

/** Called with the payload of each event of its type, while its service is active or injecting. */
export type EventHandler<P> = (payload: P, event: EventView) => Handled;

/** Sees events around their processing. */
export interface Interceptor<P = unknown> {
  /** Return `false` to veto: the event is not processed, all `after` callbacks still run with `processed` false. */
  before?(event: EventView, payload: P): boolean | void;
  /** `processed`: it was not vetoed and somebody handles its type. Runs after the synchronous part. */
  after?(event: EventView, processed: boolean, payload: P): void;
}

/** How an event is pushed. */
export interface PushOptions {
  /** Lower runs first. Default: the priority of the event type. */
  readonly priority?: Priority;
  /** Absolute deadline on the manager's clock, in milliseconds; used by queues that order by deadline. Default: none. */
  readonly deadlineMs?: number;
}

/** Why a {@link Work} item was not run. */
export type DiscardReason = 'vetoed' | 'stopped' | 'quit';

/**
 * A queued piece of work with a receiver of its own: the payload of a {@link WorkType} event.
 * Transports use it to run handlers in the queue without a closure per call, and to learn what became of them.
 */
export interface Work {
  /** Runs in turn, after the interceptors. May return a promise or a coroutine, which is then owned by the origin service. */
  run(event: EventView): Handled;
  /** Receives the result, also a synchronous one. */
  returned?(value: unknown): void;
  /** Receives the failure; without it the failure goes to the failure policy of the origin service. */
  threw?(error: unknown): void;
  /** It will not run: vetoed by an interceptor, its service stopped, or the manager quit. */
  discarded?(reason: DiscardReason): void;
}

/** An event type whose payload is {@link Work}: it is run, not broadcast. */
export interface WorkType extends EventType<Work> {
  readonly work: true;
}

/** Arguments after the type in `push`: the payload can be left out when it may be undefined. */
export type PushArguments<P> = undefined extends P
  ? [payload?: P, options?: PushOptions]
  : [payload: P, options?: PushOptions];
