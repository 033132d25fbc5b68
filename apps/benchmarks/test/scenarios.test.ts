// Each workload with a small count: what it did is what the workload defines. Speed is never judged here.
import { describe, expect, test } from 'vitest';
import { scenarioNamed } from '../src/scenarios.ts';
import { startServer } from '../src/server-process.ts';

const silent = () => undefined;

async function facts(name: string, variant: string, count: number, isSingle = true): Promise<unknown> {
  const scenario = (await scenarioNamed(name))!;
  expect(scenario.variants).toContain(variant);
  return (await scenario.run({ variant, count, isSingle, print: silent })).facts;
}

test('event queues all its events before the first is processed (RB-10)', async () => {
  expect(await facts('event', 'plain', 1000)).toEqual({ pushed: 1000, handled: 0, outOfOrder: 0 });
});

test('event handled sees every payload in the order of its priority', async () => {
  expect(await facts('event', 'handled', 1000)).toEqual({ pushed: 1000, handled: 1000, outOfOrder: 0 });
});

test('coroutine resumes once for each event, and releases once more at the end (RB-20, RB-21)', async () => {
  expect(await facts('coroutine', 'generator', 1000)).toEqual({ resumed: 1000, released: 1001 });
});

test.each(['advanced', 'constructor', 'distinct'])('start %s starts every service (RB-31)', async (variant) => {
  expect(await facts('start', variant, 100)).toEqual({ started: 100 });
});

test('start constructor tells of every event, when it is the only thread (RB-33)', async () => {
  const lines: string[] = [];
  const start = (await scenarioNamed('start'))!;
  const run = { variant: 'constructor', count: 10, print: (line: string) => lines.push(line) };
  await start.run({ ...run, isSingle: false });
  expect(lines).toEqual([]);
  await start.run({ ...run, isSingle: true });
  expect(lines[0]).toBe('Global Event Statistics:');
  expect(lines.at(-1)).toMatch(/^total events caught: \d+$/);
  const starts = lines.find((line) => line.startsWith('Event type DependencyOnline'));
  expect(starts).toMatch(/occurred \d+ times, min\/max processing: \d+\/\d+ ns$/);
});

test('start-stop starts its consumer once more than it has cycles (RB-43)', async () => {
  expect(await facts('start-stop', 'cycle', 100)).toEqual({ starts: 101, stops: 101 });
});

test('cascade restarts every consumer in every round', async () => {
  expect(await facts('cascade', 'leave-return', 10)).toEqual({ starts: 210, stops: 210 });
});

describe.each(['json', 'json-distinct', 'json-general', 'msgpack', 'msgpack-general'])('serializer %s', (variant) => {
  test('gets every message back as it was (RB-50)', async () => {
    expect(await facts('serializer', variant, 2400)).toEqual({ messages: 2400, same: 2400 });
  });
});

test('timers fires each of its timers once, none of them early', async () => {
  expect(await facts('timers', 'once', 200)).toEqual({ fired: 200, early: 0, left: 0 });
});

test.each(['ping', 'varying'])('http %s gets a right answer to every request (RB-70, RB-71)', async (variant) => {
  expect(await facts('http', variant, 500)).toEqual({ answered: 500, wrong: 0 });
});

test('websocket echo gets every message back as it was', async () => {
  expect(await facts('websocket', 'echo', 500)).toEqual({ received: 500, wrong: 0 });
});

test('websocket broadcast reaches every connection, in order', async () => {
  expect(await facts('websocket', 'broadcast', 50)).toEqual({ received: 50 * 32, wrong: 0 });
});

test('mutex locks as often as it should and leaves nothing locked', async () => {
  expect(await facts('mutex', 'uncontended', 1000)).toEqual({ locked: 1000, stillLocked: 0 });
});

test.each(['http', 'websocket'])('%s counts what its server used, too', async (name) => {
  const scenario = (await scenarioNamed(name))!;
  const { server, seconds } = await scenario.run({
    variant: scenario.variants[0],
    count: 10,
    isSingle: true,
    print: silent,
  });
  expect(seconds).toBeGreaterThan(0);
  if (process.platform !== 'linux') return;
  expect(server!.cpuSeconds).toBeGreaterThan(0);
  expect(server!.peakRssBytes).toBeGreaterThan(1e7);
});

test('a server that ends before it listens is told as that', async () => {
  await expect(startServer([process.execPath, '-e', 'process.exit(3)'])).rejects.toThrow('ended before it listened');
});
