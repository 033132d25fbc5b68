// The queue of a connection against a simple model, for all policies.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameBytes, Outbox, type FullPolicy, type Outgoing } from '../src/flow/outbox.ts';

const policies: readonly FullPolicy[] = ['wait', 'drop-oldest', 'drop-newest', 'close'];
const message = (bytes: number): Outgoing => ({ data: '', isBinary: false, bytes });

describe('an outbox', () => {
  it('behaves like a list with a bound', () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant('take' as const)), { maxLength: 200 });
    fc.assert(
      fc.property(fc.constantFrom(...policies), fc.integer({ min: 0, max: 100 }), steps, (policy, limit, all) => {
        const outbox = new Outbox(limit, policy);
        let model: Outgoing[] = [];
        let dropped = 0;
        const sum = (): number => model.reduce((total, { bytes }) => total + bytes, 0);
        for (const step of all) {
          if (step === 'take') {
            expect(outbox.take()).toBe(model.shift());
          } else {
            const offered = message(step);
            let expected: 'queued' | 'full' | 'close' = 'queued';
            if (sum() + step > limit) {
              if (policy === 'drop-oldest' && step <= limit) {
                while (sum() + step > limit) {
                  model = model.slice(1);
                  dropped++;
                }
              } else {
                expected = policy === 'close' ? 'close' : 'full';
                if (policy === 'drop-newest' || policy === 'drop-oldest') dropped++;
              }
            }
            if (expected === 'queued') model.push(offered);
            expect(outbox.offer(offered)).toBe(expected);
          }
          expect([outbox.length, outbox.bytes, outbox.dropped]).toEqual([model.length, sum(), dropped]);
          expect(outbox.bytes).toBeLessThanOrEqual(limit);
        }
        expect(outbox.clear()).toBe(model.length);
        expect([outbox.length, outbox.bytes, outbox.take()]).toEqual([0, 0, undefined]);
      }),
    );
  });

  it('keeps order and lets go of what left through thousands of messages', () => {
    const outbox = new Outbox(1e9, 'wait');
    let next = 0;
    for (let i = 0; i < 20_000; i++) {
      outbox.offer(message(i));
      if (i % 3 !== 0) expect(outbox.take()!.bytes).toBe(next++);
    }
    while (outbox.length > 0) expect(outbox.take()!.bytes).toBe(next++);
    expect(next).toBe(20_000);
  });

  it('counts frames as they are on the wire (RFC 6455 section 5.2)', () => {
    expect([0, 125, 126, 65_535, 65_536].map((bytes) => frameBytes(bytes, false) - bytes)).toEqual([2, 2, 4, 4, 10]);
    expect(frameBytes(125, true)).toBe(131);
  });
});
