// Who offers what, in any state, and why an offer is of no use to somebody who asks: the near misses of explain().

import { identifierName, type ServiceIdentifier } from '../contract/token.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { accepts } from '../lifecycle/provider-index.ts';
import type { ServiceRecord, Slot } from '../lifecycle/service-record.ts';
import { plain, redactSecrets } from './plain.ts';

export class Offers {
  readonly #byToken = new Map<ServiceIdentifier, ServiceRecord[]>();
  readonly #tokensByName = new Map<string, ServiceIdentifier[]>();

  constructor(lifecycle: Lifecycle) {
    for (const record of lifecycle.table.values())
      for (const token of record.provides) {
        const list = this.#byToken.get(token);
        if (list !== undefined) {
          list.push(record);
          continue;
        }
        this.#byToken.set(token, [record]);
        const name = identifierName(token);
        this.#tokensByName.set(name, [...(this.#tokensByName.get(name) ?? []), token]);
      }
  }

  /** Services that offer what the slot asks for, other than the asking one itself. */
  candidatesFor(slot: Slot): ServiceRecord[] {
    return (this.#byToken.get(slot.spec.token) ?? []).filter((record) => record !== slot.consumer);
  }

  /** A service that provides any token of this name. */
  firstOfName(name: string): ServiceRecord | undefined {
    const [token] = this.#tokensByName.get(name) ?? [];
    return token === undefined ? undefined : this.#byToken.get(token)?.[0];
  }

  /** Why there is no candidate: nobody, only itself, or somebody with another token of the same name. */
  whyNobody(slot: Slot): string {
    const { token } = slot.spec;
    const other = this.#tokensByName.get(identifierName(token))?.find((one) => one !== token);
    if (other !== undefined) {
      const record = this.#byToken.get(other)?.[0] as ServiceRecord;
      return `which nobody provides; ${label(record)} provides a different token of the same name: is it imported from another copy or made twice?`;
    }
    return this.#byToken.has(token) ? 'which only it provides itself' : 'which nobody provides';
  }
}

/** Why a service that offers the token and is active does not fill the slot. */
export function whyNotAccepted(candidate: ServiceRecord, slot: Slot): string {
  const { match } = slot.spec;
  const differences: string[] = [];
  for (const key of match === undefined ? [] : (Reflect.ownKeys(match) as string[]))
    if (!Object.is(candidate.properties[key], match?.[key]))
      differences.push(`${String(key)} is ${text(candidate.properties[key])}, and ${text(match?.[key])} is wanted`);
  if (differences.length > 0) return `is active but its properties do not match: ${differences.join(', ')}`;
  const { filter } = candidate;
  try {
    if (accepts(candidate, slot)) return 'is active but taken: it fills another dependency of the same service';
    if (candidate === slot.consumer.replaces) return 'is active but about to be replaced by this service';
    if (filter === undefined) return 'is active but not accepted';
    if ('consumer' in filter) return `is active but not for this consumer: it is only for service ${filter.consumer}`;
    return `is active but not for this consumer: ${typeof filter.describe === 'function' ? filter.describe() : 'its filter'}`;
  } catch (error) {
    return `is active but its filter failed: ${messageOf(error)}`;
  }
}

export function label(record: ServiceRecord): string {
  return `${record.name} (${record.id})`;
}

/** The message of an error with those of its causes. */
export function messageOf(error: unknown): string {
  const messages: string[] = [];
  let current: unknown = error;
  while (current instanceof Error && messages.length < 5) {
    messages.push(current.message);
    current = current.cause;
  }
  if (messages.length === 0 || (current !== undefined && !(current instanceof Error))) messages.push(text(current));
  return messages.join(': ');
}

function text(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? JSON.stringify(value) : inspectable(value);
}

function inspectable(value: unknown): string {
  const shown = plain(value, redactSecrets);
  return typeof shown === 'string' ? shown : (JSON.stringify(shown) ?? 'undefined');
}
