// Reads flags strictly: an unknown flag or a wrong value is told with the usage, exit code 2.

import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Ends the program after a mistake on the command line. */
function refuse(message: string, usage: string): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

/** The values of the flags; `--help` prints the usage and ends the program with exit code 0. */
export function readFlags<const Options extends NonNullable<ParseArgsConfig['options']>>(
  options: Options,
  usage: string,
): ReturnType<typeof parseArgs<{ options: Options; strict: true }>>['values'] {
  let values: ReturnType<typeof parseArgs<{ options: Options; strict: true }>>['values'];
  try {
    ({ values } = parseArgs({ options, strict: true }));
  } catch (error) {
    refuse((error as Error).message, usage);
  }
  if ((values as { readonly help?: boolean }).help === true) {
    console.log(usage);
    process.exit(0);
  }
  return values;
}

/** A whole number within bounds. `name` is the flag, or the variable, that it comes from. */
export function wholeNumber(name: string, text: string, smallest: number, largest: number, usage: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < smallest || value > largest)
    refuse(
      `${name}: received ${JSON.stringify(text)}; allowed are whole numbers from ${smallest} to ${largest}.`,
      usage,
    );
  return value;
}
