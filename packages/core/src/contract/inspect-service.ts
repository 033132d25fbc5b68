// How a service contributes facts of its own to `manager.inspect()`.

/** Key of the method that tells about a service: a logger its level, a host its address and connections. */
export const inspectService: unique symbol = Symbol.for('@ichor/core/inspectService');

/** Implemented by a service that has something to tell. Called by `inspect()`; must be quick and change nothing. */
export interface InspectableService {
  /** Plain values. Keys that look like secrets are redacted like properties. */
  [inspectService](): Record<string, unknown>;
}
