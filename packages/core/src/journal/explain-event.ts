// What became of one event, why it was pushed, and what it led to: read from the journal, for people and programs.

import type { EventJournal, JournalEntry } from './event-journal.ts';

/** One event with the chain of events that led to it. */
export interface EventExplanation {
  readonly id: number;
  /** Its entry; undefined when it is not in the journal (see `text` for why). */
  readonly entry: JournalEntry | undefined;
  /** What led to it: the event that pushed it first, then the one that pushed that one, as far as the journal goes. */
  readonly causes: readonly JournalEntry[];
  /** What was pushed while it was processed. */
  readonly effects: readonly JournalEntry[];
  /** All of it in words. */
  readonly text: string;
}

/** What the explanation needs beside the journal. */
export interface EventNames {
  /** `Robot (7)`, or `service 7` for one that is gone. */
  serviceLabel(id: number): string;
  /** Events pushed so far: an id from this on does not exist. */
  readonly pushed: number;
}

/** @param journal Undefined when the manager keeps none. O(entries). */
export function explainEvent(journal: EventJournal | undefined, id: number, names: EventNames): EventExplanation {
  const byId = new Map((journal?.entries() ?? []).map((entry) => [entry.id, entry]));
  const entry = byId.get(id);
  const causes: JournalEntry[] = [];
  let first = entry;
  // A cause always has a smaller id than its effect, so the chain ends.
  while (first?.cause !== undefined && byId.has(first.cause)) {
    first = byId.get(first.cause) as JournalEntry;
    causes.push(first);
  }
  const effects = journal?.effectsOf(id) ?? [];
  const lines: string[] = [];
  if (entry === undefined) lines.push(whyMissing(journal, id, names));
  else {
    lines.push(describe(entry, names));
    for (const cause of causes) lines.push(`  because of ${describe(cause, names)}`);
    if (first?.cause === undefined) lines.push('  which came from outside of event processing');
    else lines.push(`  because of event ${first.cause}, which is no longer in the journal`);
  }
  for (const effect of effects) lines.push(`  it led to ${describe(effect, names)}`);
  return { id, entry, causes, effects, text: lines.join('\n') };
}

function whyMissing(journal: EventJournal | undefined, id: number, names: EventNames): string {
  if (journal === undefined)
    return `Event ${id}: this manager keeps no journal. Make it with { journal: 10_000 } to keep the last 10,000 events.`;
  if (!(id >= 0 && id < names.pushed)) return `Event ${id} does not exist: ${names.pushed} events were pushed so far.`;
  return `Event ${id} is not in the journal: it still waits, was dropped, or was followed by ${journal.capacity} others.`;
}

function describe(entry: JournalEntry, names: EventNames): string {
  const { id, type, origin, priority, pushedAt, startedAt, endedAt } = entry;
  const by = origin === 0 ? '' : ` by ${names.serviceLabel(origin)}`;
  const waited = pushedAt === undefined ? '' : `waited ${milliseconds(startedAt - pushedAt)}, `;
  const outcome = entry.vetoed ? ', vetoed by an interceptor' : entry.processed ? '' : ', handled by nobody';
  return `event ${id}, ${type}, pushed${by} with priority ${priority}: ${waited}took ${milliseconds(endedAt - startedAt)}${outcome}`;
}

function milliseconds(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}
