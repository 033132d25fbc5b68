// The rooms of one host. A room exists as long as somebody is in it; a connection that closes leaves all of its rooms.

import type { Consumer, MessageType } from '@ichor/core';
import type { Connection } from '../connection/connection.ts';
import { connectionOf } from '../connection/connection-view.ts';
import type { WebSocketConnection, WebSocketData } from '../contract/websocket-connection.ts';
import type { BroadcastOptions, BroadcastResult, Room } from '../contract/websocket-host.ts';
import { invalidOption } from '../options/checks.ts';
import { broadcast, broadcastMessage } from './audience.ts';

/** Who is in a room. */
class Members {
  readonly connections = new Set<Connection>();
  readonly #rooms: Rooms;
  readonly #name: string;

  constructor(rooms: Rooms, name: string) {
    this.#rooms = rooms;
    this.#name = name;
  }

  removed(connection: Connection): boolean {
    const wasThere = this.connections.delete(connection);
    if (this.connections.size === 0) this.#rooms.byName.delete(this.#name);
    return wasThere;
  }
}

export class Rooms {
  readonly byName = new Map<string, Members>();

  /** The room as one service sees it, whether anybody is in it or not. */
  room(name: string, consumer: Consumer): Room {
    if (typeof name !== 'string' || name === '') throw invalidOption('room', name, 'a name');
    return new RoomView(this, name, consumer);
  }

  members(name: string): Members {
    let members = this.byName.get(name);
    if (members === undefined) this.byName.set(name, (members = new Members(this, name)));
    return members;
  }
}

const nobody: ReadonlySet<Connection> = new Set();

class RoomView implements Room {
  readonly name: string;
  readonly #rooms: Rooms;
  readonly #consumer: Consumer;

  constructor(rooms: Rooms, name: string, consumer: Consumer) {
    this.#rooms = rooms;
    this.name = name;
    this.#consumer = consumer;
  }

  get size(): number {
    return this.#members.size;
  }

  join(view: WebSocketConnection): boolean {
    this.#consumer.assertConnected();
    const connection = connected(view);
    if (connection.state === 'closed' || this.#members.has(connection)) return false;
    const members = this.#rooms.members(this.name);
    members.connections.add(connection);
    (connection.rooms ??= new Set()).add(members);
    return true;
  }

  leave(view: WebSocketConnection): boolean {
    const connection = connected(view);
    const members = this.#rooms.byName.get(this.name);
    if (members === undefined) return false;
    connection.rooms?.delete(members);
    return members.removed(connection);
  }

  has(view: WebSocketConnection): boolean {
    return this.#members.has(connected(view));
  }

  broadcast(data: WebSocketData, options?: BroadcastOptions): BroadcastResult {
    this.#consumer.assertConnected();
    return broadcast(this.#members, data, options);
  }

  broadcastMessage<T>(type: MessageType<T>, value: T, options?: BroadcastOptions): BroadcastResult {
    this.#consumer.assertConnected();
    return broadcastMessage(this.#members, type, value, options);
  }

  get #members(): ReadonlySet<Connection> {
    return this.#rooms.byName.get(this.name)?.connections ?? nobody;
  }
}

function connected(view: WebSocketConnection): Connection {
  const connection = connectionOf(view);
  if (connection === undefined) throw invalidOption('connection', view, 'a connection of this package');
  return connection;
}
