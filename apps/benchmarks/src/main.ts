// The one entry point: `benchmarks <scenario> [options]` runs one workload once and prints what was measured.

import { parseCommandLine, usage, UsageError, type Request } from './command-line.ts';
import { measure, textOf } from './measurement.ts';
import { scenarios } from './scenarios.ts';

function requested(): Request | undefined {
  try {
    return parseCommandLine(process.argv.slice(2), scenarios);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`benchmarks: ${error.message}\n\n${usage(scenarios)}`);
    process.exit(2);
  }
}

const request = requested();
if (request === undefined) {
  console.log(usage(scenarios));
} else {
  const measurement = await measure(request, (line) => {
    if (!request.json) console.log(line);
  });
  console.log(request.json ? JSON.stringify(measurement) : textOf(measurement));
}
