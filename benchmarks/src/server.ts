// What a rival server is: it listens on a free port of 127.0.0.1 and does what pong does on POST /ping, or what the WebSocket server
// of apps/benchmarks does on /echo and /broadcast.

/** Starts to listen, and gives the port. */
export type Serve = () => Promise<number>;

/** Connections the system keeps waiting before they are accepted: the same for all. */
export const backlog = 4096;
