// Reads the command line; whatever is not understood becomes a message for the usage.

import { parseArgs } from 'node:util';
import type { Scenario } from './scenario.ts';
import { scenarioNamed } from './scenarios.ts';

/** What to run. */
export interface Request {
  readonly scenario: Scenario;
  readonly variant: string;
  readonly count: number;
  /** Worker threads, or undefined to run on the main thread. */
  readonly threads: number | undefined;
  readonly json: boolean;
}

/** Thrown for a command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** More would only measure how long a machine takes to start them, if it does not run out of memory first. */
const mostThreads = 256;

/** @throws UsageError; undefined means that help is asked for. */
export async function parseCommandLine(args: readonly string[]): Promise<Request | undefined> {
  const { values, positionals } = parsed(args);
  if (values.help === true) return undefined;
  const [name, ...rest] = positionals;
  if (name === undefined) throw new UsageError('no scenario given');
  if (rest.length > 0) throw new UsageError(`one scenario at a time; received also ${rest.join(' ')}`);
  const scenario = await scenarioNamed(name);
  if (scenario === undefined) throw new UsageError(`unknown scenario "${name}"`);
  const variant = values.variant ?? scenario.variants[0];
  if (!scenario.variants.includes(variant)) {
    throw new UsageError(`unknown variant "${variant}" of ${name}; allowed: ${scenario.variants.join(', ')}`);
  }
  return {
    scenario,
    variant,
    count: wholeNumber('--count', values.count) ?? scenario.defaultCount(variant),
    threads: wholeNumber('--threads', values.threads, mostThreads),
    json: values.json === true,
  };
}

export function usage(scenarios: readonly Scenario[]): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length)) + 2;
  return [
    'usage: benchmarks <scenario> [--variant V] [--count N] [--threads N] [--json]',
    '',
    ...scenarios.flatMap(({ name, summary, variants, defaultCount, unit }) => [
      `  ${name.padEnd(width)}${summary}`,
      `  ${''.padEnd(width)}variants: ${variants.map((variant) => `${variant} (N = ${defaultCount(variant)})`).join(', ')}; in ${unit}`,
    ]),
    '',
    '  --threads N   N worker threads, each with its own manager and the full count (at most 256); without it, the main thread',
    '  --json        one line of JSON instead of text',
  ].join('\n');
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        variant: { type: 'string' },
        count: { type: 'string' },
        threads: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string | undefined, most?: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1 || value > (most ?? value)) {
    const upTo = most === undefined ? '' : ` to ${most}`;
    throw new UsageError(
      `${option}: received ${text === '' ? 'nothing' : text}; allowed are whole numbers from 1${upTo}`,
    );
  }
  return value;
}
