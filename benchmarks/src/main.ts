// `npm run bench`: measures, reports, compares commits.

import { parseCommandLine, usage, UsageError } from './command-line.ts';
import { measureCommand } from './measure-command.ts';

const print = (text: string): void => console.log(text);

async function main(): Promise<number> {
  const command = parseCommandLine(process.argv.slice(2));
  switch (command.name) {
    case 'help':
      print(usage);
      return 0;
    case 'measure':
      return measureCommand(command, print);
    case 'report':
    case 'compare':
      throw new UsageError('later');
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(`bench: ${(error as Error).message}${isUsage ? `\n\n${usage}` : ''}`);
  process.exitCode = 2;
}
