// Classes that declare their dependencies as data (`static dependencies`), and services made of a setup function.

import type { ServiceClass } from '../contract/service.ts';
import type { StandardSchema } from '../contract/standard-schema.ts';
import type { Activation } from '../lifecycle/activation.ts';
import type { Dependency } from './dependency-declaration.ts';
import type { DependencySpec } from './dependency-spec.ts';
import {
  checkSpecs,
  describe,
  invalid,
  providedTokens,
  requiredCountOf,
  type ServiceDefinition,
} from './definition.ts';
import { injectedClass } from './injected.ts';
import { setupOf } from './define-service.ts';

const dependencyKeys = new Set(['kind', 'token', 'required', 'properties', 'match']);

/** Reads the declaration of a class once; every activation builds from it. */
export function declaredDefinition(serviceClass: ServiceClass): ServiceDefinition {
  const statics = serviceClass as unknown as {
    readonly dependencies?: unknown;
    readonly options?: StandardSchema;
    readonly properties?: StandardSchema;
  };
  const specs = specsOf(serviceClass, statics.dependencies);
  const Injected = injectedClass(specs);
  const setup = setupOf(serviceClass);
  const Class = serviceClass as unknown as new (dependencies: object, self: Activation) => object;
  return {
    name: serviceClass.name,
    provides: providedTokens(serviceClass, undefined),
    specs,
    requiredCount: requiredCountOf(specs),
    optionsSchema: statics.options,
    propertiesSchema: statics.properties,
    hasRepeatedTokens: checkSpecs(serviceClass, specs),
    staticDependencies: [],
    build:
      setup === undefined
        ? (activation) => new Class(new Injected(activation as Activation), activation as Activation)
        : (activation) => setup(new Injected(activation as Activation), activation as Activation),
    preDestroy: [],
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
  const { token, kind } = dependency;
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
    required: dependency.required,
    multiple: kind === 'many',
    properties: dependency.properties,
    match: dependency.match,
    isFixed: false,
  };
}
