// Why a service is not active: the chain of what it waits for, with cycles, near misses and failures (GD-12, D12).

import type { ServiceState } from '../contract/service.ts';
import { identifierName, type ServiceIdentifier } from '../contract/token.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { accepts } from '../lifecycle/provider-index.ts';
import type { ServiceRecord, Slot } from '../lifecycle/service-record.ts';

/** One dependency that keeps a service from starting, and why it is not there. */
export interface MissingDependency {
  /** Key in `static dependencies`, or the constructor parameter. */
  readonly key: string;
  readonly token: string;
  /** `nobody provides it`, or what is the matter with each service that could. */
  readonly because: string;
  /** Services that offer the token but are not active or not accepted. */
  readonly candidates: readonly number[];
}

/** Why one service is not active. */
export interface Explanation {
  readonly serviceId: number;
  readonly name: string;
  readonly state: ServiceState;
  /** Empty when it waits for nothing: it was stopped, failed, or is on its way. */
  readonly waitsFor: readonly MissingDependency[];
  /** Names along a cycle of requirements that it is part of or waits for: `A → B → A`. */
  readonly cycle: readonly string[] | undefined;
  /** What failed, if its last start or its code did. */
  readonly failure: { readonly error: unknown; readonly during: string } | undefined;
  /** All of it in words, one line per chain. */
  readonly text: string;
}

/** For every service that is not active. O(services + dependencies). */
export function explain(lifecycle: Lifecycle): Explanation[] {
  const offers = offersByToken(lifecycle);
  const withoutCycle = new Set<ServiceRecord>();
  const explanations: Explanation[] = [];
  for (const record of lifecycle.table.values())
    if (record.state !== 'active') explanations.push(explainOne(record, lifecycle, offers, withoutCycle));
  return explanations;
}

type Offers = ReadonlyMap<ServiceIdentifier, readonly ServiceRecord[]>;

function offersByToken(lifecycle: Lifecycle): Offers {
  const offers = new Map<ServiceIdentifier, ServiceRecord[]>();
  for (const record of lifecycle.table.values())
    for (const token of record.provides) {
      const list = offers.get(token);
      if (list === undefined) offers.set(token, [record]);
      else list.push(record);
    }
  return offers;
}

function explainOne(
  record: ServiceRecord,
  lifecycle: Lifecycle,
  offers: Offers,
  withoutCycle: Set<ServiceRecord>,
): Explanation {
  const missing = missingSlots(record);
  const waitsFor = missing.map((slot) => {
    const candidates = candidatesFor(slot, offers);
    return {
      key: slot.spec.key,
      token: identifierName(slot.spec.token),
      because:
        candidates.length === 0 ? nobody(slot, offers) : candidates.map((one) => candidateState(one, slot)).join('; '),
      candidates: candidates.map((one) => one.id),
    };
  });
  const cycle = cycleFrom(record, offers, withoutCycle);
  const head = `${label(record)} is ${record.state}`;
  const lines: string[] = [];
  if (record.failure !== undefined)
    lines.push(`${head}: ${record.failure.during} failed: ${messageOf(record.failure.error)}`);
  for (const slot of missing) lines.push(`${label(record)} waits for ${chain(slot, offers, new Set(), [record])}`);
  if (cycle !== undefined) lines.push(`${label(record)} cannot start: these require each other: ${cycle.join(' → ')}`);
  if (lines.length === 0) {
    const reasons = lifecycle.waitingFor(record);
    lines.push(
      reasons.length > 0
        ? `${head} and waits for ${reasons.join('; ')}`
        : record.state === 'installed' && record.isHeld
          ? `${head}: it was stopped and has not been started again`
          : head,
    );
  }
  return {
    serviceId: record.id,
    name: record.name,
    state: record.state,
    waitsFor,
    cycle,
    failure: record.failure,
    text: lines.join('\n'),
  };
}

function missingSlots(record: ServiceRecord): Slot[] {
  return record.slots.filter((slot) => slot.spec.required && slot.count === 0);
}

/** Services that offer the token of the slot, other than the asking one itself. */
function candidatesFor(slot: Slot, offers: Offers): ServiceRecord[] {
  return (offers.get(slot.spec.token) ?? []).filter((record) => record !== slot.consumer);
}

/** How far a chain is followed, and how many candidates of one token are followed: the rest is counted. */
const longestChain = 12;
const mostCandidates = 3;

/**
 * `Clock, which nobody provides`, or `Clock from ClockService (4), which waits for …`, as far as it goes.
 *
 * @param told Services whose reasons stand in this text already: each is explained once.
 */
function chain(slot: Slot, offers: Offers, told: Set<ServiceRecord>, path: readonly ServiceRecord[]): string {
  const name = identifierName(slot.spec.token);
  const candidates = candidatesFor(slot, offers);
  if (candidates.length === 0) return `${name}, ${nobody(slot, offers)}`;
  const more = candidates.length - mostCandidates;
  const texts = candidates.slice(0, mostCandidates).map((candidate) => {
    const head = `${name} from ${label(candidate)}`;
    if (path.includes(candidate)) return `${head}, which waits for it in turn`;
    const [next] = missingSlots(candidate);
    if (candidate.state !== 'installed' || candidate.failure !== undefined || next === undefined)
      return `${head}, which ${candidateState(candidate, slot, true)}`;
    if (told.has(candidate) || path.length >= longestChain)
      return `${head}, which waits for ${identifierName(next.spec.token)}`;
    told.add(candidate);
    return `${head}, which waits for ${chain(next, offers, told, [...path, candidate])}`;
  });
  return more > 0 ? `${texts.join('; or for ')}; or for one of ${more} others` : texts.join('; or for ');
}

function candidateState(candidate: ServiceRecord, slot: Slot, isClause = false): string {
  const name = isClause ? '' : `${label(candidate)} `;
  if (candidate.failure !== undefined)
    return `${name}failed in ${candidate.failure.during}: ${messageOf(candidate.failure.error)}`;
  if (candidate.state === 'active') {
    if (accepts(candidate, slot)) return `${name}is active but taken: it fills another dependency of the same service`;
    const { filter } = candidate;
    if (slot.spec.match !== undefined && (filter === undefined || 'consumer' in filter))
      return `${name}is active but its properties do not match ${JSON.stringify(slot.spec.match)}`;
    const description =
      filter === undefined
        ? 'its filter'
        : 'consumer' in filter
          ? `it is only for service ${filter.consumer}`
          : filter.describe();
    return `${name}is active but not for this consumer: ${description}`;
  }
  const [next] = missingSlots(candidate);
  if (candidate.state === 'installed' && next !== undefined)
    return `${name}waits for ${identifierName(next.spec.token)}`;
  if (candidate.state === 'installed' && candidate.isHeld) return `${name}was stopped`;
  return `${name}is ${candidate.state}`;
}

/** Nobody offers the token; perhaps somebody offers another one of the same name. */
function nobody(slot: Slot, offers: Offers): string {
  const name = identifierName(slot.spec.token);
  for (const [token, records] of offers)
    if (token !== slot.spec.token && identifierName(token) === name)
      return `which nobody provides; ${label(records[0] as ServiceRecord)} provides a different token of the same name: is it imported from another copy or made twice?`;
  const own = (offers.get(slot.spec.token) ?? []).includes(slot.consumer);
  return own ? 'which only it provides itself' : 'which nobody provides';
}

/**
 * The first cycle of requirements reachable from a service that is not satisfied.
 *
 * @param withoutCycle Services from which none is reachable, known from earlier calls.
 */
function cycleFrom(
  record: ServiceRecord,
  offers: Offers,
  withoutCycle: Set<ServiceRecord>,
): readonly string[] | undefined {
  // By hand rather than by recursion: chains may be longer than the stack.
  const path: { readonly record: ServiceRecord; readonly next: ServiceRecord[] }[] = [];
  const onPath = new Set<ServiceRecord>();
  const enter = (current: ServiceRecord): void => {
    onPath.add(current);
    const next = missingSlots(current).flatMap((slot) => candidatesFor(slot, offers));
    path.push({ record: current, next: next.filter((candidate) => candidate.state === 'installed').reverse() });
  };
  if (!withoutCycle.has(record)) enter(record);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const candidate = top.next.pop();
    if (candidate === undefined) {
      path.pop();
      onPath.delete(top.record);
      withoutCycle.add(top.record);
    } else if (onPath.has(candidate)) {
      const records = path.map((one) => one.record);
      return [...records.slice(records.indexOf(candidate)), candidate].map((one) => one.name);
    } else if (!withoutCycle.has(candidate)) enter(candidate);
  }
  return undefined;
}

function label(record: ServiceRecord): string {
  return `${record.name} (${record.id})`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
