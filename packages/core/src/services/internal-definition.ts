// The definition of the manager's own services, which are never built and depend on nothing.

import type { ServiceDefinition } from './definition.ts';

export function internalDefinition(name: string): ServiceDefinition {
  return {
    name,
    provides: [],
    specs: [],
    requiredCount: 0,
    optionsSchema: undefined,
    propertiesSchema: undefined,
    hasRepeatedTokens: false,
    staticDependencies: [],
    prototype: undefined,
    build: () => ({}),
    preDestroy: [],
  };
}
