// What is refused, and what the message says; close codes; back-off.

import { IchorError, DependencyManager } from '@ichor/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebSocketClientService, WebSocketHostService } from '../src/index.ts';
import { reconnectDelay } from '../src/flow/reconnect-delay.ts';
import { checkedUrl, resolveConnect } from '../src/options/client-options.ts';
import { resolveReconnect } from '../src/options/connection-options.ts';
import { resolveEndpointOptions } from '../src/options/endpoint-options.ts';
import { checkClose, fittingReason, isSendableCloseCode, maxReasonBytes } from '../src/protocol/close-codes.ts';

function refusal(run: () => unknown): { readonly option: unknown; readonly message: string } {
  try {
    run();
  } catch (error) {
    if (!IchorError.is(error, 'ICHOR_WEBSOCKET_OPTION_INVALID')) throw error;
    return { option: error.details?.['option'], message: error.message };
  }
  throw new Error('Nothing was refused.');
}

describe('options', () => {
  it.each<[string, unknown]>([
    ['maxMessageBytes', 0],
    ['maxMessageBytes', 2 ** 31],
    ['maxMessageBytes', '1'],
    ['highWaterBytes', 0.5],
    ['lowWaterBytes', 70_000],
    ['maxQueuedBytes', -1],
    ['maxQueuedBytes', Number.POSITIVE_INFINITY],
    ['whenFull', 'explode'],
    ['priority', -1],
    ['maxPendingMessages', 0],
    ['maxPendingBytes', Number.NaN],
    ['closeTimeoutMs', 60_001],
    ['protocols', 'json'],
    ['protocols', ['a', 'a']],
    ['protocols', ['a b']],
    ['origins', 'https://a'],
    ['requireProtocol', true],
    ['maxConnections', 0],
    ['authorise', true],
    ['compression', 'yes'],
    ['maxMesageBytes', 1],
  ])('refuse %s: %j, naming what is allowed', (option, value) => {
    const { option: named, message } = refusal(() => resolveEndpointOptions({ [option]: value }));
    expect(named).toBe(option);
    expect(message).toMatch(/received .+; allowed: .+/);
  });

  it.each<[string, object]>([
    ['compression.level', { compression: { level: 10 } }],
    ['compression.threshold', { compression: { threshold: 10 } }],
    ['reconnect.jitter', { reconnect: { jitter: 2 } }],
    ['reconnect.maxDelayMs', { reconnect: { delayMs: 100, maxDelayMs: 50 } }],
    ['reconnect.attempts', { reconnect: { attempts: 0 } }],
    ['connectTimeoutMs', { connectTimeoutMs: 0 }],
    ['headers.Host', { headers: { Host: 'a' } }],
    ['headers.A', { headers: { A: 'a\r\nB: c' } }],
    ['tls.cipher', { tls: { cipher: 'x' } }],
    ['whileOffline', { whileOffline: 'wait' }],
    ['signal', { signal: {} }],
  ])('of connect() refuse a wrong %s', (option, given) => {
    expect(refusal(() => resolveConnect(given)).option).toBe(option);
  });

  it('refuse URLs that are none, or not of WebSocket', () => {
    for (const url of ['nothing', 'ftp://a', 'ws://a/#part']) expect(refusal(() => checkedUrl(url)).option).toBe('url');
    expect(checkedUrl('wss://a/b?c').host).toBe('a');
  });

  it('of host and client are refused at registration', () => {
    const manager = new DependencyManager();
    expect(() => manager.register(WebSocketHostService, { options: { heartbeatMs: 5 } })).toThrow(
      /heartbeatMs.*5.*from 10/,
    );
    expect(() => manager.register(WebSocketClientService, { options: { heartbeatMs: -1 } })).toThrow(/heartbeatMs/);
  });
});

describe('close codes', () => {
  it('are sendable as RFC 6455 section 7.4 says', () => {
    const sendable = Array.from({ length: 5100 }, (_, code) => code).filter(isSendableCloseCode);
    expect(sendable.filter((code) => code < 3000)).toEqual([
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
    ]);
    expect([sendable.at(-1), sendable.filter((code) => code >= 3000).length]).toEqual([4999, 2000]);
    expect([isSendableCloseCode(1000.5), isSendableCloseCode(Number.NaN)]).toEqual([false, false]);
  });

  it('and reasons are checked', () => {
    expect(() => checkClose(1005, '')).toThrow(/1005.*4000-4999/);
    expect(() => checkClose(1000, 'ü'.repeat(62))).toThrow(/124 bytes/);
    checkClose(1000, 'ü'.repeat(61));
  });

  it('have reasons that are cut between characters where we make them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (reason) => {
        const cut = fittingReason(reason);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxReasonBytes);
        expect(reason.startsWith(cut)).toBe(true);
        if (Buffer.byteLength(reason) <= maxReasonBytes) expect(cut).toBe(reason);
      }),
    );
  });
});

describe('the delay before a reconnection', () => {
  it('grows to its limit, with jitter below it, and ends with the attempts', () => {
    const steady = resolveReconnect({ delayMs: 100, factor: 3, maxDelayMs: 1000, jitter: 0, attempts: 5 })!;
    expect([1, 2, 3, 4, 5, 6].map((attempt) => reconnectDelay(steady, attempt, 0.9))).toEqual([
      100,
      300,
      900,
      1000,
      1000,
      undefined,
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 1000 }),
        (attempt, random, jitter, delayMs) => {
          const delay = reconnectDelay(resolveReconnect({ jitter, delayMs })!, attempt, random)!;
          const full = Math.min(delayMs * 2 ** Math.min(attempt - 1, 1000), 30_000);
          expect(delay).toBeLessThanOrEqual(full);
          expect(delay).toBeGreaterThanOrEqual(full * (1 - jitter) - 1e-6);
        },
      ),
    );
  });
});
