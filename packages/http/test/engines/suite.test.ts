// The contract suite on both engines, over plain TCP and TLS.

import { describe, expect, it } from 'vitest';
import {
  engineSuite,
  engineUnderTest,
  netUnmetCases,
  nodeHttpTlsUnmetCases,
  nodeHttpUnmetCases,
} from '../../src/testing/index.ts';
import { Authority } from '../support/certificates.ts';

const authority = await Authority.create();
const tls = await authority.issue({ name: 'localhost' });
const client = { ca: authority.cert };

for (const [engine, unmet] of [
  [engineUnderTest({ engine: 'net' }), netUnmetCases],
  [engineUnderTest({ engine: 'net', tls }, client), netUnmetCases],
  [engineUnderTest({ engine: 'node-http' }), nodeHttpUnmetCases],
  [engineUnderTest({ engine: 'node-http', tls }, client), nodeHttpTlsUnmetCases],
] as const) {
  describe(`the engine ${engine.name}`, () => {
    for (const { name, unmet: reason, run } of engineSuite(engine, unmet)) {
      it(`${reason === undefined ? 'meets' : 'does not meet'}: ${name}`, async () => {
        await expect(run()).resolves.toBeUndefined();
      });
    }
  });
}

describe('the suite', () => {
  const engine = engineUnderTest({});

  it('refuses lists of unmet cases that name none, or one twice', () => {
    const [first] = engineSuite(engine);
    expect(() => engineSuite(engine, [{ name: 'flies', reason: '-' }])).toThrow(/no case "flies"/);
    const unmet = { name: first!.name, reason: '-' };
    expect(() => engineSuite(engine, [unmet, unmet])).toThrow(/twice/);
  });

  it('fails for a case that is listed as unmet and is met', async () => {
    const [first] = engineSuite(engine);
    const [listed] = engineSuite(engine, [{ name: first!.name, reason: 'nobody knows' }]);
    await expect(listed!.run()).rejects.toThrow(/Take it off the list/);
    const [lucky] = engineSuite(engine, [{ name: first!.name, reason: 'a race', isSometimesMet: true }]);
    await expect(lucky!.run()).resolves.toBeUndefined();
  });
});
