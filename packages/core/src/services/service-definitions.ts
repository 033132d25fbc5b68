// From a class to its definition: declared dependencies or inversify's metadata, read once per class.

import type { Container } from 'inversify';
import type { ServiceClass } from '../contract/service.ts';
import { coreError } from '../errors/catalogue.ts';
import { shown } from '../errors/checks.ts';
import { constructorDefinition } from './constructor-definition.ts';
import { declaredDefinition } from './declared-definition.ts';
import type { ServiceDefinition } from './definition.ts';
import { setupOf } from './define-service.ts';
import { inversifyMetadata, lifecycleMetadata, type InversifyMetadata } from './inversify-metadata.ts';

type Described =
  | { readonly definition: ServiceDefinition; readonly metadata?: undefined }
  | { readonly definition?: undefined; readonly metadata: InversifyMetadata };

const described = new WeakMap<ServiceClass, Described>();

/** Definitions of constructor-injected classes of managers without a container. */
const withoutContainer = new WeakMap<ServiceClass, ServiceDefinition>();

/**
 * The definition of a class.
 *
 * @throws ICHOR_DEPENDENCY_INVALID when its declaration cannot be understood.
 */
export function definitionOf(serviceClass: ServiceClass, container: Container | undefined): ServiceDefinition {
  if (typeof serviceClass !== 'function') throw noClass(serviceClass);
  let known = described.get(serviceClass);
  if (known === undefined) described.set(serviceClass, (known = describeClass(serviceClass)));
  if (known.metadata === undefined) return known.definition;
  if (container !== undefined) return constructorDefinition(serviceClass, known.metadata, container);
  let definition = withoutContainer.get(serviceClass);
  if (definition === undefined)
    withoutContainer.set(serviceClass, (definition = constructorDefinition(serviceClass, known.metadata, undefined)));
  return definition;
}

function noClass(received: unknown): Error {
  return coreError(
    'ICHOR_DEPENDENCY_INVALID',
    `register() takes a class or the result of defineService(); received ${shown(received)}.`,
  );
}

/** Whether `new` works on it, without trying: arrow functions, methods and generators are functions, but no classes. */
function isConstructible(value: ServiceClass): boolean {
  try {
    Reflect.construct(Object, [], value);
    return true;
  } catch {
    return false;
  }
}

function describeClass(serviceClass: ServiceClass): Described {
  if (!isConstructible(serviceClass)) throw noClass(serviceClass);
  if (setupOf(serviceClass) !== undefined) return { definition: declaredDefinition(serviceClass, undefined) };
  if ('dependencies' in serviceClass)
    return { definition: declaredDefinition(serviceClass, lifecycleMetadata(serviceClass as never)) };
  const metadata = inversifyMetadata(serviceClass as unknown as new () => object);
  return metadata.parameters.length + metadata.properties.length + metadata.postConstruct.length > 0 ||
    metadata.preDestroy.length > 0
    ? { metadata }
    : { definition: declaredDefinition(serviceClass, undefined) };
}
