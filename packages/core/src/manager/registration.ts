// From `register(Class, { … })` to a record: everything that can be wrong with a registration is found here.

import type { Container } from 'inversify';
import { FrameworkLogger } from '../contract/logger.ts';
import type { Properties, RegisterOptions, RestartPolicy, ServiceClass } from '../contract/service.ts';
import type { SchemaIssue, StandardSchema } from '../contract/standard-schema.ts';
import { coreError } from '../errors/catalogue.ts';
import { defaultPriority, priorityNumber } from '../events/define-event.ts';
import { ServiceRecord } from '../lifecycle/service-record.ts';
import { invalid, providedTokens } from '../services/definition.ts';
import { definitionOf } from '../services/service-definitions.ts';
import { keptProperties } from '../services/properties.ts';
import {
  checkDuration,
  checkKeys,
  checkText,
  hasMethods,
  invalidOption,
  isNumberFrom,
  isObject,
  shown,
} from '../errors/checks.ts';
import { checkFailurePolicy } from './options.ts';

const known: ReadonlySet<string> = new Set([
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
  const options = validated('options', definition.name, definition.optionsSchema, registration.options);
  const properties = validated('properties', definition.name, definition.propertiesSchema, registration.properties);
  const record = new ServiceRecord(
    definition,
    provides,
    registration,
    priorityNumber(registration.priority, defaultPriority),
    options,
  );
  if (properties !== undefined) record.properties = keptProperties(properties as Properties);
  return record;
}

function checkRegistration(name: string, registration: RegisterOptions): void {
  checkKeys(`the registration of ${name}`, registration, known);
  const { onFailure, stopGraceMs, properties, provides, restart, filter } = registration;
  if (onFailure !== undefined) checkFailurePolicy(onFailure);
  if (registration.name !== undefined) checkText('name', registration.name);
  if (properties !== undefined && !isObject(properties)) throw invalidOption('properties', properties, 'plain objects');
  if (provides !== undefined && !Array.isArray(provides))
    throw invalidOption('provides', provides, 'arrays of tokens and classes');
  if (stopGraceMs !== undefined) checkDuration('stopGraceMs', stopGraceMs);
  if (restart !== undefined) checkRestart(restart);
  if (filter !== undefined && !isFilter(filter))
    throw invalidOption('filter', filter, '{ consumer: id } and objects with matches() and describe()');
}

const restartMinimum = { attempts: 1, delayMs: 0, factor: 1, maxDelayMs: 0 } as const;
const knownOfRestart: ReadonlySet<string> = new Set(Object.keys(restartMinimum));

function checkRestart(restart: RestartPolicy): void {
  checkKeys('a registration', restart, knownOfRestart, 'restart');
  for (const [key, smallest] of Object.entries(restartMinimum)) {
    const value = restart[key as keyof RestartPolicy];
    if (value !== undefined && !isNumberFrom(value, smallest))
      throw invalidOption(`restart.${key}`, value, `numbers from ${smallest}`);
  }
}

function isFilter(filter: unknown): boolean {
  if (!isObject(filter)) return false;
  return 'consumer' in filter ? Number.isSafeInteger(filter.consumer) : hasMethods(filter, ['matches', 'describe']);
}

function validated(
  what: 'options' | 'properties',
  name: string,
  schema: StandardSchema | undefined,
  value: unknown,
): unknown {
  if (schema === undefined) return value;
  const unusable = (how: string): Error =>
    coreError('ICHOR_OPTION_INVALID', `The ${what} schema of ${name} ${how}.`, { details: { service: name } });
  let result: unknown;
  try {
    result = schema['~standard'].validate(value ?? {});
  } catch (error) {
    throw coreError(
      'ICHOR_OPTION_INVALID',
      `The ${what} schema of ${name} failed: ${error instanceof Error ? error.message : shown(error)}.`,
      {
        cause: error,
        details: { service: name },
      },
    );
  }
  if (hasMethods(result, ['then'])) {
    (result as Promise<unknown>).then(undefined, () => undefined);
    throw unusable('validates asynchronously; registration needs a synchronous one');
  }
  if (!isObject(result)) throw unusable(`returned ${shown(result)}, which is no result of a Standard Schema`);
  const { issues } = result as { readonly issues?: readonly Partial<SchemaIssue>[] };
  if (issues === undefined && 'value' in result) {
    if (what === 'properties' && !isObject(result.value)) throw unusable(`made ${shown(result.value)} of them`);
    return result.value;
  }
  if (!Array.isArray(issues)) throw unusable('returned neither a value nor issues');
  throw coreError(
    'ICHOR_OPTION_INVALID',
    `The ${what} of ${name} are not valid: ${issues.map(issueText).join('; ')}.`,
    {
      details: { service: name, issues },
    },
  );
}

function issueText({ message, path }: Partial<SchemaIssue>): string {
  const keys = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? String(message) : `"${keys.join('.')}": ${String(message)}`;
}
