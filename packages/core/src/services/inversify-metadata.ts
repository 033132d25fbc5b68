// Reads what inversify's decorators recorded on a class. The only file that knows @inversifyjs/core; read once, at registration.

import { getClassMetadata } from '@inversifyjs/core';
import type { Properties } from '../contract/service.ts';
import { identifierName, type ServiceIdentifier } from '../contract/token.ts';
import { coreError } from '../errors/catalogue.ts';

/** One constructor parameter or property that wants injection. */
export interface InjectionPoint {
  /** `parameter 0` or `property log`. */
  readonly key: string;
  readonly identifier: ServiceIdentifier | string;
  readonly isMultiple: boolean;
  readonly isOptional: boolean;
  readonly name: PropertyKey | undefined;
  readonly tags: ReadonlyMap<PropertyKey, unknown>;
  /** Name and tags as the property values a provider must have. */
  readonly match: Properties | undefined;
  /** `chained` of a multi-injection: also ask the container's parents. */
  readonly isChained: boolean;
}

/** Methods that are called after construction, and after `stop()`. */
export interface LifecycleMethods {
  readonly postConstruct: readonly (string | symbol)[];
  readonly preDestroy: readonly (string | symbol)[];
}

/** What inversify knows of a class. */
export interface InversifyMetadata extends LifecycleMethods {
  /** By position; undefined for a parameter marked `@unmanaged`. */
  readonly parameters: readonly (InjectionPoint | undefined)[];
  readonly properties: readonly (readonly [property: string | symbol, point: InjectionPoint])[];
}

type ClassMetadata = ReturnType<typeof getClassMetadata>;
type ElementMetadata = ClassMetadata['constructorArguments'][number];

/** ClassElementMetadataKind of @inversifyjs/core: a runtime enum that is not worth importing. */
const multipleInjection = 0;
const unmanaged = 2;

/**
 * The metadata of a class.
 *
 * @throws ICHOR_DEPENDENCY_INVALID when inversify refuses it, or when a sub-class has lost its base's injections.
 */
export function inversifyMetadata(serviceClass: new (...parameters: never[]) => object): InversifyMetadata {
  if (!isDecoratorUsed()) {
    refuseLostInjections(serviceClass);
    return none;
  }
  let metadata: ClassMetadata;
  try {
    metadata = getClassMetadata(serviceClass);
  } catch (error) {
    throw coreError(
      'ICHOR_DEPENDENCY_INVALID',
      `${serviceClass.name}: inversify cannot describe its constructor: ${String((error as Error).message)} ` +
        'Decorate every constructor parameter with @inject(token), or declare `static dependencies` instead.',
      { cause: error },
    );
  }
  if (metadata.constructorArguments.length === 0) refuseLostInjections(serviceClass);
  refuseLostMembers(serviceClass, metadata);
  return {
    parameters: Array.from(metadata.constructorArguments, (element, index) => pointOf(element, `parameter ${index}`)),
    properties: [...metadata.properties].flatMap(([property, element]) => {
      const point = pointOf(element, `property ${String(property)}`);
      return point === undefined ? [] : [[property, point] as const];
    }),
    postConstruct: [...metadata.lifecycle.postConstructMethodNames],
    preDestroy: [...metadata.lifecycle.preDestroyMethodNames],
  };
}

/**
 * What decorators say of a class that declares its dependencies as data: `@postConstruct` and `@preDestroy` at most.
 *
 * @throws ICHOR_DEPENDENCY_INVALID when it is described in both ways: one of them would be ignored.
 */
export function lifecycleMetadata(serviceClass: new (...parameters: never[]) => object): LifecycleMethods | undefined {
  if (!isDecoratorUsed()) return undefined;
  const { constructorArguments, properties, lifecycle } = decoratedParts(serviceClass);
  const [injected] = [...constructorArguments.keys(), ...properties.keys()];
  if (injected !== undefined)
    throw coreError(
      'ICHOR_DEPENDENCY_INVALID',
      `${serviceClass.name} has \`static dependencies\` and decorated injections (${typeof injected === 'number' ? `parameter ${injected}` : `property ${String(injected)}`}). ` +
        'Describe one class in one way; the classes of a program may differ.',
    );
  const { postConstructMethodNames, preDestroyMethodNames } = lifecycle;
  if (postConstructMethodNames.size + preDestroyMethodNames.size === 0) return undefined;
  return { postConstruct: [...postConstructMethodNames], preDestroy: [...preDestroyMethodNames] };
}

const none: InversifyMetadata = Object.freeze({ parameters: [], properties: [], postConstruct: [], preDestroy: [] });

/** Decorators record their metadata with reflect-metadata, which inversify loads: without it there are none. */
function isDecoratorUsed(): boolean {
  return typeof (Reflect as { readonly getOwnMetadata?: unknown }).getOwnMetadata === 'function';
}

function pointOf(element: ElementMetadata, key: string): InjectionPoint | undefined {
  if ((element.kind as number) === unmanaged) return undefined;
  const managed = element as Exclude<ElementMetadata, { readonly kind: typeof unmanaged }> & {
    readonly value: unknown;
    readonly optional: boolean;
    readonly name: PropertyKey | undefined;
    readonly tags: ReadonlyMap<PropertyKey, unknown>;
    readonly chained?: boolean;
  };
  const match: Record<PropertyKey, unknown> = {};
  if (managed.name !== undefined) match['name'] = managed.name;
  for (const [tag, value] of managed.tags) match[tag as string] = value;
  return {
    key,
    identifier: unwrap(managed.value),
    isMultiple: (element.kind as number) === multipleInjection,
    isOptional: managed.optional,
    name: managed.name,
    tags: managed.tags,
    match: Reflect.ownKeys(match).length === 0 ? undefined : match,
    isChained: managed.chained === true,
  };
}

/** A LazyServiceIdentifier, which breaks circular imports, is asked for what it stands for. */
function unwrap(value: unknown): ServiceIdentifier | string {
  if (typeof value === 'object' && value !== null && 'unwrap' in value)
    return (value as { unwrap(): ServiceIdentifier }).unwrap();
  return value as ServiceIdentifier | string;
}

/** Nor does it inherit its base's injected properties, `@postConstruct` and `@preDestroy`. */
function refuseLostMembers(serviceClass: new (...parameters: never[]) => object, own: ClassMetadata): void {
  for (let base: unknown = Object.getPrototypeOf(serviceClass); isClass(base); base = Object.getPrototypeOf(base)) {
    const { properties, lifecycle } = decoratedParts(base);
    const lost = [
      ...[...properties.keys()].filter((key) => !own.properties.has(key)),
      ...[...lifecycle.postConstructMethodNames].filter((key) => !own.lifecycle.postConstructMethodNames.has(key)),
      ...[...lifecycle.preDestroyMethodNames].filter((key) => !own.lifecycle.preDestroyMethodNames.has(key)),
    ];
    if (lost.length > 0)
      throw coreError(
        'ICHOR_DEPENDENCY_INVALID',
        `${serviceClass.name} extends ${base.name}, whose decorated members a sub-class does not inherit (${lost.map(String).join(', ')}). ` +
          'Decorate it with @injectFromBase({ extendProperties: true }), or decorate these members in it again.',
      );
  }
}

/** What is decorated, whether or not inversify could build the class: it refuses to describe undecorated parameters. */
function decoratedParts(serviceClass: new (...parameters: never[]) => object): ClassMetadata {
  const copy = class {};
  const reflect = Reflect as unknown as {
    getOwnMetadataKeys(target: object): unknown[];
    getOwnMetadata(key: unknown, target: object): unknown;
    defineMetadata(key: unknown, value: unknown, target: object): void;
  };
  for (const key of reflect.getOwnMetadataKeys(serviceClass))
    reflect.defineMetadata(key, reflect.getOwnMetadata(key, serviceClass), copy);
  return getClassMetadata(copy);
}

function isClass(value: unknown): value is new (...parameters: never[]) => object {
  return typeof value === 'function' && value !== Function.prototype;
}

/** A sub-class does not inherit its base's constructor injections; built without them it would receive undefined. */
function refuseLostInjections(serviceClass: new (...parameters: never[]) => object): void {
  let base: unknown = isDecoratorUsed() ? Object.getPrototypeOf(serviceClass) : undefined;
  while (typeof base === 'function' && base !== Function.prototype) {
    let count = 0;
    try {
      count = getClassMetadata(base as new () => object).constructorArguments.length;
    } catch {
      count = 1;
    }
    if (count > 0)
      throw coreError(
        'ICHOR_DEPENDENCY_INVALID',
        `${serviceClass.name} extends ${(base as { name: string }).name}, whose constructor injections a sub-class does not inherit. ` +
          'Decorate it with @injectFromBase(), or give it a constructor of its own with @inject on each parameter.',
      );
    base = Object.getPrototypeOf(base);
  }
  if (serviceClass.length > 0)
    throw coreError(
      'ICHOR_DEPENDENCY_INVALID',
      `${serviceClass.name} has a constructor with ${serviceClass.length} parameters and declares nothing about them. ` +
        'Decorate each with @inject(token), or declare `static readonly dependencies = { … }`.',
    );
}

/** The name of what inversify identifies a service by. */
export function pointName(identifier: ServiceIdentifier | string): string {
  return typeof identifier === 'string' ? identifier : identifierName(identifier);
}
