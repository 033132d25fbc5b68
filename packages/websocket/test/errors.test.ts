// The catalogue, the documentation and the code name the same errors.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { webSocketErrors } from '../src/index.ts';

const root = new URL('../', import.meta.url);
const known = Object.keys(webSocketErrors);

describe('error codes', () => {
  it('are all documented, and nothing else is', () => {
    const documented = readFileSync(new URL('../../docs/errors/websocket.md', root), 'utf8');
    const codes = [...documented.matchAll(/^\|\s*`(ICHOR_\w+)`/gm)].map((match) => match[1]);
    expect(new Set(codes)).toEqual(new Set(known));
    expect(codes).toHaveLength(known.length);
  });

  it('are all used', () => {
    const sources = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('catalogue'))
      .map((file) => readFileSync(new URL(`src/${file}`, root), 'utf8'));
    for (const code of known) expect(sources.join('')).toContain(`'${code}'`);
    expect(sources.filter((source) => source.includes("from 'ws'"))).toHaveLength(1);
  });
});
