// `npm run bench`: measures, reports, compares commits.

import { compareCommits } from './compare/compare.ts';
import { prepareCheckout } from './compare/prepare.ts';
import { parseCommandLine, usage, UsageError } from './command-line.ts';
import { measureCommand } from './measure-command.ts';
import { root } from './programs.ts';
import { writeReport } from './report/report.ts';

const print = (text: string): void => console.log(text);

async function main(): Promise<number> {
  const command = parseCommandLine(process.argv.slice(2));
  switch (command.name) {
    case 'help':
      print(usage);
      return 0;
    case 'measure':
      return measureCommand(command, print);
    case 'compare': {
      const isSlower = await compareCommits({ ...command, repository: root, prepare: prepareCheckout, print });
      return isSlower ? 1 : 0;
    }
    case 'report': {
      const [page, ...others] = writeReport(command.from, command.to);
      print(`${page} and ${others.length} other files written`);
      return 0;
    }
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(`bench: ${(error as Error).message}${isUsage ? `\n\n${usage}` : ''}`);
  // At once: a comparison that was stopped may still have programs running.
  process.exit(2);
}
