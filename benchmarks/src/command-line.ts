// The command line of the harness, read strictly: what is not understood becomes a message for the usage.

import { parseArgs } from 'node:util';
import { mostConnections } from './load/most-connections.ts';

export type Command =
  | { readonly name: 'help' }
  | MeasureCommand
  | { readonly name: 'report'; readonly from: string | undefined; readonly to: string | undefined }
  | CompareCommand;

export interface MeasureCommand {
  readonly name: 'measure';
  readonly experiments: readonly string[];
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly loadSeconds: number;
  readonly count: number | undefined;
  readonly connections: number;
  readonly into: string | undefined;
  readonly isResumed: boolean;
  readonly isList: boolean;
  readonly hasOwnLoad: boolean;
}

export interface CompareCommand {
  readonly name: 'compare';
  readonly base: string;
  readonly head: string;
  readonly scenarios: readonly string[];
  readonly rounds: number;
  readonly count: number | undefined;
  readonly thresholdPercent: number;
}

/** Thrown for a command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `usage: bench [experiment...] [options]     measure, and store what was measured
       bench report [FOLDER]               make the page, the plots, and the tables of the README
       bench compare BASE HEAD [scenario]  compare two commits; exit code 1: HEAD is slower, repeatedly

measure: experiments are named by id or by the beginning of it (event, http, scaling, ...); --list shows them. Without a name,
         all comparisons with rivals; with \`all\`, everything.
  --quick          smaller counts and fewer of them, 2 rounds: about two minutes
  --rounds N       fresh processes per contestant (default: 5, quick: 2)
  --seconds N      how long a server is loaded in each (default: 5, quick: 1)
  --count N        the same count for every workload
  --connections N  the most connections to try (default: what the machine allows, up to 19,000)
  --own-load       the load generator of this package, even where wrk is installed
  --into FOLDER    where results go (default: benchmarks/results/local)
  --resume         leave out what FOLDER already has of this commit
  --list           name the experiments, and measure nothing

report:  FOLDER is where results are (default: benchmarks/results/published)
  --out FOLDER     where page and plots go, and no README is touched (default: benchmarks/report)

compare: scenarios of apps/benchmarks (default: event, coroutine, start, start-stop, serializer)
  --rounds N       pairs of runs (default: 7)
  --count N        the same count for every scenario
  --threshold P    percent of processor time by which HEAD may be slower (default: 5)`;

/** @throws UsageError */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  if (values.help) return { name: 'help' };
  const [first, ...rest] = positionals;
  const rounds = wholeNumber('--rounds', values.rounds);
  const count = wholeNumber('--count', values.count);
  const allow = (...options: string[]): void => {
    for (const [option, value] of Object.entries(values)) {
      if (value !== undefined && value !== false && !options.includes(option))
        throw new UsageError(`--${option} has no meaning here`);
    }
  };
  if (first === 'report') {
    allow('out');
    if (rest.length > 1) throw new UsageError(`one folder of results at a time; received ${rest.join(' ')}`);
    return { name: 'report', from: rest[0], to: values.out };
  }
  if (first === 'compare') {
    allow('rounds', 'count', 'threshold');
    const [base, head, ...scenarios] = rest;
    if (base === undefined || head === undefined) throw new UsageError('compare needs two commits');
    const thresholdPercent = wholeNumber('--threshold', values.threshold) ?? 5;
    return { name: 'compare', base, head, scenarios, rounds: rounds ?? 7, count, thresholdPercent };
  }
  allow('quick', 'rounds', 'seconds', 'count', 'connections', 'own-load', 'into', 'resume', 'list');
  return {
    name: 'measure',
    experiments: positionals,
    isQuick: values.quick,
    rounds: rounds ?? (values.quick ? 2 : 5),
    loadSeconds: wholeNumber('--seconds', values.seconds) ?? (values.quick ? 1 : 5),
    count,
    connections: wholeNumber('--connections', values.connections) ?? mostConnections(),
    into: values.into,
    isResumed: values.resume,
    isList: values.list,
    hasOwnLoad: values['own-load'],
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: flag,
        rounds: text,
        seconds: text,
        count: text,
        connections: text,
        'own-load': flag,
        into: text,
        resume: flag,
        list: flag,
        out: text,
        threshold: text,
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new UsageError(`${name}: received ${text}; allowed are whole numbers from 1`);
  return Number(text);
}
