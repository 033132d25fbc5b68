// A host whose clock only moves when the test says so: time-outs are reached without waiting, and never by a slow machine.

import { VirtualClock } from '@ichor/core/testing';
import type { HttpHost, HttpHostOptions } from '../../src/index.ts';
import { withHost, type RunningHost } from './with-host.ts';

/** Lets the event loop turn once. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What `use` gets: the host, and a way to let time pass once everything sent has arrived. */
export type HostInVirtualTime = RunningHost & { pass(ms: number): Promise<void> };

export function inVirtualTime(
  setup: (host: HttpHost) => void,
  use: (running: HostInVirtualTime) => Promise<void>,
  options: HttpHostOptions = {},
): Promise<void> {
  const clock = new VirtualClock();
  const pass = async (ms: number): Promise<void> => {
    // What was sent must have arrived before time passes.
    for (let index = 0; index < 20; index++) await turn();
    for (let passed = 0; passed < ms; passed += 250) {
      clock.advance(Math.min(250, ms - passed));
      await turn();
    }
    for (let index = 0; index < 5; index++) await turn();
  };
  return withHost(setup, async (running) => use({ ...running, pass }), options, { clock });
}
