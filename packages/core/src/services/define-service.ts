// Services without a class: defineService({ provides, dependencies, setup }).

import type { Handled } from '../contract/event-type.ts';
import type { OptionsOf, ServiceClass, ServiceContext } from '../contract/service.ts';
import type { StandardSchema } from '../contract/standard-schema.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import { checkKeys, checkText, invalidOption } from '../errors/checks.ts';
import type { Dependencies, Injected } from './dependency-declaration.ts';

const setupKey = Symbol('setup');

/** A service described by a function. */
export interface ServiceDescription<D extends Dependencies, Schema extends StandardSchema, Service extends object> {
  readonly name?: string;
  readonly provides?: readonly ServiceIdentifier[];
  readonly dependencies?: D;
  /** Validates and completes the `options` of a registration. */
  readonly options?: Schema;
  /**
   * Called at each start; may wait. What it returns is the service that consumers receive; it may have
   * `stop()`, `quiescing()`, `added()` and `removed()` like an instance of a class.
   */
  setup(
    dependencies: Injected<D>,
    self: ServiceContext<NonNullable<Schema['~standard']['types']>['output']>,
  ): Handled<Service | void>;
}

const known: ReadonlySet<string> = new Set(['name', 'provides', 'dependencies', 'options', 'setup']);

type SetupFunction = (dependencies: object, self: ServiceContext) => unknown;

/**
 * Makes something that can be registered out of a function.
 *
 * @throws ICHOR_OPTION_INVALID when `setup` is no function or a key is unknown.
 * @example
 * ```ts
 * import { defineService, DependencyManager, token } from '@ichor/core';
 *
 * const Greeter = token<{ greet(name: string): string }>('Greeter');
 * const GreeterService = defineService({
 *   name: 'GreeterService',
 *   provides: [Greeter],
 *   setup: () => ({ greet: (name: string) => `hello ${name}` }),
 * });
 * await using manager = new DependencyManager();
 * manager.register(GreeterService);
 * ```
 */
export function defineService<
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- a service without dependencies has none.
  const D extends Dependencies = Record<never, never>,
  Schema extends StandardSchema = StandardSchema,
  Service extends object = object,
>(
  description: ServiceDescription<D, Schema, Service>,
): ServiceClass & { readonly options?: Schema } & (abstract new (
    dependencies: Injected<D>,
    self: ServiceContext<OptionsOf<{ readonly options: Schema }>>,
  ) => object) {
  checkKeys('defineService()', description, known);
  const { name = 'service', provides, dependencies, options, setup } = description;
  checkText('name', name);
  if (typeof setup !== 'function') throw invalidOption('setup', setup, 'functions');
  const described = class {};
  Object.defineProperty(described, 'name', { value: name });
  return Object.assign(described, { provides, dependencies, options, [setupKey]: setup }) as never;
}

/** The setup function of something made by {@link defineService}. */
export function setupOf(serviceClass: ServiceClass): SetupFunction | undefined {
  return (serviceClass as unknown as { readonly [setupKey]?: SetupFunction })[setupKey];
}
