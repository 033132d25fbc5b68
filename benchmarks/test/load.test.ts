// The load generators against real servers: what they count, and what they call an error. All at once, because each takes a
// second; how much is done in it is nobody's concern here.
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readCyclictest, withFewRuns } from '../src/experiments/realtime.ts';
import { rivalServer, webSocketContestants } from '../src/load/contestants.ts';
import { loadHttp, readWrk, type HttpLoad, type RequestShape } from '../src/load/http-load.ts';
import { httpSample, idleSample, systemCallSample, webSocketSample } from '../src/load/loaded-server.ts';
import { mostConnections } from '../src/load/most-connections.ts';
import { hasProgram } from '../src/load/programs-at-hand.ts';
import { readStrace } from '../src/load/system-calls.ts';

interface Received {
  readonly bodies: Set<string>;
  readonly headers: Set<string>;
}

/** A server of this process that keeps what it is sent, and answers `status`. */
async function listening(status = 200): Promise<{ port: number; received: Received } & AsyncDisposable> {
  const received: Received = { bodies: new Set(), headers: new Set() };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.bodies.add(body);
      for (const name of Object.keys(request.headers)) received.headers.add(name);
      response.writeHead(status, { 'Content-Length': 2 }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Containers often forbid it. */
const canTrace = spawnSync('strace', ['-c', 'true']).status === 0;

const generators = [
  { generator: 'the own generator', hasOwnLoad: true },
  ...(hasProgram('wrk') ? [{ generator: 'wrk', hasOwnLoad: false }] : []),
];

describe.concurrent.each(generators)('$generator', ({ hasOwnLoad }) => {
  const load = (port: number, more: Partial<HttpLoad> = {}) =>
    loadHttp({ port, connections: 4, seconds: 1, shape: 'plain', hasOwnLoad, ...more });

  test.each<[RequestShape, (received: Received) => void]>([
    ['plain', ({ bodies }) => expect([...bodies]).toEqual(['{"sequence": 2}'])],
    [
      'varying',
      ({ bodies, headers }) => {
        expect(bodies.size).toBeGreaterThan(1);
        for (const body of bodies) expect(body).toMatch(/^\{"sequence": \d+\}$/);
        expect([...headers]).toEqual(expect.arrayContaining(['user-agent', 'cookie', 'referer', 'accept-encoding']));
      },
    ],
    ['large', ({ bodies }) => expect([...bodies].map(({ length }) => length)).toEqual([16_411])],
  ])('sends %s requests, and times every answer', async (shape, check) => {
    await using server = await listening();
    const { port, received } = server;
    const { operations, seconds, latency, errors } = await load(port, { shape });
    expect(operations).toBeGreaterThan(1);
    expect(seconds).toBeGreaterThan(0.5);
    expect(errors).toEqual({});
    const times = latency!.percentiles.map(([, ms]) => ms);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(latency!.maxMs).toBeGreaterThan(0);
    check(received);
  });

  test('counts each of sixteen pipelined requests', async () => {
    await using server = await listening();
    const { port } = server;
    const { operations, errors } = await load(port, { shape: 'pipelined', connections: 1 });
    expect(operations).toBeGreaterThan(1);
    expect(errors).toEqual({});
  });

  test('counts every answer that is not good', async () => {
    await using server = await listening(500);
    const { port } = server;
    const { operations, errors } = await load(port);
    expect(errors).toEqual({ status: operations });
  });
});

test.concurrent('the own generator counts connections that were refused', async () => {
  const server = await listening();
  const { port } = server;
  await server[Symbol.asyncDispose]();
  const { operations, errors } = await loadHttp({
    port,
    connections: 3,
    seconds: 0.3,
    shape: 'plain',
    hasOwnLoad: true,
  });
  expect([operations, errors]).toEqual([0, { connect: 3 }]);
});

test('output of wrk without a result is an error that shows it', () => {
  expect(() => readWrk('unable to connect\n')).toThrow('wrk printed no result of wrk.lua:\nunable to connect');
});

const nodeHttp = rivalServer('node:http');
const sampling = { connections: 2, seconds: 1, shape: 'plain', hasOwnLoad: true } as const;

test.concurrent('a sample of a server has what the server used', async () => {
  const sample = await httpSample(nodeHttp, sampling);
  expect(sample.operations).toBeGreaterThan(1);
  if (process.platform !== 'linux') return;
  expect(sample.cpuSeconds).toBeGreaterThan(0);
  expect(sample.peakRssBytes).toBeGreaterThan(1e7);
});

test.concurrent('memory of idle connections is that of the server, divided', async () => {
  const sample = await idleSample(nodeHttp, 50);
  expect([sample.operations, sample.errors]).toEqual([50, {}]);
  if (process.platform === 'linux') expect(sample.figures).toEqual({ bytesPerConnection: expect.any(Number) });
});

test.concurrent('a sample without an answer is none', async () => {
  const deaf =
    "require('net').createServer().listen(0, '127.0.0.1', function () { console.log('listening ' + this.address().port) })";
  const contestant = {
    name: 'deaf',
    command: [process.execPath, '-e', `${deaf}; process.on('SIGTERM', () => process.exit(0))`],
  } as const;
  await expect(httpSample(contestant, sampling)).rejects.toThrow('no request was answered {}');
});

test.concurrent('a server that cannot be started fails its sample', async () => {
  await expect(httpSample(rivalServer('nobody'), sampling)).rejects.toThrow('ended before it listened');
});

test.skipIf(!canTrace)('system calls are counted per request', async () => {
  const { figures, text } = await systemCallSample(nodeHttp, sampling);
  expect(figures!['systemCallsPerRequest']).toBeGreaterThan(1);
  expect(text).toMatch(/ (read|write|epoll_p?wait)/);
});

test('a table of strace is read by calls, and nothing else is', () => {
  const output =
    '    calls syscall\n--------- ----------------\n      120 read\n       60 epoll_wait\n--------- ----------------\n      180 total\n';
  expect(readStrace(output)).toEqual({ count: 180, text: '      120 read\n       60 epoll_wait' });
  expect(() => readStrace('strace: attach: Operation not permitted')).toThrow('Operation not permitted');
});

test.concurrent.each(['echo', 'broadcast'] as const)(
  'WebSocket load of kind %s counts what comes back',
  async (mode) => {
    const load = { mode, connections: 3, outstanding: 2, seconds: 1 };
    const sample = await webSocketSample(webSocketContestants[1]!, load);
    expect(sample.operations).toBeGreaterThan(1);
    expect(sample.errors).toEqual({});
    expect(sample.latency!.maxMs).toBeGreaterThan(0);
  },
);

test('of thousands of lines about single runs twenty are stored, of everything else all', () => {
  const run = (index: number): string => `duration of run ${index} is 600 µs which exceeded maximum of 500 µs`;
  const rest = ['duration min/max/avg: 1/3/2 µs', '   512 µs  99 ####'];
  const few = [...Array.from({ length: 20 }, (_, index) => run(index)), ...rest].join('\n');
  expect(withFewRuns(few)).toBe(few);
  const many = [...Array.from({ length: 5000 }, (_, index) => run(index)), ...rest].join('\n');
  expect(withFewRuns(many).split('\n')).toEqual([...few.split('\n').slice(0, 20), '… and 4980 more', ...rest]);
});

test('the line of cyclictest is read, and nothing else is', () => {
  const line = 'T: 0 ( 1234) P:20 I:1000 C:   5000 Min:      4 Act:    9 Avg:   13 Max:      72';
  expect(readCyclictest(`# /dev/cpu_dma_latency set to 0us\n${line}\n`)).toEqual({
    figures: { minUs: 4, avgUs: 13, maxUs: 72 },
    text: line,
  });
  expect(() => readCyclictest('no permission')).toThrow('cyclictest measured nothing:\nno permission');
});

test('the most connections are what the limit of open files leaves, up to 19,000', () => {
  expect([mostConnections(1024), mostConnections(20_000), mostConnections(1e6)]).toEqual([824, 19_000, 19_000]);
  expect(mostConnections(100)).toBe(1);
});

test('a program is at hand when it can be executed somewhere on the path', () => {
  expect([hasProgram('sh'), hasProgram('no such program')]).toEqual([true, false]);
  expect(hasProgram('sh', '')).toBe(false);
});
