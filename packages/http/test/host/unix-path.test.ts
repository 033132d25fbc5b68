// Hosts on Unix paths: the file comes and goes with the host, one left behind by a killed program is replaced, nothing else is.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { text, type HttpHost } from '../../src/index.ts';
import { withHost } from '../support/with-host.ts';

const directory = mkdtempSync(join(tmpdir(), 'http-host-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const routes = (host: HttpHost): void => {
  host.get('/', (request) => text(`${request.peer.address}|${request.peer.port}`));
};

const ask = async (socketPath: string): Promise<string> => {
  const request = http.get({ socketPath, path: '/', agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let body = '';
  for await (const piece of response) body += String(piece);
  return body;
};

const failureOf = (path: string): Promise<string> =>
  withHost(routes, () => 'started', { path }).catch((error: unknown) => {
    const failure = error as Error & { code?: string };
    return `${failure.code}: ${failure.message}`;
  });

describe.skipIf(process.platform === 'win32')('a host on a Unix path', () => {
  it('answers there, and takes its file along when it stops', async () => {
    const path = join(directory, 'plain');
    await withHost(
      routes,
      async ({ host }) => {
        expect(host.address).toEqual({ path });
        expect(host.url).toBeUndefined();
        expect(await ask(path)).toBe('|0');
      },
      { path },
    );
    expect(existsSync(path)).toBe(false);
  });

  it('replaces the file that a killed program has left behind', async () => {
    const path = join(directory, 'stale');
    const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('listening'))`;
    const killed = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(path)).toBe(true);
    await withHost(
      routes,
      async () => {
        expect(await ask(path)).toBe('|0');
      },
      { path },
    );
  });

  it('leaves a path alone on which somebody listens, or that is another file', async () => {
    const path = join(directory, 'taken');
    await withHost(
      routes,
      async () => {
        expect(await failureOf(path)).toMatch(/^ICHOR_HTTP_ADDRESS_IN_USE: .*taken/);
        expect(await ask(path)).toBe('|0');
      },
      { path },
    );
    const file = join(directory, 'file');
    writeFileSync(file, 'precious');
    expect(await failureOf(file)).toMatch(/^ICHOR_HTTP_ADDRESS_IN_USE: /);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  it('fails to start with a coded error where no file can be made', async () => {
    expect(await failureOf(join(directory, 'none', 'socket'))).toMatch(/^ICHOR_HTTP_LISTEN_FAILED: .*none/);
    expect(await failureOf(join(directory, 'x'.repeat(200)))).toMatch(/^ICHOR_HTTP_OPTION_INVALID: .*path.*at most/);
  });
});
