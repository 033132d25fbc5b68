// Whether this process may make functions of text. Content security policies and --disallow-code-generation-from-strings forbid it.

let allowed: boolean | undefined;

/** Asked once per process. */
export function mayGenerateCode(): boolean {
  if (allowed === undefined) {
    try {
      // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the question is whether this is allowed
      allowed = new Function('return true')() as boolean;
    } catch {
      allowed = false;
    }
  }
  return allowed;
}
