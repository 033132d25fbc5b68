// Makes sure that the project which is to run without code generation does.

let generates = false;
try {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the question is whether this is allowed
  generates = new Function('return true')() as boolean;
} catch {
  // As it should be.
}
if (generates) throw new Error('This process may generate code: the flag that forbids it has no effect.');
