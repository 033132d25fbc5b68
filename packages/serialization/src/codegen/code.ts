// A piece of generated program: functions collected line by line, with the values of ours that they refer to.
// Nothing from outside gets into the text except as a JSON string literal or a number.

export class Code {
  readonly #functions: string[] = [];
  readonly #constants: string[] = [];
  readonly #names = new Map<unknown, string>();
  #counter = 0;

  /** A name for `value`, by which generated code can refer to it. */
  refer(value: unknown, hint: string): string {
    let name = this.#names.get(value);
    if (name === undefined) {
      name = this.unique(hint);
      this.#names.set(value, name);
    }
    return name;
  }

  /** An identifier that no other has. */
  unique(hint: string): string {
    return `_${hint.replace(/\W/g, '_')}_${this.#counter++}`;
  }

  /** Adds a function. */
  define(name: string, parameters: string, body: readonly string[]): void {
    this.#functions.push(`function ${name}(${parameters}) {\n${body.join('\n')}\n}`);
  }

  /** Adds a constant, made once; it may refer to all functions. Returns its name. */
  constant(hint: string, expression: string): string {
    const name = this.unique(hint);
    this.#constants.push(`const ${name} = ${expression};`);
    return name;
  }

  /** The text, for those who want to see it. */
  text(entry: string): string {
    // As constants, not parameters: V8 folds those into the code.
    const names = Array.from(this.#names.values(), (name, index) => `const ${name} = values[${index}];`);
    return ['"use strict";', ...names, ...this.#functions, ...this.#constants, `return ${entry};`].join('\n');
  }

  /** Makes the program and returns its function `entry`. */
  build(entry: string): unknown {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the purpose of this folder; see its rule above
    const make = new Function('values', this.text(entry)) as (values: readonly unknown[]) => unknown;
    return make([...this.#names.keys()]);
  }
}
