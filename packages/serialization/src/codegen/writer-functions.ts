// What the generators of writers of all formats have in common.

import type { LiteralValue, UnionNode } from '../schema/node.ts';
import { NodeFunctions } from './node-functions.ts';
import { putConstant } from './put-constant.ts';
import { memberOf, notAnObject, refuseIf } from './value-tests.ts';

export abstract class WriterFunctions extends NodeFunctions {
  constructor() {
    super('w, v, b, p');
  }

  /** Statements that write the variable `x`, which is one of these values, as its bytes. */
  protected choice(
    values: readonly LiteralValue[],
    bytesOf: (value: LiteralValue, index: number) => Uint8Array,
  ): string {
    const cases = values.map((value, index) => {
      return `if (x === ${JSON.stringify(value)}) { ${putConstant(bytesOf(value, index), 0)} }`;
    });
    return `${cases.join(' else ')} else ${refuseIf(this.code, 'true')}`;
  }

  /** The body of a union's function. */
  protected union(node: UnionNode): string[] {
    const lines = [refuseIf(this.code, notAnObject), `switch (${memberOf(node.discriminator)}) {`];
    for (const [tag, variant] of node.variants) {
      lines.push(`case ${JSON.stringify(tag)}: return ${this.functionOf(variant)}(w, v, b, p);`);
    }
    return [...lines, `default: ${refuseIf(this.code, 'true')}`, '}'];
  }
}
