// What inversify's decorators record on a class, read where they keep it: by one key of reflect-metadata. Importing inversify for
// that would load a container of a few hundred files into every program, and the decorators may come from another copy of it.

import { coreError } from '../errors/catalogue.ts';

/** What is recorded of one constructor parameter or property. */
export interface InjectionRecord {
  readonly kind: number;
  readonly value?: unknown;
  readonly optional?: boolean;
  readonly name?: PropertyKey | undefined;
  readonly tags?: ReadonlyMap<PropertyKey, unknown>;
  readonly chained?: boolean;
}

/** What is recorded of one class. */
export interface ClassRecord {
  /** By position; with gaps where a parameter is not decorated. */
  readonly constructorArguments: readonly (InjectionRecord | undefined)[];
  readonly properties: ReadonlyMap<string | symbol, InjectionRecord>;
  readonly lifecycle: {
    readonly postConstructMethodNames: ReadonlySet<string | symbol>;
    readonly preDestroyMethodNames: ReadonlySet<string | symbol>;
  };
}

/** Kinds of injection, as inversify numbers them. */
export const injectionKind = { multiple: 0, single: 1, unmanaged: 2 } as const;

/** The same in all releases of inversify 8, whose decorators and containers meet by it. */
const recordKey = '@inversifyjs/core/classMetadataReflectKey';

const none: ClassRecord = Object.freeze({
  constructorArguments: [],
  properties: new Map(),
  lifecycle: { postConstructMethodNames: new Set<string>(), preDestroyMethodNames: new Set<string>() },
});

type Reflection = { readonly getOwnMetadata?: (key: string, target: object) => unknown };

/** Decorators record with reflect-metadata, which inversify loads: without it there are none. */
export function isDecoratorUsed(): boolean {
  return typeof (Reflect as Reflection).getOwnMetadata === 'function';
}

/** What is recorded of a class itself, without its bases, complete or not. */
export function recordedOf(type: object): ClassRecord {
  return ((Reflect as Reflection).getOwnMetadata?.(recordKey, type) as ClassRecord | undefined) ?? none;
}

/**
 * Refuses a class that could not be built: each parameter needs a decorator that says what it receives.
 *
 * @throws ICHOR_DEPENDENCY_INVALID
 */
export function checkComplete(type: { readonly name: string; readonly length: number }, record: ClassRecord): void {
  const { constructorArguments, properties } = record;
  const open: string[] = [];
  for (let index = 0; index < Math.max(type.length, constructorArguments.length); index++)
    if (!isKnown(constructorArguments[index])) open.push(`parameter ${index}`);
  for (const [property, injection] of properties) if (!isKnown(injection)) open.push(`property ${String(property)}`);
  if (open.length > 0)
    throw coreError(
      'ICHOR_DEPENDENCY_INVALID',
      `${type.name}: nothing says what ${open.join(', ')} of it should receive. Decorate every constructor parameter with ` +
        '@inject(token), @multiInject(token) or @unmanaged(), or declare `static dependencies` instead.',
    );
}

/** Decorators such as `@optional` alone leave a kind that means nothing yet. */
function isKnown(injection: InjectionRecord | undefined): boolean {
  return injection !== undefined && (Object.values(injectionKind) as number[]).includes(injection.kind);
}
