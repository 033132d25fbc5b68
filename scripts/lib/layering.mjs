// The rules on who may import whom, as pure functions over manifests and imports, so that they are tested on made-up trees.
// Called by scripts/check-layers.mjs. The arrows are those of ARCHITECTURE.md.
import { builtinModules } from 'node:module';
import path from 'node:path';
import { cyclesOf } from './cycles.mjs';

/** What the sources of each package may build on, beside third-party libraries. Lower packages know nothing of higher ones. */
const arrows = /** @type {Record<string, readonly string[]>} */ ({
  '@ichor/coroutines': [],
  '@ichor/core': ['@ichor/coroutines'],
  '@ichor/serialization': ['@ichor/core', '@ichor/coroutines'],
  '@ichor/logging': ['@ichor/core', '@ichor/coroutines'],
  '@ichor/timers': ['@ichor/core', '@ichor/coroutines'],
  '@ichor/http': ['@ichor/core', '@ichor/coroutines'],
  '@ichor/websocket': ['@ichor/core', '@ichor/coroutines', '@ichor/http'],
  '@ichor/realtime': ['@ichor/core', '@ichor/coroutines'],
});

/** Packages whose root entry builds on nothing of ours: the others may be used below these folders only. */
const confined = /** @type {Record<string, string>} */ ({ '@ichor/serialization': 'src/services/' });

/** Folders of a package's sources that may touch the platform. */
const platformFolders = /(^|\/)(node|client|engines|pino)\//;

/** Libraries that open sockets or load native code: they stay in the same folders as `node:` imports. */
const transports = new Set(['ws', 'undici', 'koffi', 'pino']);

const builtins = new Set(builtinModules.filter((name) => !name.startsWith('node:')));

/**
 * @typedef {import('./workspace.mjs').Member} Member
 * @typedef {{ file: string, imports: readonly import('./imports.mjs').Import[] }} SourceFile `file` is relative to the root.
 */

/**
 * Every break of the rules, as lines of text.
 *
 * @param {readonly Member[]} members
 * @param {readonly SourceFile[]} files
 * @returns {string[]}
 */
export function layeringProblems(members, files) {
  return [
    ...manifestProblems(members),
    ...files.flatMap((file) => importProblems(members, file)),
    ...fileCycles(files),
  ];
}

/** @param {readonly Member[]} members @returns {string[]} */
function manifestProblems(members) {
  const names = new Set(members.map(({ name }) => name));
  const problems = members.flatMap((member) => {
    const { name, folder, manifest } = member;
    if (!folder.startsWith('packages/')) return [];
    const allowed = arrows[name];
    if (allowed === undefined)
      return [
        `${folder}/package.json: ${name} is not in the arrows of scripts/lib/layering.mjs; say there what it may build on`,
      ];
    return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies })
      .filter((dependency) => names.has(dependency) && !allowed.includes(dependency))
      .map(
        (dependency) =>
          `${folder}/package.json: ${name} must not depend on ${dependency}; it may build on ${list(allowed)}`,
      );
  });
  const graph = new Map(
    members.map(({ name, manifest }) => [
      name,
      Object.keys({
        ...manifest.dependencies,
        ...manifest.peerDependencies,
        ...manifest.optionalDependencies,
        ...manifest.devDependencies,
      }).filter((dependency) => names.has(dependency)),
    ]),
  );
  return [...problems, ...cyclesOf(graph).map((cycle) => `packages in a cycle: ${cycle.join(' → ')}`)];
}

/** @param {readonly Member[]} members @param {SourceFile} source @returns {string[]} */
function importProblems(members, { file, imports }) {
  const own = members.find(({ folder }) => file.startsWith(`${folder}/`));
  if (own === undefined) return [];
  const within = file.slice(own.folder.length + 1);
  return imports.flatMap(({ specifier, line }) => {
    const problem = specifier.startsWith('.')
      ? relativeProblem(own, file, specifier)
      : bareProblem(members, own, within, specifier);
    return problem === undefined ? [] : [`${file}:${line}: ${problem}`];
  });
}

/** @param {Member} own @param {string} file @param {string} specifier */
function relativeProblem(own, file, specifier) {
  const target = path.posix.join(path.posix.dirname(file), specifier);
  if (target.startsWith(`${own.folder}/`)) return undefined;
  if (own.folder.startsWith('tests/') && target.startsWith('scripts/')) return undefined;
  return `'${specifier}' leaves ${own.folder}; import what the other package exports, by its name`;
}

/** @param {readonly Member[]} members @param {Member} own @param {string} within @param {string} specifier */
function bareProblem(members, own, within, specifier) {
  const isSource = own.folder.startsWith('packages/') && within.startsWith('src/');
  const name = packageName(specifier);
  if (builtins.has(name)) return `'${specifier}' is a module of Node; write 'node:${specifier}'`;
  if (isSource && (specifier.startsWith('node:') || transports.has(name)) && !platformFolders.test(within)) {
    return `'${specifier}' belongs in a node/, client/ or engines/ folder; the rest of a package does not know the platform`;
  }
  if (specifier.startsWith('node:')) return undefined;

  const target = members.find((member) => member.name === name);
  if (target !== undefined) {
    const entry = specifier === name ? '.' : `.${specifier.slice(name.length)}`;
    if (target.manifest.exports === undefined) return `${name} is not a library; nobody imports it`;
    if (!(entry in target.manifest.exports))
      return `'${specifier}' is an internal of ${name}; it exports ${list(Object.keys(target.manifest.exports))}`;
    if (target === own) return isSource ? `imports its own package by name; use a relative path` : undefined;
    if (isSource && !(arrows[own.name] ?? []).includes(name))
      return `${own.name} must not import ${name}; it may build on ${list(arrows[own.name] ?? [])}`;
    const folder = confined[own.name];
    if (isSource && folder !== undefined && !within.startsWith(folder))
      return `only ${folder} of ${own.name} may import ${name}`;
  }
  return declarationProblem(own, name, isSource || (own.folder.startsWith('apps/') && within.startsWith('src/')));
}

/** @param {Member} own @param {string} name @param {boolean} isShipped */
function declarationProblem({ folder, manifest }, name, isShipped) {
  const shipped = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  const declared = isShipped ? shipped : { ...shipped, ...manifest.devDependencies };
  if (name in declared || `@types/${name}` in declared) return undefined;
  // Tests may use what the root brings along for all of them.
  if (!isShipped && rootTools.has(name)) return undefined;
  return `'${name}' is not among the ${isShipped ? 'dependencies' : 'dependencies or devDependencies'} of ${folder}/package.json`;
}

const rootTools = new Set(['vitest', 'vite', 'fast-check']);

/** @param {readonly SourceFile[]} files @returns {string[]} */
function fileCycles(files) {
  const known = new Set(files.map(({ file }) => file));
  const graph = new Map(
    files.map(({ file, imports }) => [
      file,
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => path.posix.join(path.posix.dirname(file), specifier))
        .flatMap((target) =>
          [target, target.replace(/\.(m?)js$/, '.$1ts')].filter((candidate) => known.has(candidate)).slice(0, 1),
        ),
    ]),
  );
  return cyclesOf(graph).map((cycle) => `files in an import cycle: ${cycle.join(' → ')}`);
}

/** @param {string} specifier */
function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** @param {readonly string[]} names */
function list(names) {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
