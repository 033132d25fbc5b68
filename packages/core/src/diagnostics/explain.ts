// Why a service is not active: the chain of what it waits for, with cycles, near misses and failures (GD-12, LC-230, D12).
// Printed when start-up makes no progress and when quitting does not.

import type { ServiceState } from '../contract/service.ts';
import { identifierName } from '../contract/token.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { ServiceRecord, Slot } from '../lifecycle/service-record.ts';
import { cyclesReachedFrom } from './cycles.ts';
import { label, messageOf, Offers, whyNotAccepted } from './offers.ts';

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
  /** Names along a cycle of requirements that it is part of or waits for, back to the first: `A`, `B`, `A`. */
  readonly cycle: readonly string[] | undefined;
  /** What failed, if its last start or its code did. */
  readonly failure: { readonly error: unknown; readonly during: string } | undefined;
  /** Dependencies that the user's container supplies: decided when it was registered. */
  readonly fromContainer: readonly string[];
  /** All of it in words, one line per chain. */
  readonly text: string;
}

/** Links of a chain that are told, and services that could fill one place. */
const longestChain = 20;
const mostCandidates = 5;

/** For every service that is not active. O(services + dependencies). */
export function explain(lifecycle: Lifecycle): Explanation[] {
  const offers = new Offers(lifecycle);
  const inactive = [...lifecycle.table.values()].filter((record) => record.state !== 'active');
  const cycles = cyclesReachedFrom(inactive, (record) =>
    missingSlots(record).flatMap((slot) => {
      const candidates = offers.candidatesFor(slot);
      // One that could start, or does, would end the wait: then nothing is stuck here.
      return candidates.every(({ state, missing }) => state === 'installed' && missing > 0) ? candidates : [];
    }),
  );
  // Members of a long cycle share its list.
  const paths = new Map<readonly ServiceRecord[], CyclePath>();
  return inactive.map((record) => {
    const cycle = cycles.get(record);
    let path = cycle === undefined ? undefined : paths.get(cycle);
    if (cycle !== undefined && path === undefined) paths.set(cycle, (path = new CyclePath(cycle)));
    return explainOne(record, lifecycle, offers, path);
  });
}

/** A cycle in words. */
class CyclePath {
  readonly members: ReadonlySet<ServiceRecord>;
  readonly names: readonly string[];
  readonly text: string;

  constructor(cycle: readonly ServiceRecord[]) {
    this.members = new Set(cycle);
    const closed = [...cycle, cycle[0] as ServiceRecord];
    this.names = closed.map(({ name }) => name);
    const shown = closed.length > longestChain + 2 ? closed.slice(0, longestChain) : closed;
    const rest =
      shown.length < closed.length ? ` → … (${cycle.length} services) → ${label(cycle[0] as ServiceRecord)}` : '';
    this.text = shown.map(label).join(' → ') + rest;
  }
}

function explainOne(
  record: ServiceRecord,
  lifecycle: Lifecycle,
  offers: Offers,
  cycle: CyclePath | undefined,
): Explanation {
  const missing = missingSlots(record);
  const fromContainer = record.definition.staticDependencies;
  const head = `${label(record)} is ${record.state}`;
  const lines: string[] = [];
  if (record.failure !== undefined)
    lines.push(`${head}: ${record.failure.during} failed: ${messageOf(record.failure.error)}`);
  for (const slot of missing) lines.push(`${label(record)} waits for ${chain(slot, offers)}`);
  if (cycle !== undefined) {
    const who = cycle.members.has(record) ? 'these' : 'it waits for services that';
    lines.push(`${label(record)} cannot start: ${who} require each other: ${cycle.text}`);
  }
  const doing = stopChain(record, lifecycle);
  if (doing !== '') lines.push(`${head} and waits for ${doing}`);
  if (lines.length === 0) lines.push(`${head}${whyIdle(record)}`);
  for (const name of fromContainer) {
    const provider = offers.firstOfName(name);
    if (provider !== undefined)
      lines.push(`${label(record)} has ${name} from the container, although ${label(provider)} provides it too`);
  }
  return {
    serviceId: record.id,
    name: record.name,
    state: record.state,
    waitsFor: missing.map((slot) => missingDependency(slot, offers)),
    cycle: cycle?.names,
    failure: record.failure,
    fromContainer,
    text: lines.join('\n'),
  };
}

function missingDependency(slot: Slot, offers: Offers): MissingDependency {
  const candidates = offers.candidatesFor(slot);
  const states = candidates.slice(0, mostCandidates).map((one) => `${label(one)} ${stateOf(one, slot)}`);
  return {
    key: slot.spec.key,
    token: identifierName(slot.spec.token),
    because: candidates.length === 0 ? offers.whyNobody(slot) : states.join('; ') + omitted(candidates.length),
    candidates: candidates.map((one) => one.id),
  };
}

function missingSlots(record: ServiceRecord): Slot[] {
  return record.missing === 0 ? none : record.slots.filter((slot) => slot.spec.required && slot.count === 0);
}

const none: Slot[] = [];

/** `Clock, which nobody provides`, or `Clock from ClockService (4), which waits for …`: the first candidate as far as it goes. */
function chain(first: Slot, offers: Offers): string {
  const parts: string[] = [];
  const seen = new Set([first.consumer]);
  for (let slot: Slot | undefined = first; slot !== undefined;) {
    const name = identifierName(slot.spec.token);
    const [candidate, ...others]: (ServiceRecord | undefined)[] = offers.candidatesFor(slot);
    if (candidate === undefined) {
      parts.push(`${name}, ${offers.whyNobody(slot)}`);
      break;
    }
    const asked: Slot = slot;
    const alternatives = others
      .slice(0, mostCandidates - 1)
      .map((other) => `; or from ${label(other as ServiceRecord)}, which ${stateOf(other as ServiceRecord, asked)}`)
      .join('');
    const from = `${name} from ${label(candidate)}`;
    const rest = alternatives + omitted(others.length + 1);
    const [next] = missingSlots(candidate);
    if (seen.has(candidate)) {
      parts.push(`${from}, which waits for it in turn${rest}`);
      break;
    }
    if (candidate.state !== 'installed' || candidate.failure !== undefined || next === undefined) {
      parts.push(`${from}, which ${stateOf(candidate, slot)}${rest}`);
      break;
    }
    if (parts.length === longestChain) {
      parts.push(`${from}, which waits for others in turn`);
      break;
    }
    seen.add(candidate);
    parts.push(`${from}${rest === '' ? '' : ` (${rest.slice(2)})`}`);
    slot = next;
  }
  return parts.join(', which waits for ');
}

function omitted(count: number): string {
  return count > mostCandidates ? `; and ${count - mostCandidates} more` : '';
}

/** What is the matter with a service that could fill the slot. */
function stateOf(candidate: ServiceRecord, slot: Slot): string {
  if (candidate.state === 'active') return whyNotAccepted(candidate, slot);
  if (candidate.failure !== undefined)
    return `failed in ${candidate.failure.during}: ${messageOf(candidate.failure.error)}`;
  if (candidate.state !== 'installed') return `is ${candidate.state}`;
  const [next] = missingSlots(candidate);
  if (next !== undefined) return `waits for ${identifierName(next.spec.token)}`;
  return candidate.isHeld ? 'was stopped' : 'is installed';
}

/** What a service that starts or stops waits for: its own code, or consumers that have to stop first, and theirs. */
function stopChain(record: ServiceRecord, lifecycle: Lifecycle): string {
  const parts: string[] = [];
  const seen = new Set<ServiceRecord>();
  for (let current: ServiceRecord | undefined = record; current !== undefined && parts.length < longestChain;) {
    if (seen.has(current)) break;
    seen.add(current);
    const reasons = lifecycle.waitingFor(current);
    if (reasons.length === 0) {
      if (current !== record) parts.push(`is ${current.state}`);
      break;
    }
    parts.push(current === record ? reasons.join('; ') : `waits for ${reasons.join('; ')}`);
    current = blockingConsumer(current);
  }
  return parts.join(', which ');
}

function blockingConsumer(record: ServiceRecord): ServiceRecord | undefined {
  for (let link = record.firstConsumer; link !== undefined; link = link.next) if (link.isBlocking) return link.consumer;
  return undefined;
}

function whyIdle(record: ServiceRecord): string {
  if (record.state !== 'installed') return '';
  if (!record.isInserted) return ': its registration has not been processed yet';
  return record.isHeld ? ': it was stopped and has not been started again' : '';
}
