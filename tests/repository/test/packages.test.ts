// What every published package has to have, so that a new one cannot forget it.
import path from 'node:path';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { files, members, published, read, root } from '../../../scripts/lib/workspace.mjs';

const workspace = read('pnpm-workspace.yaml');

describe.each(published())('$name', ({ name, folder, manifest }) => {
  const json = JSON.parse(read(`${folder}/package.json`)) as {
    exports: Record<string, Record<string, string> | string>;
    publishConfig: { access: string; exports: Record<string, unknown> };
    repository?: { directory?: string };
  } & Record<string, unknown>;

  test('is ESM for Node 20.19 and later, under the MIT licence, published to everybody', () => {
    expect(json).toMatchObject({
      type: 'module',
      license: 'MIT',
      engines: { node: '>=20.19.0' },
      description: expect.stringMatching(/^[A-Z].{20,}/),
      publishConfig: { access: 'public' },
    });
  });

  test('publishes the same entries it has here, without the source condition', () => {
    const stripped = Object.fromEntries(
      Object.entries(json.exports).map(([entry, target]) => {
        if (typeof target === 'string') return [entry, target];
        const { '@ichor/source': source, ...rest } = target;
        expect(existsSync(path.join(root, folder, source ?? '')), `${entry} has a source`).toBe(true);
        return [entry, rest];
      }),
    );
    expect(json.publishConfig.exports).toEqual(stripped);
  });

  test('refers to the packages it is built on in tsconfig.build.json', () => {
    const { references = [] } = JSON.parse(read(`${folder}/tsconfig.build.json`)) as {
      references?: { path: string }[];
    };
    const dependencies = Object.keys({
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...manifest.devDependencies,
    });
    const internal = dependencies.filter((dependency) => members().some((member) => member.name === dependency));
    for (const dependency of internal) {
      expect(references.map((reference) => reference.path)).toContain(
        `../${path.basename(dependency)}/tsconfig.build.json`,
      );
    }
  });

  test('has a README that says how to install it, and tests', () => {
    expect(read(`${folder}/README.md`)).toContain(`npm install ${name}`);
    expect(files(`${folder}/test`).filter((file) => file.endsWith('.test.ts'))).not.toEqual([]);
  });

  test('lists its public names one by one', () => {
    const doors = Object.values(json.exports).flatMap((target) =>
      typeof target === 'string' ? [] : [target['@ichor/source'] ?? ''],
    );
    for (const door of doors) expect(read(path.posix.join(folder, door))).not.toMatch(/export \*/);
  });

  test('takes the versions of shared libraries from the catalogue', () => {
    const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    const fixed = wanted.filter(([, version]) => !version.startsWith('workspace:') && version !== 'catalog:');
    expect(fixed.filter(([library]) => new RegExp(`^ +['"]?${library}['"]?: `, 'm').test(workspace))).toEqual([]);
  });

  test('is in the map of the README, and available to the examples of the documentation', () => {
    expect(read('README.md')).toContain(`(${folder})`);
    expect(JSON.parse(read('tests/docs/package.json'))).toMatchObject({ dependencies: { [name]: 'workspace:*' } });
  });

  test('has its changes announced: a changelog, or a changeset that waits', () => {
    const changesets = files('.changeset').filter((file) => file.endsWith('.md'));
    const waiting = changesets.filter((file) => /^---\n[\s\S]*?\n---/.exec(read(file))?.[0].includes(name));
    expect(existsSync(path.join(root, folder, 'CHANGELOG.md')) || waiting.length > 0).toBe(true);
  });
});

test('apps and suites are private', () => {
  const open = members().filter(({ folder, manifest }) => !folder.startsWith('packages/') && manifest.private !== true);
  expect(open).toEqual([]);
});

test('every app runs by a root script and by turbo', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const { name, folder, manifest } of members().filter((member) => member.folder.startsWith('apps/'))) {
    expect(manifest.scripts, folder).toMatchObject({ start: 'node dist/main.js' });
    expect(Object.values(scripts)).toContain(`exec node scripts/start.mjs${name === 'pong' ? '' : ` ${name}`}`);
  }
});
