// One sweep for all connections of a host or client: asks silent peers for a sign of life, and cuts off those that give none.
// Each connection is looked at once per interval, an eighth of them at a time.

import type { Clock, ScheduledCall } from '@ichor/core';
import type { Connection } from './connection.ts';

const parts = 8;

export class Heartbeat implements Disposable {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #connections = Array.from({ length: parts }, () => new Set<Connection>());
  #size = 0;
  #part = 0;
  #call: ScheduledCall | undefined = undefined;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  add(connection: Connection): void {
    this.#of(connection).add(connection);
    this.#size++;
    this.#plan();
  }

  remove(connection: Connection): void {
    if (!this.#of(connection).delete(connection)) return;
    this.#size--;
    if (this.#size > 0) return;
    this.#call?.cancel();
    this.#call = undefined;
  }

  [Symbol.dispose](): void {
    this.#call?.cancel();
    this.#call = undefined;
  }

  #of(connection: Connection): Set<Connection> {
    return this.#connections[connection.id % parts] as Set<Connection>;
  }

  #plan(): void {
    if (this.#call !== undefined || this.#intervalMs === Number.POSITIVE_INFINITY) return;
    this.#call = this.#clock.schedule(this.#sweep, this.#intervalMs / parts, { keepAlive: false });
  }

  readonly #sweep = (): void => {
    this.#call = undefined;
    const connections = this.#connections[this.#part] as Set<Connection>;
    this.#part = (this.#part + 1) % parts;
    for (const connection of connections) {
      if (connection.state !== 'open') continue;
      // Of a peer that is not read from nothing can be heard, and its silence proves nothing. It is asked all the same: what is
      // written to a peer that is gone makes the system give the connection up.
      if (!connection.isAlive && !connection.isPaused) {
        connection.peerIsDead();
        continue;
      }
      connection.isAlive = false;
      connection.ping();
    }
    if (this.#size > 0) this.#plan();
  };
}
