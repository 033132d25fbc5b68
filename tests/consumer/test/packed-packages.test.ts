// The packed packages in a project that knows nothing of this workspace: they load both ways, their types compile under every
// usual setting, and the tarballs hold what they should.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { install } from '../install.mjs';
import { published } from '../../../scripts/lib/workspace.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The project into which the tarballs are installed, the tarballs, and the names of the compilers beside them. */
    consumer: { folder: string; tarballs: string; compilers: string[] };
  }
}

const { folder, tarballs, compilers } = inject('consumer');
const entries = published().flatMap(({ name, manifest }) =>
  Object.keys(manifest.exports ?? {})
    .filter((entry) => entry !== './package.json')
    .map((entry) => ({ entry: entry === '.' ? name : `${name}${entry.slice(1)}` })),
);

/** What fixtures/program.ts prints. */
const answered = '200 {"sequence":1}\nAnswering: asked\n';

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The names of every entry, as one program sees them. */
function namesOf(type: 'module' | 'commonjs', load: string): Record<string, string[]> {
  const list = JSON.stringify(entries.map(({ entry }) => entry));
  const program = `const names = {};
    for (const entry of ${list}) names[entry] = Object.keys(${load}).sort();
    console.log(JSON.stringify(names));`;
  return JSON.parse(node(`--input-type=${type}`, '-e', program)) as Record<string, string[]>;
}

let imported: Record<string, string[]> = {};
let required: Record<string, string[]> = {};
beforeAll(() => {
  imported = namesOf('module', 'await import(entry)');
  required = namesOf('commonjs', 'require(entry)');
});

describe.each(entries)('$entry', ({ entry }) => {
  test('gives the same names to import and to require()', () => {
    expect(required[entry]).toEqual(imported[entry]);
    expect(imported[entry]).not.toEqual([]);
  });

  test('loads by itself, where generating code from strings is forbidden', () => {
    const program = `await import('${entry}'); console.log('loaded')`;
    expect(node('--disallow-code-generation-from-strings', '--input-type=module', '-e', program)).toBe('loaded\n');
  });
});

describe.each(compilers)('%s', (compiler) => {
  test.each([
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ])('accepts the types under $moduleResolution, and what it emits runs', ({ module, moduleResolution }) => {
    const every = entries.map(({ entry }, index) => `export * as e${index} from '${entry}';\n`);
    writeFileSync(path.join(folder, 'every-entry.ts'), every.join(''));
    const outDir = `out/${compiler}-${moduleResolution}`;
    const options = {
      compilerOptions: {
        module,
        moduleResolution,
        outDir,
        rootDir: '.',
        target: 'es2022',
        lib: ['es2023', 'esnext.disposable'],
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        experimentalDecorators: true,
        // The declarations of the packages are part of what is checked.
        skipLibCheck: false,
      },
      include: ['*.ts'],
    };
    const config = path.join(folder, `tsconfig.${compiler}.${moduleResolution}.json`);
    writeFileSync(config, JSON.stringify(options));
    const tsc = path.join(folder, 'node_modules', compiler, 'bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', config, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(node(`${outDir}/program.js`)).toBe(answered);
    expect(node('--disallow-code-generation-from-strings', `${outDir}/program.js`)).toBe(answered);
  });
});

test('a program in CommonJS runs, also where generating code from strings is forbidden', () => {
  expect(node('program.cjs')).toBe('Greeter: read 7\n');
  expect(node('--disallow-code-generation-from-strings', 'program.cjs')).toBe('Greeter: read 7\n');
});

describe.each(published())('the tarball of $name', ({ name }) => {
  const installed = path.join(folder, 'node_modules', name);
  const manifest = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;

  test('has a README and a licence, and neither tests nor build information', () => {
    const paths = readdirSync(installed, { recursive: true, encoding: 'utf8' }).map((file) =>
      file.replaceAll(path.sep, '/'),
    );
    const wanted = ['README.md', 'LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts'];
    expect(wanted.filter((file) => !paths.includes(file))).toEqual([]);
    expect(paths.filter((file) => /(^|\/)(test|\.tsbuildinfo|tsconfig.*)$/.test(file))).toEqual([]);
  });

  test('has versions that mean something outside the workspace, and no source entries', () => {
    expect(JSON.stringify(manifest)).not.toMatch(/workspace:|catalog:|@ichor\/source/);
  });

  test('has maps that lead to the sources beside them', () => {
    const map = JSON.parse(readFileSync(path.join(installed, 'dist/index.js.map'), 'utf8')) as { sources: string[] };
    expect(map.sources.map((source) => existsSync(path.join(installed, 'dist', source)))).toEqual([true]);
  });
});

test('somebody who only wants codecs gets neither core nor a container', () => {
  const alone = path.join(folder, '../codecs-only');
  mkdirSync(alone, { recursive: true });
  const tarball = readdirSync(tarballs).find((file) => file.startsWith('ichor-serialization-'))!;
  const dependencies = { '@ichor/serialization': `file:../tarballs/${tarball}` };
  writeFileSync(path.join(alone, 'package.json'), JSON.stringify({ private: true, dependencies }));
  install(alone);
  expect(readdirSync(path.join(alone, 'node_modules/@ichor'))).toEqual(['serialization']);
  expect(existsSync(path.join(alone, 'node_modules/inversify'))).toBe(false);
  const program = `require('@ichor/serialization'); console.log('loaded')`;
  expect(execFileSync(process.execPath, ['-e', program], { cwd: alone, encoding: 'utf8' })).toBe('loaded\n');
});

test('core is enough for a program with both kinds of injection, and for testing it', () => {
  const alone = path.join(folder, '../core-only');
  mkdirSync(alone, { recursive: true });
  const tarball = (name: string): string =>
    `file:../tarballs/${readdirSync(tarballs).find((file) => file.startsWith(`ichor-${name}-`))}`;
  const dependencies = {
    '@ichor/core': tarball('core'),
    '@ichor/coroutines': tarball('coroutines'),
    inversify: '^8.0.0',
  };
  writeFileSync(path.join(alone, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  install(alone);
  expect(readdirSync(path.join(alone, 'node_modules/@ichor')).sort()).toEqual(['core', 'coroutines']);
  writeFileSync(
    path.join(alone, 'program.js'),
    `import { decorate, inject, injectable } from 'inversify';
import { DependencyManager, defineEvent, defineService, Quit, Queue, required, token } from '@ichor/core';
import { assertNoLeaks, provideFake, testManager } from '@ichor/core/testing';

const Greeter = token('Greeter');
const Greeted = defineEvent('Greeted');
class Visitor {
  constructor(greeter, queue) {
    queue.push(Greeted, greeter.greet('Ann'));
  }
}
decorate(injectable(), Visitor);
decorate(inject(Greeter), Visitor, 0);
decorate(inject(Queue), Visitor, 1);
const Printer = defineService({
  setup(_, self) {
    self.on(Greeted, async (text) => {
      console.log(text);
      self.queue.push(Quit);
    });
  },
});
const manager = new DependencyManager();
manager.register(Visitor);
manager.register(Printer);
manager.register(defineService({ provides: [Greeter], setup: () => ({ greet: (name) => \`hello \${name}\` }) }));
await manager.run({ signals: ['SIGTERM'] });

const tested = testManager();
const greeter = provideFake(tested, Greeter, { greet: () => 'fake' });
tested.register(Visitor);
await tested.begin();
console.log(greeter.callsOf('greet'));
await tested.quit();
assertNoLeaks(tested);
`,
  );
  expect(execFileSync(process.execPath, ['program.js'], { cwd: alone, encoding: 'utf8' })).toBe(
    "hello Ann\n[ [ 'Ann' ] ]\n",
  );
});

test('there is one tarball for each published package', () => {
  expect(readdirSync(tarballs).length).toBe(published().length);
});
