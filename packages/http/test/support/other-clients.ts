// HTTP clients that are not ours, behind one function, for tests of the host: undici, node:http(s), and curl as a process.

import { execFile, execFileSync } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import { Agent, request } from 'undici';

export interface OtherRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
  /** Authority to trust. */
  readonly ca?: string;
}

export interface OtherAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export interface OtherClient {
  readonly name: string;
  /** Settles with the whole answer; rejects when it breaks off. */
  send(url: string, options?: OtherRequest): Promise<OtherAnswer>;
}

export const undiciClient: OtherClient = {
  name: 'undici',
  async send(url, { method = 'GET', headers, body, signal, ca } = {}) {
    await using agent = disposable(new Agent({ connect: ca === undefined ? {} : { ca } }));
    const answer = await request(url, {
      method,
      dispatcher: agent.value,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    return { status: answer.statusCode, body: Buffer.from(await answer.body.arrayBuffer()) };
  },
};

export const nodeClient: OtherClient = {
  name: 'node:http',
  async send(url, { method = 'GET', headers = {}, body, signal, ca } = {}) {
    return new Promise((resolve, reject) => {
      const { request: ask } = url.startsWith('https') ? https : http;
      const length = body === undefined ? {} : { 'Content-Length': body.length };
      const options = { method, headers: { ...length, ...headers }, ...(signal === undefined ? {} : { signal }), ca };
      const sent = ask(url, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode!, body: Buffer.concat(chunks) }));
      });
      sent.on('error', reject);
      if (headers['Expect'] === undefined) sent.end(body);
      else sent.on('continue', () => sent.end(body));
    });
  },
};

export const curlClient: OtherClient = {
  name: 'curl',
  async send(url, { method = 'GET', headers = {}, body, signal, ca } = {}) {
    const args = [
      '-sS',
      '-w',
      '%{stderr}%{http_code}',
      ...(method === 'HEAD' ? ['-I', '-o', '/dev/null'] : ['-X', method]),
    ];
    for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
    if (body !== undefined) args.push('--data-binary', '@-');
    if (ca !== undefined) args.push('--cacert', '/dev/fd/3');
    return new Promise((resolve, reject) => {
      const options = { encoding: 'buffer', maxBuffer: 1e9, ...(signal === undefined ? {} : { signal }) } as const;
      const command = ca === undefined ? 'curl' : 'bash';
      const all = ca === undefined ? [...args, url] : ['-c', 'exec curl "$@" 3<<<"$CA"', 'curl', ...args, url];
      const env = ca === undefined ? process.env : { ...process.env, CA: ca };
      const child = execFile(command, all, { ...options, env }, (error, stdout, stderr) => {
        if (error !== null) reject(new Error(`${error.message}: ${stderr.toString()}`));
        else resolve({ status: Number(stderr.toString().slice(-3)), body: stdout });
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(body);
    });
  },
};

/** Whether curl can be run here. */
export function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function disposable(agent: Agent): AsyncDisposable & { readonly value: Agent } {
  return {
    value: agent,
    async [Symbol.asyncDispose]() {
      await agent.destroy();
    },
  };
}
