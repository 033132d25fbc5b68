// The queue port: rows in, rows out. The priority queue of core and the earliest-deadline queue of @ichor/realtime implement it.

/** The row that `take` fills: a plain mutable record, reused for every event. */
export interface EventRow {
  id: number;
  typeId: number;
  origin: number;
  priority: number;
  /** Clock time of the push in milliseconds, or 0 when the queue does not record times. */
  pushedAt: number;
  /** Id of the event during whose processing this one was pushed, or -1. Only recorded when asked for. */
  cause: number;
  payload: unknown;
}

/** What a queue records per row beyond the necessary. */
export interface EventQueueOptions {
  /** Record the push time of each row. Default: false. */
  readonly recordTimes?: boolean;
  /** Record the causing event of each row. Default: false. */
  readonly recordCauses?: boolean;
}

/**
 * A priority queue of event rows. Lower priority numbers leave first; rows of equal priority (and, in a
 * deadline queue, equal deadline) leave in the order of their pushes. Never loses, duplicates or invents a row.
 */
export interface EventQueue {
  /** Rows waiting. */
  readonly size: number;
  /** Priority of the row that `take` would deliver; undefined when empty. */
  readonly nextPriority: number | undefined;
  /**
   * Adds a row. O(1) for a priority in use (deadline queues: O(log n)). Allocates nothing per row beyond chunk growth.
   * @param id Not smaller than any id pushed before.
   * @param deadlineMs Absolute, `Infinity` for none; ignored by queues that do not order by deadline.
   */
  push(
    id: number,
    typeId: number,
    origin: number,
    priority: number,
    payload: unknown,
    deadlineMs: number,
    pushedAt: number,
    cause: number,
  ): void;
  /** Moves the first row into `row` and removes it, dropping the queue's reference to the payload. False when empty. */
  take(row: EventRow): boolean;
  /** Rows waiting per priority, ascending. O(lanes). */
  depths(): ReadonlyMap<number, number>;
  /** Push time of the oldest waiting row over all priorities, when times are recorded. O(lanes). */
  oldestPushedAt(): number | undefined;
  /**
   * Records more per row from now on; rows that wait already count as pushed `now`, by nobody. A queue without this method
   * keeps recording what it was made with.
   */
  record?(what: EventQueueOptions, now: number): void;
  /** Drops all rows; `dropped` sees the payload of each, in the order of `take`. */
  clear(dropped?: (payload: unknown, typeId: number) => void): void;
}
