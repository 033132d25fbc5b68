// Makes sure that the project which is to run without code generation does.

let generates = true;
try {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the question is whether this is allowed
  new Function('');
} catch {
  generates = false;
}
if (generates) throw new Error('This process may generate code: the flag that forbids it has no effect.');
