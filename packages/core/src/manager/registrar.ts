// Brings services into the manager: those that are registered, and the manager's own.

import { forConsumer, type Consumer } from '../contract/consumer.ts';
import type { Logger } from '../contract/logger.ts';
import { Queue } from '../contract/queue.ts';
import type { RegisterOptions, ServiceClass, ServiceContext, ServiceHandle } from '../contract/service.ts';
import { identifierName, type ServiceIdentifier } from '../contract/token.ts';
import { coreError } from '../errors/catalogue.ts';
import { Activation } from '../lifecycle/activation.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { ServiceRecord } from '../lifecycle/service-record.ts';
import { internalDefinition } from '../services/internal-definition.ts';
import { ChildRegistration } from './child-registration.ts';
import type { FrameworkLog } from './framework-log.ts';
import type { ManagerOptions } from './options.ts';
import { recordOf } from './registration.ts';
import { Handle, type RequestStop } from './service-handle.ts';
import type { Watchers } from './watchers.ts';

/** What it needs of its manager. */
export interface RegistrarParts {
  readonly options: ManagerOptions;
  readonly kernel: Kernel;
  readonly lifecycle: Lifecycle;
  readonly log: FrameworkLog;
  readonly watchers: Watchers;
}

export class Registrar {
  readonly #parts: RegistrarParts;
  readonly #requestStop: RequestStop;
  /** Services registered before the manager runs; their start failures are fatal under `failFast`. */
  isInitial = true;

  constructor(parts: RegistrarParts, requestStop: RequestStop) {
    this.#parts = parts;
    this.#requestStop = requestStop;
  }

  /** @throws ICHOR_DEPENDENCY_INVALID, ICHOR_OPTION_INVALID, without any effect. */
  check(serviceClass: ServiceClass, registration: RegisterOptions | undefined): void {
    recordOf(serviceClass, registration, this.#parts.options.container);
  }

  /** @param parent The context of the service whose child it becomes. */
  register(
    serviceClass: ServiceClass,
    registration: RegisterOptions | undefined,
    parent: ServiceContext | undefined,
  ): ServiceHandle {
    const { options, kernel, lifecycle, log, watchers } = this.#parts;
    const record = recordOf(serviceClass, registration, options.container);
    record.isInitial = this.isInitial;
    if (record.isFrameworkLogger) {
      record.activation = frameworkLogger(record, kernel);
      log.use(record, record.activation.instance as Logger);
    }
    if (options.container !== undefined) this.#warnOfBound(record, options.container);
    lifecycle.introduce(record);
    if (log.isEnabled('debug')) {
      const { name, id, provides } = record;
      log.debug('Registered.', { service: name, serviceId: id, provides: provides.map(identifierName) });
    }
    const handle = new Handle(record, this.#requestStop);
    if (parent !== undefined) {
      record.childOf = new ChildRegistration(parent, record, watchers, handle);
      parent.own(record.childOf);
    }
    return handle;
  }

  /** The manager itself is what its consumers receive; with the queue it is the only service that is always there. */
  addInternalServices(token: ServiceIdentifier, manager: object): void {
    this.#addInternal(token, 'DependencyManager', manager);
    this.#addInternal(Queue, 'Queue', { [forConsumer]: (consumer: Consumer) => consumer.context.queue });
  }

  #addInternal(token: ServiceIdentifier, name: string, instance: object): void {
    const record = new ServiceRecord(internalDefinition(name), [token], {}, 1000, undefined);
    const activation = new Activation(record, this.#parts.kernel);
    activation.instance = instance;
    this.#parts.lifecycle.introduceInternal(record, activation);
  }

  /** What is bound and provided reaches constructor-injected classes from the container, which is rarely meant (D1). */
  #warnOfBound(record: ServiceRecord, container: NonNullable<ManagerOptions['container']>): void {
    for (const token of record.provides)
      if (container.isBound(token))
        this.#parts.log.warn(
          `${record.name} (${record.id}) provides ${identifierName(token)}, which the container binds too: ` +
            'constructor-injected classes get what the container supplies. Remove one of the two.',
        );
  }
}

/** Builds a framework logger ahead of its start: it is used from its registration on (LC-45). */
function frameworkLogger(record: ServiceRecord, kernel: Kernel): Activation {
  const activation = new Activation(record, kernel);
  const logger = record.definition.build(activation) as Partial<Logger> | undefined;
  if (typeof logger?.isEnabled !== 'function' || typeof logger.error !== 'function')
    throw coreError(
      'ICHOR_DEPENDENCY_INVALID',
      `${record.name} provides FrameworkLogger, but what it builds is not a Logger, or not at once: ` +
        'it is used before anything starts, so its construction must not wait.',
    );
  activation.instance = logger;
  return activation;
}
