// Classes described by inversify's decorators (D1): inversify describes and supplies, this constructs.
// Live arguments come from slots, static ones from the user's container; which is which is frozen at registration.

import type { Container } from 'inversify';
import type { ServiceClass } from '../contract/service.ts';
import { ServiceContext } from '../contract/service.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import { coreError } from '../errors/catalogue.ts';
import type { Activation } from '../lifecycle/activation.ts';
import type { Slot } from '../lifecycle/service-record.ts';
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
import { pointName, type InjectionPoint, type InversifyMetadata } from './inversify-metadata.ts';

/** Where one argument comes from. */
type Source =
  | { readonly from: 'slot'; readonly index: number }
  | { readonly from: 'container'; readonly point: InjectionPoint }
  | { readonly from: 'context' }
  | { readonly from: 'nowhere'; readonly value?: readonly never[] };

type Get = Container['get'];

/** @param container The user's container, or undefined when the manager has none. */
export function constructorDefinition(
  serviceClass: ServiceClass,
  metadata: InversifyMetadata,
  container: Container | undefined,
): ServiceDefinition {
  const schemas = schemasOf(serviceClass);
  const specs: DependencySpec[] = [];
  const staticDependencies: string[] = [];
  const sourceOf = (point: InjectionPoint | undefined): Source => {
    if (point === undefined) return { from: 'nowhere' };
    if (point.identifier === ServiceContext) return { from: 'context' };
    if (!['symbol', 'function', 'string'].includes(typeof point.identifier))
      throw invalid(
        serviceClass,
        `${point.key} asks for ${describe(point.identifier)}, which is neither a token nor a class ` +
          '(a circular import leaves it undefined: use a LazyServiceIdentifier, or a token)',
      );
    if (container !== undefined && isBound(container, point)) {
      staticDependencies.push(pointName(point.identifier));
      return { from: 'container', point };
    }
    if (typeof point.identifier === 'string') {
      if (point.isOptional) return point.isMultiple ? { from: 'nowhere', value: [] } : { from: 'nowhere' };
      throw invalid(
        serviceClass,
        `${point.key} asks for ${JSON.stringify(point.identifier)}, which the container does not have; running services are asked for by token or class`,
      );
    }
    specs.push(specOf(point, point.identifier, specs.length));
    return { from: 'slot', index: specs.length - 1 };
  };
  const parameters = metadata.parameters.map((point) => sourceOf(point));
  const properties = metadata.properties.map(([property]) => property);
  const propertySources = metadata.properties.map(([, point]) => sourceOf(point));
  const isAsync = [...parameters, ...propertySources].some(({ from }) => from === 'container');
  const Class = serviceClass as unknown as new (...parameters: unknown[]) => object;
  const construct = (args: unknown[], assigned: unknown[]): unknown => {
    const instance = new Class(...args) as Record<PropertyKey, unknown>;
    for (let i = 0; i < properties.length; i++) instance[properties[i] as PropertyKey] = assigned[i];
    return metadata.postConstruct.length === 0 ? instance : postConstructed(instance, metadata.postConstruct);
  };

  return {
    name: serviceClass.name,
    provides: providedTokens(serviceClass, undefined),
    specs,
    requiredCount: requiredCountOf(specs),
    optionsSchema: schemas.options,
    propertiesSchema: schemas.properties,
    hasRepeatedTokens: checkSpecs(serviceClass, specs),
    staticDependencies,
    prototype: serviceClass.prototype as object,
    build(state) {
      const activation = state as Activation;
      if (!isAsync)
        return construct(
          valuesOf(parameters, activation, undefined),
          propertySources.length === 0 ? noValues : valuesOf(propertySources, activation, undefined),
        );
      const values = valuesOf(parameters, activation, container);
      const propertyValues = valuesOf(propertySources, activation, container);
      return Promise.all([Promise.all(values), Promise.all(propertyValues)]).then(([args, assigned]) =>
        construct(args, assigned),
      );
    },
    preDestroy: metadata.preDestroy,
  };
}

function specOf(point: InjectionPoint, token: ServiceIdentifier, index: number): DependencySpec {
  return {
    index,
    key: point.key,
    token,
    kind: point.isMultiple ? 'many' : point.isOptional ? 'optional' : 'required',
    required: !point.isOptional,
    multiple: point.isMultiple,
    properties: undefined,
    match: point.match,
    isFixed: !point.isMultiple,
  };
}

const noValues: unknown[] = [];

function valuesOf(sources: readonly Source[], activation: Activation, container: Container | undefined): unknown[] {
  const values = new Array<unknown>(sources.length);
  for (let i = 0; i < values.length; i++) values[i] = valueOf(sources[i] as Source, activation, container);
  return values;
}

function valueOf(source: Source, activation: Activation, container: Container | undefined): unknown {
  switch (source.from) {
    case 'slot': {
      const slot = activation.record.slots[source.index] as Slot;
      if (slot.links === undefined) return slot.link?.value;
      const array = Array.from(slot.links, (link) => link.value);
      (activation.liveArrays ??= new Map()).set(slot, array);
      return array;
    }
    case 'container':
      return supplied(source.point, activation, container as Container);
    case 'context':
      return activation;
    case 'nowhere':
      return source.value?.slice();
  }
}

/**
 * Asks the container, always in the way that allows for asynchronous bindings: whether one is asynchronous is only known
 * after its factory was called, which must not happen twice.
 */
async function supplied(point: InjectionPoint, activation: Activation, container: Container): Promise<unknown> {
  const options = constraintOf(point);
  const identifier = point.identifier as Parameters<Get>[0];
  try {
    return point.isMultiple
      ? await container.getAllAsync(identifier, { ...options, chained: point.isChained })
      : await container.getAsync(identifier, options);
  } catch (error) {
    throw needsRegistration(point, activation, error);
  }
}

function needsRegistration(point: InjectionPoint, activation: Activation, error: unknown): Error {
  const name = pointName(point.identifier);
  return coreError(
    'ICHOR_SERVICE_NEEDS_REGISTRATION',
    `${activation.name}: the container could not supply ${name} (${point.key}): ${String((error as Error).message)} ` +
      `If ${name} needs something that a running service provides, register ${name} as a service instead of binding it.`,
    { cause: error },
  );
}

function isBound(container: Container, point: InjectionPoint): boolean {
  return container.isBound(point.identifier, constraintOf(point));
}

function constraintOf(point: InjectionPoint): { name?: string; tag?: { key: string; value: unknown } } {
  const [tag] = point.tags;
  return {
    ...(point.name === undefined ? {} : { name: point.name as string }),
    ...(tag === undefined ? {} : { tag: { key: tag[0] as string, value: tag[1] } }),
  };
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

/** Calls the `@postConstruct` methods, waiting for those that are asynchronous. */
export function postConstructed(instance: object, methods: readonly (string | symbol)[]): unknown {
  for (const [index, method] of methods.entries()) {
    const result = (instance as Record<PropertyKey, () => unknown>)[method]?.call(instance);
    if (isPromise(result)) return result.then(() => postConstructed(instance, methods.slice(index + 1)));
  }
  return instance;
}
