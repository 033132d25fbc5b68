// What a registered class is to the lifecycle: what it offers and needs, and how an instance is built and let go.

import type { StandardSchema } from '../contract/standard-schema.ts';
import { identifierName, type ServiceIdentifier } from '../contract/token.ts';
import type { ServiceClass } from '../contract/service.ts';
import { coreError } from '../errors/catalogue.ts';
import { hasMethods, shown } from '../errors/checks.ts';
import type { ActivationState } from '../lifecycle/activation-state.ts';
import type { DependencySpec } from './dependency-spec.ts';

export interface ServiceDefinition {
  readonly name: string;
  /** The class itself and its `static provides`. */
  readonly provides: readonly ServiceIdentifier[];
  readonly specs: readonly DependencySpec[];
  /** How many of them are required. */
  readonly requiredCount: number;
  readonly optionsSchema: StandardSchema | undefined;
  readonly propertiesSchema: StandardSchema | undefined;
  /** Two of its dependencies ask for the same token: each needs a provider of its own (LC-74). */
  readonly hasRepeatedTokens: boolean;
  /** Dependencies that the user's container supplies, for `explain()`. */
  readonly staticDependencies: readonly string[];
  /** Of the objects that its class makes: such an object is the service, whatever methods it has. Undefined without a class. */
  readonly prototype: object | undefined;
  /** Makes the service object. May return a promise or a coroutine of it. */
  build(activation: ActivationState): unknown;
  /** Methods to call, after `stop()`, with the instance. */
  readonly preDestroy: readonly (string | symbol)[];
}

/** The Standard Schemas of a class. */
export function schemasOf(serviceClass: ServiceClass): {
  readonly options: StandardSchema | undefined;
  readonly properties: StandardSchema | undefined;
} {
  const { options, properties } = serviceClass;
  for (const [what, schema] of Object.entries({ options, properties }))
    if (schema !== undefined && !hasMethods(schema?.['~standard'], ['validate']))
      throw invalid(serviceClass, `static ${what} must be a Standard Schema; received ${shown(schema)}`);
  return { options, properties };
}

/** The tokens of `static provides` and of the registration, checked, with the class itself first. */
export function providedTokens(
  serviceClass: ServiceClass,
  more: readonly ServiceIdentifier[] | undefined,
): readonly ServiceIdentifier[] {
  const declared = (serviceClass as { readonly provides?: unknown }).provides;
  if (declared !== undefined && !Array.isArray(declared))
    throw invalid(serviceClass, `static provides must be an array of tokens; received ${describe(declared)}`);
  const tokens = new Set<ServiceIdentifier>([serviceClass]);
  for (const token of [...((declared as ServiceIdentifier[] | undefined) ?? []), ...(more ?? [])]) {
    if (typeof token !== 'symbol' && typeof token !== 'function')
      throw invalid(serviceClass, `provides ${describe(token)}, which is neither a token nor a class`);
    tokens.add(token);
  }
  return [...tokens];
}

/** Refuses a dependency on the service itself, and tells whether two slots ask for the same token. */
export function checkSpecs(serviceClass: ServiceClass, specs: readonly DependencySpec[]): boolean {
  const seen = new Set<ServiceIdentifier>();
  let hasRepeated = false;
  for (const spec of specs) {
    if (spec.token === serviceClass)
      throw invalid(
        serviceClass,
        `its dependency "${spec.key}" asks for its own class; a service is never offered to itself`,
      );
    if (seen.has(spec.token)) hasRepeated = true;
    seen.add(spec.token);
  }
  return hasRepeated;
}

/** Dependencies without which a service cannot start. */
export function requiredCountOf(specs: readonly DependencySpec[]): number {
  return specs.filter((spec) => spec.required).length;
}

export function invalid(serviceClass: ServiceClass, what: string): Error {
  return coreError('ICHOR_DEPENDENCY_INVALID', `${serviceClass.name || 'anonymous class'}: ${what}.`);
}

export function describe(value: unknown): string {
  if (typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return identifierName(value as ServiceIdentifier);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
