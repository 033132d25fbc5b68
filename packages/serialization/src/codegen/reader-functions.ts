// What the generators of readers of all formats have in common.

import type { MakeObject } from '../codec/object-parts.ts';
import type { Read } from '../codec/reader.ts';
import type { ObjectNode, SchemaNode, StringNode } from '../schema/node.ts';
import type { InputAccess } from './input-access.ts';
import { NodeFunctions, variable } from './node-functions.ts';
import { misfitTest, refuseIf } from './value-tests.ts';

export abstract class ReaderFunctions extends NodeFunctions {
  protected readonly access: InputAccess;

  constructor(access: InputAccess) {
    super('r, b, p');
    this.access = access;
  }

  /** Statements that read the node at `p` into `target` and move `p` behind it. */
  protected abstract value(node: SchemaNode, target: string): string[];

  /** The same for a field of an object. */
  protected fieldValue(node: ObjectNode, index: number): string[] {
    const field = node.fields[index]!.node;
    if (!isLarge(node)) return this.value(field, variable(index));
    return [`${variable(index)} = ${this.functionOf(field)}(r, b, p); p = r.pos;`];
  }

  /** The body of a function that is a closure, made of generated readers of its parts. */
  protected composed(parts: readonly SchemaNode[], compose: (reads: Read[]) => Read): string[] {
    const reads = parts.map((part) => this.functionOf(part));
    const closure = this.code.constant('composed', `${this.code.refer(compose, 'compose')}([${reads.join(', ')}])`);
    return [`return ${closure}(r, b, p);`];
  }

  /** Name of the closure of an object, which `make` makes, with readers of its fields that are generated. */
  protected membersOf(node: ObjectNode, make: (reads: Read[], maker: MakeObject) => unknown): string {
    const reads = node.fields.map((field) => this.functionOf(field.node));
    return this.code.constant(
      'members',
      `${this.code.refer(make, 'makeMembers')}([${reads.join(', ')}], ${this.makerOf(node)})`,
    );
  }

  /** Statements that throw when the string is not within limits of its own. */
  protected limits(node: StringNode, target: string): string[] {
    if (node.minLength === 0 && node.maxLength === 2 ** 31 - 1 && node.pattern === undefined) return [];
    return [refuseIf(this.code, misfitTest(this.code, node, target)!)];
  }
}

/** Whether code for all of its fields would make functions so large that V8 does not optimize them. */
export function isLarge(node: ObjectNode): boolean {
  return node.fields.length > 64;
}
