// What all endpoints of one host share: the count against the limit, the heartbeat, the rooms, the log.

import type { Clock, Logger } from '@ichor/core';
import type { Connection } from '../connection/connection.ts';
import { shutDown } from '../connection/connection-service.ts';
import { Heartbeat } from '../connection/heartbeat.ts';
import type { ResolvedHostOptions } from '../options/endpoint-options.ts';
import { Rooms } from './room.ts';

export class HostConnections {
  readonly maxConnections: number;
  readonly log: () => Logger;
  readonly rooms = new Rooms();
  readonly #heartbeat: Heartbeat;
  readonly #open = new Set<Connection>();
  /** Requests that are being authorised. */
  admitted = 0;
  /** The program is about to stop: nothing new is let in. */
  isQuiescing = false;

  constructor(options: ResolvedHostOptions, clock: Clock, log: () => Logger) {
    this.maxConnections = options.maxConnections;
    this.log = log;
    this.#heartbeat = new Heartbeat(clock, options.heartbeatMs);
  }

  get size(): number {
    return this.#open.size;
  }

  add(connection: Connection): void {
    this.#open.add(connection);
    this.#heartbeat.add(connection);
  }

  remove(connection: Connection): void {
    this.#open.delete(connection);
    this.#heartbeat.remove(connection);
  }

  /** Closes what is left; every connection sees to its own bound. */
  async end(): Promise<void> {
    const left = [...this.#open];
    for (const connection of left) shutDown(connection);
    await Promise.all(left.map((connection) => connection.whenClosed()));
    this.#heartbeat[Symbol.dispose]();
  }
}
