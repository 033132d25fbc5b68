// The entry of the realtime app: reads the command line, runs, prints, plots. Exit code 1 for a wrong command line.

import { readlinkSync, writeFileSync } from 'node:fs';
import { CommandLineError, parseOptions, usage, type AppOptions } from './options.ts';
import { cyclictestLine, durationLine, histogramLines, latencyLine, missLine, percentileLine } from './report/lines.ts';
import { plotSvg } from './report/plot.ts';
import type { Recording } from './report/recording.ts';
import type { Result } from './report/result.ts';
import { runApp } from './run.ts';

const missesPrinted = 20;

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(usage);
  else await main(options);
} catch (error) {
  if (!(error instanceof CommandLineError)) throw error;
  process.stderr.write(`Error in command line: ${error.message}\n`);
  process.exitCode = 1;
}

async function main(options: AppOptions): Promise<void> {
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  const print = options.json ? warn : (line: string): void => void process.stdout.write(`${line}\n`);
  const { result, recording } = await runApp(options, { print, warn });
  for (const line of linesOf(result, recording)) print(line);
  if (options.plot !== undefined) writeFileSync(options.plot, plotOf(result, recording));
  if (options.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
}

function linesOf({ summary, misses, missedReleases, histogram, options }: Result, recording: Recording): string[] {
  const last = recording.values.at(-1) ?? 0;
  const figures =
    options.periodUs === undefined
      ? [durationLine(summary), percentileLine(summary)]
      : [cyclictestLine(summary, threadId(), last, options), latencyLine(summary, missedReleases)];
  const omitted = misses.length - missesPrinted;
  return [
    ...figures,
    ...misses.slice(0, missesPrinted).map(missLine),
    ...(omitted > 0 ? [`and ${omitted} more; --json has them all`] : []),
    ...histogramLines(histogram),
  ];
}

function plotOf({ summary, misses, histogram, mode, node }: Result, recording: Recording): string {
  const flags = process.argv
    .slice(2)
    .join(' ')
    .replace(/--json|--plot[ =]\S+/g, '')
    .replace(/ +/g, ' ')
    .trim();
  const title = `${mode === 'chain' ? 'Encoding 20 frames' : 'Start of a periodic task'}, Node ${node}${flags === '' ? '' : `, ${flags}`}`;
  return plotSvg({
    title,
    values: recording.values,
    limitUs: recording.maxUs,
    summary,
    misses,
    bars: histogram,
  });
}

function threadId(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return process.pid;
  }
}
