// The last resort for saying that a sink is in trouble, where no framework logger can be told.

import process from 'node:process';

/** A Node.js process warning, which goes to standard error and can be listened to. */
export function emitSinkWarning(message: string): void {
  process.emitWarning(message, { type: 'LogSinkWarning', code: 'ICHOR_LOG_SINK_FAILED' });
}
