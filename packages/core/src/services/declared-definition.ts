// Classes that declare their dependencies as data (`static dependencies`), and services made of a setup function.

import type { ServiceClass } from '../contract/service.ts';
import { isObject, shown } from '../errors/checks.ts';
import type { Activation } from '../lifecycle/activation.ts';
import type { Dependency } from './dependency-declaration.ts';
import type { DependencySpec } from './dependency-spec.ts';
import {
  checkSpecs,
  describe,
  invalid,
  providedTokens,
  requiredCountOf,
  schemasOf,
  type ServiceDefinition,
} from './definition.ts';
import { postConstructed } from './constructor-definition.ts';
import { injectedClass } from './injected.ts';
import type { LifecycleMethods } from './inversify-metadata.ts';
import { setupOf } from './define-service.ts';

const dependencyKeys = new Set(['kind', 'token', 'required', 'properties', 'match']);

/**
 * Reads the declaration of a class once; every activation builds from it.
 *
 * @param lifecycle Its `@postConstruct` and `@preDestroy` methods, if it has any.
 */
export function declaredDefinition(
  serviceClass: ServiceClass,
  lifecycle: LifecycleMethods | undefined,
): ServiceDefinition {
  const specs = specsOf(serviceClass, (serviceClass as { readonly dependencies?: unknown }).dependencies);
  const schemas = schemasOf(serviceClass);
  const Injected = injectedClass(specs);
  const setup = setupOf(serviceClass);
  const Class = serviceClass as unknown as new (dependencies: object, self: Activation) => object;
  const construct = (activation: unknown): object =>
    new Class(new Injected(activation as Activation), activation as Activation);
  return {
    name: serviceClass.name,
    provides: providedTokens(serviceClass, undefined),
    specs,
    requiredCount: requiredCountOf(specs),
    optionsSchema: schemas.options,
    propertiesSchema: schemas.properties,
    hasRepeatedTokens: checkSpecs(serviceClass, specs),
    staticDependencies: [],
    prototype: setup === undefined ? (serviceClass.prototype as object) : undefined,
    build:
      setup !== undefined
        ? (activation) => setup(new Injected(activation as Activation), activation as Activation)
        : lifecycle === undefined
          ? construct
          : (activation) => postConstructed(construct(activation), lifecycle.postConstruct),
    preDestroy: lifecycle?.preDestroy ?? [],
  };
}

function specsOf(serviceClass: ServiceClass, declared: unknown): readonly DependencySpec[] {
  if (declared === undefined) return [];
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared))
    throw invalid(
      serviceClass,
      `static dependencies must be an object such as { log: required(Logger) }; received ${describe(declared)}`,
    );
  return Object.entries(declared).map(([key, dependency], index) => specOf(serviceClass, key, dependency, index));
}

function specOf(serviceClass: ServiceClass, key: string, declared: unknown, index: number): DependencySpec {
  const dependency = declared as Dependency | undefined;
  const isDependency =
    typeof dependency === 'object' &&
    dependency !== null &&
    (dependency.kind === 'required' || dependency.kind === 'optional' || dependency.kind === 'many');
  if (!isDependency)
    throw invalid(
      serviceClass,
      `dependency "${key}" is ${describe(declared)}; write required(X), optional(X) or many(X)`,
    );
  const unknownKey = Object.keys(dependency).find((other) => !dependencyKeys.has(other));
  if (unknownKey !== undefined)
    throw invalid(
      serviceClass,
      `dependency "${key}" has the unknown key "${unknownKey}"; write required(X), optional(X) or many(X)`,
    );
  const { token, kind, required, match, properties } = dependency;
  if (typeof required !== 'boolean' || (kind !== 'many' && required !== (kind === 'required')))
    throw invalid(
      serviceClass,
      `dependency "${key}" is ${kind} with required: ${shown(required)}; write required(X), optional(X) or many(X)`,
    );
  for (const [name, value] of Object.entries({ match, properties }))
    if (value !== undefined && !isObject(value))
      throw invalid(serviceClass, `dependency "${key}" has ${shown(value)} as ${name}; pass an object`);
  if (typeof token !== 'symbol' && typeof token !== 'function')
    throw invalid(
      serviceClass,
      `dependency "${key}" asks for ${describe(token)}, which is neither a token nor a class (a circular import leaves it undefined)`,
    );
  return {
    index,
    key,
    token,
    kind,
    required,
    multiple: kind === 'many',
    properties,
    match,
    isFixed: false,
  };
}
