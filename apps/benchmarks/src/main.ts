// The one entry point: `benchmarks <scenario> [options]` runs one workload once and prints what was measured.

import { parseCommandLine, usage, UsageError, type Request } from './command-line.ts';
import { measure, textOf } from './measurement.ts';
import { allScenarios } from './scenarios.ts';

async function requested(): Promise<Request | undefined> {
  try {
    return await parseCommandLine(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`benchmarks: ${error.message}\n\n${usage(await allScenarios())}`);
    process.exit(2);
  }
}

const request = await requested();
if (request === undefined) {
  console.log(usage(await allScenarios()));
} else {
  const measurement = await measure(request, (line) => {
    if (!request.json) console.log(line);
  });
  console.log(request.json ? JSON.stringify(measurement) : textOf(measurement, request.scenario));
}
