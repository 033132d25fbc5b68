// What inversify's decorators say of a class, in the manager's terms; read once, at registration.

import type { Properties } from '../contract/service.ts';
import { identifierName, type ServiceIdentifier } from '../contract/token.ts';
import { coreError } from '../errors/catalogue.ts';
import {
  checkComplete,
  injectionKind,
  isDecoratorUsed,
  recordedOf,
  type ClassRecord,
  type InjectionRecord,
} from './inversify-record.ts';

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
  const metadata = recordedOf(serviceClass);
  if (metadata.constructorArguments.length === 0) refuseLostInjections(serviceClass);
  checkComplete(serviceClass, metadata);
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
  const { constructorArguments, properties, lifecycle } = recordedOf(serviceClass);
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

function pointOf(injection: InjectionRecord | undefined, key: string): InjectionPoint | undefined {
  if (injection === undefined || injection.kind === injectionKind.unmanaged) return undefined;
  const { kind, value, optional, name, tags = new Map<PropertyKey, unknown>(), chained } = injection;
  const match: Record<PropertyKey, unknown> = {};
  if (name !== undefined) match['name'] = name;
  for (const [tag, wanted] of tags) match[tag as string] = wanted;
  return {
    key,
    identifier: unwrap(value),
    isMultiple: kind === injectionKind.multiple,
    isOptional: optional === true,
    name,
    tags,
    match: Reflect.ownKeys(match).length === 0 ? undefined : match,
    isChained: chained === true,
  };
}

/** A LazyServiceIdentifier, which breaks circular imports, is asked for what it stands for. */
function unwrap(value: unknown): ServiceIdentifier | string {
  if (typeof value === 'object' && value !== null && 'unwrap' in value)
    return (value as { unwrap(): ServiceIdentifier }).unwrap();
  return value as ServiceIdentifier | string;
}

/** Nor does it inherit its base's injected properties, `@postConstruct` and `@preDestroy`. */
function refuseLostMembers(serviceClass: new (...parameters: never[]) => object, own: ClassRecord): void {
  for (let base: unknown = Object.getPrototypeOf(serviceClass); isClass(base); base = Object.getPrototypeOf(base)) {
    const { properties, lifecycle } = recordedOf(base);
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

function isClass(value: unknown): value is new (...parameters: never[]) => object {
  return typeof value === 'function' && value !== Function.prototype;
}

/** A sub-class does not inherit its base's constructor injections; built without them it would receive undefined. */
function refuseLostInjections(serviceClass: new (...parameters: never[]) => object): void {
  let base: unknown = isDecoratorUsed() ? Object.getPrototypeOf(serviceClass) : undefined;
  while (typeof base === 'function' && base !== Function.prototype) {
    if (recordedOf(base).constructorArguments.length > 0)
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
