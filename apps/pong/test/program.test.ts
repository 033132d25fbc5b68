// pong and ping as programs: flags, the port in use, signals. `npm start` is tested in tests/repository.

import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { mainFile, pingFile, RunningProgram, startPong } from './running-program.ts';

function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): RunningProgram {
  return new RunningProgram(process.execPath, [file, ...args], { env });
}

/** Whether anything listens on the port. */
async function isListening(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('flags', () => {
  it('--help prints the usage and ends with 0', async () => {
    await using program = run(mainFile, ['--help']);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.output).toMatch(/Usage: pong/);
  });

  it.each([
    [mainFile, ['--prot', '1'], /--prot/],
    [mainFile, ['surplus'], /surplus/],
    [mainFile, ['--port', 'http'], /--port: received "http"; allowed are whole numbers from 0 to 65535/],
    [mainFile, ['--port', '65536'], /65536/],
    [pingFile, ['--count', '0'], /--count: received "0"/],
  ])('%s %j is refused with the usage, exit code 2', async (file, args, message) => {
    await using program = run(file, args);
    expect(await program.ended).toEqual({ code: 2, signal: null });
    expect(program.errors).toMatch(message);
    expect(program.errors).toMatch(/Usage: /);
  });

  it('PORT sets the port, and a wrong one is refused', async () => {
    await using program = run(mainFile, [], { ...process.env, PORT: 'x' });
    expect((await program.ended).code).toBe(2);
    expect(program.errors).toMatch(/PORT: received "x"/);
  });

  it('--port outranks PORT', async () => {
    await using program = run(mainFile, ['--port', '0'], { ...process.env, PORT: 'x' });
    expect((await program.says(/started!/)).index).toBe(0);
  });

  it('-vv logs each ping', async () => {
    await using pong = await startPong('-vv');
    await using ping = run(pingFile, ['--port', String(pong.port), '--count', '1']);
    expect((await ping.ended).code).toBe(0);
    await pong.says(/ping/);
  });
});

it('says in one line that the port is in use, and ends with 1', async () => {
  await using pong = await startPong();
  await using second = run(mainFile, ['--port', String(pong.port)]);
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.errors.trim().split('\n')).toHaveLength(1);
  expect(second.errors).toMatch(new RegExp(`127\\.0\\.0\\.1:${pong.port}.*already`));
});

describe.skipIf(process.platform === 'win32')('signals', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends pong in order, with an idle connection open', async (signal) => {
    await using pong = await startPong();
    const idle = net.connect(pong.port, '127.0.0.1');
    await once(idle, 'connect');
    const closed = once(idle, 'close');
    pong.child.kill(signal);
    expect(await pong.ended).toEqual({ code: 0, signal: null });
    await closed;
    expect(pong.output).toMatch(/pong ran for \d+ µs/);
    expect(await isListening(pong.port)).toBe(false);
  });
});

describe('ping', () => {
  it('prints round trips and a summary', async () => {
    await using pong = await startPong();
    await using ping = run(pingFile, ['--port', String(pong.port), '--count', '3']);
    expect((await ping.ended).code).toBe(0);
    expect(ping.output.match(/8 bytes from 127\.0\.0\.1: icmp_seq=\d, time=[\d.]+ ms/g)).toHaveLength(3);
    expect(ping.output).toMatch(/3 sent, 3 received, 0 failed, 0% lost/);
  });

  it('prints the summary on Ctrl-C', async () => {
    await using pong = await startPong();
    await using ping = run(pingFile, ['--port', String(pong.port)]);
    await ping.says(/icmp_seq=2/);
    ping.child.kill('SIGINT');
    expect((await ping.ended).code).toBe(0);
    expect(ping.output).toMatch(/\d+ sent, \d+ received/);
  });

  it('counts what fails when nobody answers', async () => {
    const listener = net.createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as net.AddressInfo;
    listener.close();
    await using ping = run(pingFile, ['--port', String(port), '--count', '2']);
    expect((await ping.ended).code).toBe(0);
    expect(ping.output).toMatch(/2 sent, 0 received, 2 failed, 100% lost/);
  });
});
