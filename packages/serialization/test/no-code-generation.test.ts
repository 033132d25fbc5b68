// In a process that forbids code generation the codecs work all the same, by themselves.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, test } from 'vitest';

test('codecs compose closures under --disallow-code-generation-from-strings', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ichor-serialization-'));
  try {
    const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));
    await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        outDir: folder,
        ssr: entry,
        minify: false,
        rolldownOptions: { output: { entryFileNames: 'index.mjs' } },
      },
      ssr: { noExternal: true },
    });
    const program = `
      const { defineMessage, t } = await import(${JSON.stringify(`file://${folder}/index.mjs`)});
      const M = defineMessage('M', { id: t.uint(), list: t.array(t.nullable(t.string())) });
      const value = { id: 5, list: ['a', null] };
      let generates = true;
      try { new Function(''); } catch { generates = false; }
      const back = ['json', 'msgpack', 'positional'].map((format) => M[format].deserialize(M[format].serialize(value)));
      let code;
      try { M.json.deserialize(new TextEncoder().encode('{"id":-1}')); } catch (error) { code = error.code; }
      console.log(JSON.stringify({ generates, back, code }));
    `;
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', program];
    const value = { id: 5, list: ['a', null] };
    expect(JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }))).toEqual({
      generates: false,
      back: [value, value, value],
      code: 'ICHOR_SERIALIZATION_RANGE',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
