// The command line: flags, their checks, and the help text. Pure; main.ts prints what comes of it (RB-5).

import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface AppOptions {
  readonly iterations: number;
  readonly maxUs: number;
  readonly cpu: number | undefined;
  readonly fifo: boolean;
  readonly lockMemory: boolean;
  readonly periodUs: number | undefined;
  readonly load: boolean;
  readonly cold: boolean;
  readonly json: boolean;
  readonly plot: string | undefined;
}

export const usage = `Usage: node dist/main.js [options]
Encodes 20 frames of speech (GSM 06.10) per event, in a chain of events, and measures each.

  --iterations <n>   runs, or releases in periodic mode (default 5000)
  --max-us <n>       longest duration, or start latency in periodic mode, in µs (default 500)
  --cpu <n>          run on this processor alone
  --fifo             ask for the scheduling policy SCHED_FIFO, priority 20
  --lock-memory      keep program and libraries in memory
  --period-us <n>    periodic mode: one frame every so many µs, latencies as cyclictest prints them
  --load             flood the queue with events of low priority meanwhile
  --cold             do not warm up before measuring
  --json             print the result as JSON, everything else to standard error
  --plot <file>      write a plot (SVG)
  -h, --help         print this
`;

/** What is wrong with a command line. */
export class CommandLineError extends Error {}

/** Reads the arguments. @returns `'help'` when help is asked for. @throws CommandLineError */
export function parseOptions(args: readonly string[]): AppOptions | 'help' {
  const values = parse(args);
  if (values['help'] === true) return 'help';
  return {
    iterations: whole(values, 'iterations', 1, 10_000_000) ?? 5000,
    maxUs: whole(values, 'max-us', 1, 60_000_000) ?? 500,
    cpu: whole(values, 'cpu', 0, 1023),
    fifo: values['fifo'] === true,
    lockMemory: values['lock-memory'] === true,
    periodUs: whole(values, 'period-us', 50, 60_000_000),
    load: values['load'] === true,
    cold: values['cold'] === true,
    json: values['json'] === true,
    plot: values['plot'] as string | undefined,
  };
}

function parse(args: readonly string[]): Record<string, string | boolean | undefined> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        iterations: text,
        'max-us': text,
        cpu: text,
        fifo: flag,
        'lock-memory': flag,
        'period-us': text,
        load: flag,
        cold: flag,
        json: flag,
        plot: text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new CommandLineError((error as Error).message);
  }
}

function whole(
  values: Record<string, string | boolean | undefined>,
  name: string,
  smallest: number,
  largest: number,
): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN;
  if (number >= smallest && number <= largest) return number;
  throw new CommandLineError(`--${name} is "${value}", but must be a whole number from ${smallest} to ${largest}`);
}
