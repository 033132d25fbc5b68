// Sends pings on a timer and keeps the round trip times for the summary (RB-72).

import { DependencyManager, IchorError, required, type Injected, type ServiceContext } from '@ichor/core';
import { HttpClient } from '@ichor/http';
import { TimerFactory, type Timer } from '@ichor/timers';
import { PingMessage } from './ping-message.ts';

export interface PingOptions {
  readonly address: string;
  readonly port: number;
  /** Round trips after which the program ends; `Infinity` for never. */
  readonly count: number;
}

const firstIntervalMs = 10;
/** Bytes of the message as a struct of one 64-bit number, which is what the lines have always shown. */
const messageBytes = 8;

export class PingService {
  static readonly dependencies = {
    http: required(HttpClient),
    timers: required(TimerFactory),
    manager: required(DependencyManager),
  };
  readonly #deps: Injected<typeof PingService.dependencies>;
  readonly #self: ServiceContext<PingOptions>;
  readonly #url: string;
  readonly #timesMs: number[] = [];
  #sent = 0;
  #failed = 0;

  constructor(deps: Injected<typeof PingService.dependencies>, self: ServiceContext<PingOptions>) {
    this.#deps = deps;
    this.#self = self;
    const { address, port } = self.options;
    this.#url = `http://${address.includes(':') ? `[${address}]` : address}:${port}/ping`;
  }

  start(): void {
    this.#deps.timers.every(firstIntervalMs, (timer) => this.#ping(timer), { immediately: true });
  }

  /** The summary, also when Ctrl-C ended the program. */
  stop(): void {
    const times = this.#timesMs;
    const lost = this.#sent === 0 ? 0 : Math.round((100 * (this.#sent - times.length)) / this.#sent);
    console.log(`--- ${this.#url} ---`);
    console.log(`${this.#sent} sent, ${times.length} received, ${this.#failed} failed, ${lost}% lost`);
    if (times.length === 0) return;
    const sorted = times.toSorted((a, b) => a - b);
    const average = sorted.reduce((sum, time) => sum + time, 0) / sorted.length;
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] as number;
    console.log(
      `round trip min/avg/p99/max = ${[at(1 / sorted.length), average, at(0.99), at(1)].map((ms) => ms.toFixed(3)).join('/')} ms`,
    );
  }

  /** Callbacks may overlap: a slow answer does not hold back the next ping, but makes the interval longer. */
  async #ping(timer: Timer): Promise<void> {
    const { address, count } = this.#self.options;
    if (this.#sent >= count) return;
    const sequence = this.#sent++;
    const startedAt = this.#self.clock.now();
    try {
      const answered = await this.#roundTrip(sequence);
      const timeMs = this.#self.clock.now() - startedAt;
      if (answered !== sequence) throw new Error(`received sequence ${answered}`);
      this.#timesMs.push(timeMs);
      console.log(`${messageBytes} bytes from ${address}: icmp_seq=${sequence}, time=${timeMs.toFixed(3)} ms`);
      if (timer.intervalMs !== undefined && timeMs > timer.intervalMs) timer.intervalMs = timeMs;
    } catch (error) {
      if (IchorError.is(error, 'ICHOR_HTTP_CLIENT_STOPPED')) return;
      this.#failed++;
      console.log(`icmp_seq=${sequence} failed: ${(error as Error).message}`);
    }
    if (this.#timesMs.length + this.#failed >= count) void this.#deps.manager.quit();
  }

  async #roundTrip(sequence: number): Promise<number> {
    const response = await this.#deps.http.post(this.#url, { message: [PingMessage, { sequence }] });
    const answer = await (await response.expectOk()).message(PingMessage);
    return answer.sequence;
  }
}
