// Finds test files that no runner would ever run: a wrong suffix, a wrong folder, a project that is not listed.
import path from 'node:path';

/**
 * @param {readonly string[]} files Code files of the tree, relative to the root.
 * @param {ReadonlySet<string>} collected What the runner lists, relative to the root.
 * @param {(file: string) => readonly string[]} importsOf The specifiers a file imports.
 * @returns {string[]} Lines of text, one per file that is missed.
 */
export function uncollectedTests(files, collected, importsOf) {
  const code = files.filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file));
  const imports = new Map(code.map((file) => [file, importsOf(file)]));
  const imported = new Set(
    [...imports].flatMap(([file, specifiers]) =>
      specifiers
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => path.posix.join(path.posix.dirname(file), specifier)),
    ),
  );
  return code.flatMap((file) => {
    if (collected.has(file)) return [];
    if (hasSuffix(file))
      return isTypeTest(file) ? [] : [`${file} has the name of a test, but the runner does not collect it`];
    const isWritten = (imports.get(file) ?? []).includes('vitest');
    if (isWritten && !imported.has(file))
      return [`${file} uses vitest, but neither the runner nor another file takes it`];
    return isNamed(file) && !imported.has(file)
      ? [`${file} looks like a test by its name, but the runner does not collect it and no file imports it`]
      : [];
  });
}

/** `x.test.ts`, `x.spec.mts`, `x.test-d.ts`, and the slips `x.tests.ts`, `x_test.ts`. */
function hasSuffix(/** @type {string} */ file) {
  return /[._](tests?|specs?)(-d)?\.[cm]?[jt]sx?$/i.test(file);
}

/** Type tests are compiled with the tests of their package (tsconfig.test.json), not run. */
function isTypeTest(/** @type {string} */ file) {
  return /\/test\/.*\.test-d\.ts$/.test(file);
}

/** Inside a folder of tests any name with the word counts: `queue-test.ts`, `spec-queue.ts`. */
function isNamed(/** @type {string} */ file) {
  return (
    /(^|\/)tests?\//.test(file) &&
    /(^|[^a-z])(tests?|specs?)([^a-z]|$)/i.test(path.posix.basename(file).replace(/\.[^.]+$/, ''))
  );
}
