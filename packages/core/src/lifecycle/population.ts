// Numbers about all services of a manager, kept by the lifecycle and read after each event: is something starting, does
// something run, has anything moved.

export class Population {
  /** Services that are starting or injecting. */
  starting = 0;
  /** Services that are neither installed nor gone, without the manager's own. */
  up = 0;
  /** Activations so far: the next one gets the next number. */
  activations = 0;
  /** Counts whatever moves: a service became active, stopped, failed to start, was removed. */
  progress = 0;
  /** Quit was asked for, or will be because of a failure: nothing starts any more, and what becomes active is stopped. */
  isEnding = false;
}
