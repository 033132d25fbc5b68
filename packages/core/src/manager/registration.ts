// From `register(Class, { … })` to a record: everything that can be wrong with a registration is found here.

import type { Container } from 'inversify';
import { FrameworkLogger } from '../contract/logger.ts';
import type { Properties, RegisterOptions, ServiceClass } from '../contract/service.ts';
import type { StandardSchema } from '../contract/standard-schema.ts';
import { coreError } from '../errors/catalogue.ts';
import { defaultPriority, priorityNumber } from '../events/define-event.ts';
import { ServiceRecord } from '../lifecycle/service-record.ts';
import { invalid, providedTokens } from '../services/definition.ts';
import { definitionOf } from '../services/service-definitions.ts';
import { checkFailurePolicy, invalidOption } from './options.ts';

const known = new Set([
  'options',
  'properties',
  'priority',
  'provides',
  'name',
  'filter',
  'onFailure',
  'restart',
  'stopGraceMs',
]);

const noOptions: RegisterOptions = Object.freeze({});

/**
 * Checks a registration and makes its record.
 *
 * @throws ICHOR_DEPENDENCY_INVALID for the class, ICHOR_OPTION_INVALID for the options.
 */
export function recordOf(
  serviceClass: ServiceClass,
  registration: RegisterOptions = noOptions,
  container: Container | undefined,
): ServiceRecord {
  const definition = definitionOf(serviceClass, container);
  if (registration !== noOptions) checkRegistration(definition.name, registration);
  const provides =
    registration.provides === undefined ? definition.provides : providedTokens(serviceClass, registration.provides);
  if (definition.specs.length > 0 && provides.includes(FrameworkLogger))
    throw invalid(
      serviceClass,
      'it provides FrameworkLogger and must not have dependencies: it is used before anything starts',
    );
  const { name, optionsSchema, propertiesSchema } = definition;
  const options =
    optionsSchema === undefined
      ? registration.options
      : validated('options', name, optionsSchema, registration.options);
  const properties =
    propertiesSchema === undefined
      ? undefined
      : validated('properties', name, propertiesSchema, registration.properties);
  const priority = priorityNumber(registration.priority, defaultPriority);
  const record = new ServiceRecord(definition, provides, registration, priority, options);
  if (properties !== undefined) record.properties = properties as Properties;
  return record;
}

function checkRegistration(name: string, registration: RegisterOptions): void {
  for (const key of Object.keys(registration))
    if (!known.has(key))
      throw coreError(
        'ICHOR_OPTION_INVALID',
        `Registration of ${name}: the key "${key}" is unknown; allowed are ${[...known].join(', ')}.`,
      );
  const { onFailure, stopGraceMs, restart, filter } = registration;
  if (onFailure !== undefined) checkFailurePolicy(onFailure);
  if (stopGraceMs !== undefined && !(stopGraceMs >= 0))
    throw invalidOption('stopGraceMs', stopGraceMs, 'numbers of milliseconds from 0');
  if (restart !== undefined)
    for (const [key, smallest] of [
      ['attempts', 1],
      ['delayMs', 0],
      ['factor', 1],
      ['maxDelayMs', 0],
    ] as const) {
      const value = restart[key];
      if (value !== undefined && !(value >= smallest))
        throw invalidOption(`restart.${key}`, value, `numbers from ${smallest}`);
    }
  if (filter !== undefined && !('consumer' in filter) && typeof filter.matches !== 'function')
    throw invalidOption('filter', filter, '{ consumer: id } and objects with matches() and describe()');
}

function validated(what: 'options' | 'properties', name: string, schema: StandardSchema, value: unknown): unknown {
  const validate = schema['~standard']?.validate;
  if (validate === undefined) return value;
  const result = validate(value ?? {});
  if (result instanceof Promise)
    throw coreError(
      'ICHOR_OPTION_INVALID',
      `The ${what} schema of ${name} validates asynchronously; registration needs a synchronous one.`,
    );
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map((issue) => {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return path === '' ? issue.message : `"${path}": ${issue.message}`;
  });
  throw coreError('ICHOR_OPTION_INVALID', `The ${what} of ${name} are not valid: ${issues.join('; ')}.`, {
    details: { service: name, issues: result.issues },
  });
}
