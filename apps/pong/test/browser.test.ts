// A browser against the built pong: Chromium, headless, where it is installed; elsewhere these tests are skipped.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RunningProgram, startPong } from './running-program.ts';

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);
const page = readFileSync(new URL('browser-page.html', import.meta.url));

interface Report {
  readonly step: string;
  readonly [what: string]: unknown;
}

/** Serves the page, and hands out what it reports, one after the other. */
async function servePage(): Promise<{ readonly port: number; report(): Promise<Report>; readonly server: Server }> {
  const reports: Report[] = [];
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(request.url?.startsWith('/?') === true ? page : '');
      return;
    }
    let body = '';
    request.on('data', (data) => (body += String(data)));
    request.on('end', () => {
      reports.push(JSON.parse(body) as Report);
      response.end();
      server.emit('report');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async report() {
      while (reports.length === 0) await once(server, 'report');
      return reports.shift()!;
    },
  };
}

describe('a browser', () => {
  it(
    `is answered on /ws, and learns why a connection ends${chromium === undefined ? ' (skipped: no Chromium is installed)' : ''}`,
    { skip: chromium === undefined, timeout: 120_000 },
    async () => {
      await using pong = await startPong();
      const pages = await servePage();
      const profile = mkdtempSync(join(tmpdir(), 'pong-browser-'));
      const ws = encodeURIComponent(`ws://127.0.0.1:${pong.port}/ws`);
      const browser = new RunningProgram(
        chromium!,
        [
          ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
          ...['--disable-background-networking', '--disable-component-update', `--user-data-dir=${profile}`],
          `http://127.0.0.1:${pages.port}/?ws=${ws}`,
        ],
        { detached: true },
      );
      try {
        const ended = browser.ended.then(() => Promise.reject(new Error(`The browser ended: ${browser.errors}`)));
        ended.catch(() => undefined);
        const seen = await Promise.race([pages.report(), ended]);
        expect(seen).toMatchObject({
          step: 'answers',
          protocols: ['json', 'msgpack', ''],
          extensions: '',
          refused: 'closed 1006',
          wrong: { code: 1007, reason: 'not a valid PingMessage', wasClean: true },
          closed: { code: 4001, reason: 'enough', wasClean: true },
        });
        expect(seen['userAgent']).toMatch(/Chrome/);
        expect(seen['answers']).toEqual(Array.from({ length: 1000 }, (_, sequence) => `{"sequence":${sequence}}`));
        expect(seen['packed']).toEqual([[0x81, 0xa8, ...Buffer.from('sequence'), 5]]);
        pong.child.kill('SIGTERM');
        const goingAway = { code: 1001, reason: 'going away', wasClean: true };
        expect(await Promise.race([pages.report(), ended])).toEqual({
          step: 'stopped',
          closes: [goingAway, goingAway],
        });
        expect(await pong.ended).toEqual({ code: 0, signal: null });
      } finally {
        // Chromium is many processes; they are one group.
        if (browser.child.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
        await browser.ended;
        pages.server.closeAllConnections();
        pages.server.close();
        rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      }
    },
  );
});
