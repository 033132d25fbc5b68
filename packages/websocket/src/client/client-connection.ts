// One connection of a client with what brings it about: the first attempt with its time-out, and reconnections by policy.

import type { Consumer, Logger, ScheduledCall } from '@ichor/core';
import { Connection } from '../connection/connection.ts';
import type { Heartbeat } from '../connection/heartbeat.ts';
import type { Socket } from '../connection/socket.ts';
import { webSocketError } from '../errors/catalogue.ts';
import { reconnectDelay } from '../flow/reconnect-delay.ts';
import type { Dial } from '../node/ws-socket.ts';
import { publicUrl, type ResolvedConnect } from '../options/client-options.ts';

/** What a client's connections share. */
export interface ClientParts {
  readonly heartbeat: Heartbeat;
  readonly log: () => Logger;
  /** From 0 to 1, for jitter. */
  random(): number;
  /** Connects; returns a function that gives up as long as it is not open. */
  dial(dial: Dial): () => void;
}

/** Close codes after which a server may be expected back: going away, failed, restarting, overloaded, bad gateway; and lost. */
const passing: ReadonlySet<number> = new Set([1001, 1006, 1011, 1012, 1013, 1014]);

export class ClientConnection {
  readonly connection: Connection;
  readonly #url: URL;
  readonly #shownUrl: string;
  readonly #options: ResolvedConnect;
  readonly #consumer: Consumer;
  readonly #parts: ClientParts;
  #attempt = 0;
  /** The delay before the last attempt. */
  #delayMs = 0;
  #openedAt = 0;
  #giveUp: (() => void) | undefined = undefined;
  #timer: ScheduledCall | undefined = undefined;

  constructor(url: URL, options: ResolvedConnect, consumer: Consumer, parts: ClientParts, over: () => void) {
    this.#url = url;
    this.#shownUrl = publicUrl(url);
    this.#options = options;
    this.#consumer = consumer;
    this.#parts = parts;
    this.connection = new Connection({
      side: 'client',
      path: url.pathname,
      options: options.connection,
      owner: consumer,
      log: parts.log,
      lost: (code) => this.#lost(code),
      over: (connection) => {
        this.#stopTrying();
        parts.heartbeat.remove(connection);
        over();
      },
    });
  }

  /** The first attempt. */
  first(): Promise<void> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      const settled = (error: Error | undefined): void => {
        signal?.removeEventListener('abort', aborted);
        this.abandon = () => undefined;
        if (error === undefined) return resolve();
        this.connection.terminate();
        reject(error);
      };
      const aborted = (): void => this.abandon('its signal aborted', signal?.reason);
      this.abandon = (why, cause) => {
        this.#stopTrying();
        settled(
          webSocketError('ICHOR_WEBSOCKET_CONNECT_ABORTED', `Connecting to ${this.#shownUrl} was given up: ${why}.`, {
            cause,
          }),
        );
      };
      if (signal?.aborted === true) return aborted();
      signal?.addEventListener('abort', aborted);
      this.#try(
        () => settled(undefined),
        (error) => settled(error),
      );
    });
  }

  /** Gives the first attempt up, as long as it goes on. */
  abandon: (why: string, cause?: unknown) => void = () => undefined;

  #try(opened: () => void, failed: (error: Error) => void): void {
    const { connectTimeoutMs, connection: options, headers, tls } = this.#options;
    this.#timer = this.#consumer.context.clock.schedule(() => {
      this.#stopTrying();
      failed(
        webSocketError(
          'ICHOR_WEBSOCKET_CONNECT_TIMEOUT',
          `No WebSocket connection to ${this.#shownUrl} within ${connectTimeoutMs} ms. Check the address, or raise connectTimeoutMs.`,
          { details: { url: this.#shownUrl, connectTimeoutMs } },
        ),
      );
    }, connectTimeoutMs);
    this.#giveUp = this.#parts.dial({
      url: this.#url,
      shownUrl: this.#shownUrl,
      headers,
      tls,
      options,
      listener: this.connection,
      opened: (socket: Socket) => {
        this.#settled();
        this.#openedAt = this.#consumer.context.clock.now();
        this.connection.opened(socket);
        this.#parts.heartbeat.add(this.connection);
        opened();
      },
      failed: (error) => {
        this.#settled();
        failed(error);
      },
    });
  }

  /** True when it will be tried again. */
  #lost(code: number): boolean {
    this.#parts.heartbeat.remove(this.connection);
    if (!passing.has(code)) return false;
    // A server that lets clients in only to lose them at once must not see them more often than one that is not there.
    if (this.#consumer.context.clock.now() - this.#openedAt >= this.#delayMs) this.#attempt = 0;
    return this.#again();
  }

  #again(): boolean {
    const { reconnect } = this.#options;
    const { context, connected } = this.#consumer;
    if (reconnect === undefined || !connected || context.signal.aborted) return false;
    const delay = reconnectDelay(reconnect, ++this.#attempt, this.#parts.random());
    if (delay === undefined) return false;
    this.#delayMs = delay;
    this.#timer = context.clock.schedule(() => {
      this.#try(
        () => undefined,
        (error) => {
          if (this.connection.state !== 'connecting') return;
          this.#parts.log().warn('A WebSocket reconnection failed', {
            url: this.#shownUrl,
            attempt: this.#attempt,
            error,
          });
          if (!this.#again()) this.connection.gaveUp();
        },
      );
    }, delay);
    return true;
  }

  #settled(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#giveUp = undefined;
  }

  #stopTrying(): void {
    const giveUp = this.#giveUp;
    this.#settled();
    giveUp?.();
  }
}
