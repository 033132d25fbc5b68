// A worker thread of `--threads`: runs one scenario on its own and reports its outcome.

import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerTask } from './measurement.ts';
import { scenarioNamed } from './scenarios.ts';

const { scenario: name, variant, count } = workerData as WorkerTask;
const scenario = await scenarioNamed(name);
const outcome = await scenario?.run({ variant, count, isSingle: false, print: () => undefined });
parentPort?.postMessage(outcome);
