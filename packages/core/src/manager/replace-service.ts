// `manager.replace()`: checks that a service can be replaced by another one, and begins it; replacements.ts sees it through.

import type { Awaitable } from '@ichor/coroutines';
import type { RegisterOptions, ServiceClass, ServiceHandle } from '../contract/service.ts';
import { coreError } from '../errors/catalogue.ts';
import type { ManagerCore } from './manager-core.ts';
import { checkReplaceOptions, inheritedRegistration, mapped, type ReplaceOptions } from './replacements.ts';

/** @throws ICHOR_SERVICE_UNKNOWN, ICHOR_OPTION_INVALID, ICHOR_DEPENDENCY_INVALID, ICHOR_REPLACE_FAILED, ICHOR_MANAGER_QUIT */
export function replaceService(
  core: ManagerCore,
  id: number,
  serviceClass: ServiceClass,
  registration: RegisterOptions | undefined,
  options: ReplaceOptions,
): Awaitable<ServiceHandle> {
  checkReplaceOptions(options);
  const { control, replacements, run, watchers } = core;
  const old = control.recordOf(id);
  if (run.phase === 'ended' || core.shutdown.isBegun) throw run.quitError();
  if (old.isInternal || replacements.isReplaced(old))
    throw coreError(
      'ICHOR_REPLACE_FAILED',
      `${old.name} (${id}) cannot be replaced: ${old.isInternal ? 'it is part of the manager' : 'it is being replaced already'}.`,
    );
  const merged = inheritedRegistration(old, registration);
  // A wrong class or registration is refused before anything has happened to the old one.
  core.registrar.check(serviceClass, merged);
  const register = (): ServiceHandle => core.register(serviceClass, merged, old.childOf?.parent);
  if (run.phase === 'new') {
    control.requestStop(old, true);
    const handle = register();
    return mapped(watchers.active(control.recordOf(handle.id)), handle);
  }
  core.unsettle();
  return replacements.begin(old, register, options);
}
