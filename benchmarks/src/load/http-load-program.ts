// The own load generator, where wrk is not installed: `node http-load-program.js <port> <connections> <seconds> <shape>`.
// Prints one line of JSON: what wrk.lua prints.

import { HttpConnection, type Answers } from './http-connection.ts';
import { timeoutSeconds, type RequestShape } from './http-load.ts';
import { RecordedLatency } from './recorded-latency.ts';
import { requestsOf } from './request-shapes.ts';

const [port, connectionCount, durationSeconds] = process.argv.slice(2, 5).map(Number) as [number, number, number];
const { perWrite, next } = requestsOf(process.argv[5] as RequestShape);

const errors: Record<string, number> = {};
const latency = new RecordedLatency();
let operations = 0;
const count = (kind: string): void => {
  errors[kind] = (errors[kind] ?? 0) + 1;
};

const answers: Answers = {
  answered(status, ms) {
    operations++;
    latency.record(ms);
    if (status !== 200) count('status');
    if (ms > timeoutSeconds * 1000) count('timeout');
  },
  failed: count,
};

const began = performance.now();
const connections = Array.from({ length: connectionCount }, () => new HttpConnection(port, next, perWrite, answers));
setTimeout(() => {
  const seconds = (performance.now() - began) / 1000;
  for (const connection of connections) connection.end();
  console.log(JSON.stringify({ operations, seconds, latency: latency.read(), errors }));
}, durationSeconds * 1000);
