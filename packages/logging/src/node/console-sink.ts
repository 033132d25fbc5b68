// The default sink: standard output, readable for people on a terminal, JSON lines otherwise.

import process from 'node:process';
import type { LogRecord, LogSink } from '../contract/log-sink.ts';
import { logError } from '../errors/catalogue.ts';
import { describeValue } from '../format/plain-value.ts';
import { formatHuman } from '../format/human-line.ts';
import { formatJson } from '../format/json-line.ts';
import { StreamOutput, type LineStream } from './stream-output.ts';

/** How a {@link ConsoleSink} writes. */
export interface ConsoleSinkOptions {
  /** Where to. Default: `process.stdout`. */
  readonly stream?: LineStream;
  /** `'human'`, `'json'`, or `'auto'`: for people when the stream is a terminal. Default: `'auto'`. */
  readonly format?: 'auto' | 'human' | 'json';
  /** ANSI colours in the human format. Default: on a terminal, unless NO_COLOR is set; FORCE_COLOR turns them on. */
  readonly colours?: boolean;
  /** What the stream may hold back before records are dropped. Default: 16 MiB. */
  readonly maxBufferedBytes?: number;
}

const knownOptions: ReadonlySet<string> = new Set(['stream', 'format', 'colours', 'maxBufferedBytes']);

/**
 * Writes to standard output or another stream. A reader that is too slow costs records, which are counted and said in the
 * output, never memory or time; a broken stream costs records too, never the program. (Node.js writes to terminals and
 * files synchronously: a terminal stopped with Ctrl-S stops the program.)
 *
 * @example
 * ```ts
 * import { ConsoleSink } from '@ichor/logging';
 *
 * const sink = new ConsoleSink({ format: 'human', colours: false });
 * sink.write({ time: Date.now(), level: 'info', message: 'ready', service: 'Demo', serviceId: 1, fields: { port: 80 }, source: undefined });
 * ```
 */
export class ConsoleSink implements LogSink {
  readonly name = 'console';
  readonly #format: (record: LogRecord) => string;
  readonly #output: StreamOutput;

  /** @throws ICHOR_LOG_OPTION_INVALID */
  constructor(options: ConsoleSinkOptions = {}) {
    checkOptions(options);
    const stream: LineStream = options.stream ?? process.stdout;
    const isTerminal = stream.isTTY === true;
    const format = options.format ?? 'auto';
    const colours = options.colours ?? wantsColours(isTerminal, process.env);
    this.#format =
      format === 'json' || (format === 'auto' && !isTerminal)
        ? formatJson
        : (record) => formatHuman(record, { colours });
    this.#output = new StreamOutput(stream, options.maxBufferedBytes ?? 16 * 1024 * 1024, (count) =>
      this.#format({
        time: Date.now(),
        level: 'warn',
        message: `${count} log ${count === 1 ? 'record was' : 'records were'} dropped: the output was not read in time`,
        service: 'logging',
        serviceId: 0,
        fields: { dropped: count, sink: this.name },
        source: undefined,
      }),
    );
  }

  /** Records dropped because the stream did not take them in time. */
  get dropped(): number {
    return this.#output.dropped;
  }

  /** @throws the error of the stream once it is broken or closed (the loggers catch and count that). */
  write(record: LogRecord): void {
    this.#output.writeLine(this.#format(record));
  }

  /** Ends when everything written is out, or the stream is broken. */
  flush(): Promise<void> {
    return this.#output.flush();
  }
}

function wantsColours(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '0' && forced !== 'false') return true;
  return isTerminal && env['TERM'] !== 'dumb';
}

function checkOptions(options: ConsoleSinkOptions): void {
  const refuse = (name: string, received: unknown, allowed: string): never => {
    throw logError(
      'ICHOR_LOG_OPTION_INVALID',
      `ConsoleSink option "${name}": received ${describeValue(received)}; allowed: ${allowed}.`,
    );
  };
  for (const name of Object.keys(options))
    if (!knownOptions.has(name)) refuse(name, (options as Record<string, unknown>)[name], [...knownOptions].join(', '));
  const { stream, format, maxBufferedBytes } = options;
  if (stream !== undefined && typeof stream?.write !== 'function') refuse('stream', stream, 'a writable stream');
  if (format !== undefined && !['auto', 'human', 'json'].includes(format))
    refuse('format', format, "'auto', 'human', 'json'");
  if (maxBufferedBytes !== undefined && !(maxBufferedBytes >= 0))
    refuse('maxBufferedBytes', maxBufferedBytes, 'numbers from 0');
}
