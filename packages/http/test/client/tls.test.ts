// The client over TLS, against node:https and our own host: whom it trusts, what it shows, and what it says when it does not work.

import { once } from 'node:events';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type tls from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { text, type ClientTlsOptions, type HttpClientOptions } from '../../src/index.ts';
import { Authority, type KeyPair } from '../support/certificates.ts';
import { withHost } from '../support/with-host.ts';
import { programWithClient, serve } from './program.ts';
import { until } from './raw-server.ts';

let authority: Authority;
let stranger: Authority;
let good: KeyPair;
let client: KeyPair;

beforeAll(async () => {
  [authority, stranger] = await Promise.all([Authority.create(), Authority.create('Stranger')]);
  [good, client] = await Promise.all([
    authority.issue({ name: 'localhost', hosts: ['localhost', 'api.example'] }),
    authority.issue({ name: 'robot-7' }),
  ]);
});

interface SecureServer extends AsyncDisposable {
  readonly port: number;
  /** Handshakes that were complete, and how many of them resumed a session. */
  readonly handshakes: { made: number; resumed: number };
  readonly connections: { open: number };
}

async function secureServer(options: https.ServerOptions): Promise<SecureServer> {
  const handshakes = { made: 0, resumed: 0 };
  const connections = { open: 0 };
  const server = https.createServer(options, (request, response) => {
    const socket = request.socket as tls.TLSSocket;
    const peer = socket.getPeerCertificate().subject as { CN?: string } | undefined;
    response.end(`${String((socket as { servername?: unknown }).servername)} ${peer?.CN ?? 'nobody'}`);
  });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => {
    handshakes.made++;
    if (socket.isSessionReused()) handshakes.resumed++;
  });
  server.on('connection', (socket) => {
    connections.open++;
    socket.on('close', () => connections.open--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    handshakes,
    connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('over TLS a client', () => {
  it('trusts its authorities, asks for the name of the URL, and resumes sessions', async () => {
    await using server = await secureServer(good);
    await using program = await programWithClient({
      connections: 1,
      tls: { ca: [stranger.cert, Buffer.from(authority.cert)] },
    });
    const url = `https://localhost:${server.port}/`;
    expect(await (await program.http.get(url)).text()).toBe('localhost nobody');
    await (await program.http.head(url)).dump();
    await until(() => server.connections.open === 0);
    expect(await (await program.http.get(url)).text()).toBe('localhost nobody');
    expect(server.handshakes).toEqual({ made: 2, resumed: 1 });
  });

  it('asks for another name when it is told to, and verifies that one', async () => {
    await using server = await secureServer(good);
    const ca = authority.cert;
    await using program = await programWithClient({ tls: { ca, serverName: 'api.example' } });
    const url = `https://127.0.0.1:${server.port}/`;
    expect(await (await program.http.get(url)).text()).toBe('api.example nobody');
    const wrong = program.http.with({ tls: { ca, serverName: 'other.example' } });
    await expect(Promise.resolve(wrong.get(url))).rejects.toMatchObject({ code: 'ICHOR_HTTP_CONNECT_FAILED' });
  });

  it.each([
    ['of an authority it does not know', (): object => ({}), /certificate/],
    ['of another authority', (): object => ({ ca: stranger.cert }), /certificate/],
    ['that is out of date', (): object => ({ ca: authority.cert }), /expired/],
    ['for another name', (): object => ({ ca: authority.cert }), /altnames/],
  ])(
    'does not send anything to a server with a certificate %s, and does not ask again',
    async (what, options, message) => {
      const past = new Date(Date.now() - 3_600_000);
      let identity = good;
      if (what.includes('out of date')) identity = await authority.issue({ name: 'localhost', validTo: past });
      if (what.includes('another name')) identity = await authority.issue({ name: 'elsewhere.example' });
      await using server = await secureServer(identity);
      let connected = 0;
      await using program = await programWithClient({ tls: options(), retry: { attempts: 3 } });
      const sent = Promise.resolve(program.http.get(`https://localhost:${server.port}/`)).finally(() => connected++);
      await expect(sent).rejects.toMatchObject({
        code: 'ICHOR_HTTP_CONNECT_FAILED',
        message: expect.stringMatching(message),
      });
      expect([connected, program.http.outstanding]).toEqual([1, 0]);
      await until(() => server.connections.open === 0);
    },
  );

  it('accepts any certificate only when verify is false', async () => {
    await using server = await secureServer(await stranger.issue({ name: 'elsewhere.example' }));
    await using program = await programWithClient({ tls: { verify: false } });
    const answer = await program.http.get(`https://localhost:${server.port}/`);
    expect(await answer.text()).toBe('localhost nobody');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'shows its certificate where %s asks for one; without it the request fails',
    async (version) => {
      const options = { ...good, ca: authority.cert, requestCert: true, minVersion: version, maxVersion: version };
      await using server = await secureServer(options);
      const url = `https://localhost:${server.port}/`;
      const ca = authority.cert;
      await using program = await programWithClient({ tls: { ca, cert: client.cert, key: client.key } });
      expect(await (await program.http.get(url)).text()).toBe('localhost robot-7');
      const nameless = program.http.with({ tls: { ca } });
      await expect(Promise.resolve(nameless.get(url))).rejects.toMatchObject({
        code: expect.stringMatching(/^ICHOR_HTTP_(CONNECT_FAILED|CONNECTION_LOST)$/),
      });
    },
  );

  it('speaks nothing older than TLS 1.2, and nothing older than it is told', async () => {
    const ca = authority.cert;
    await using old = await secureServer({
      ...good,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL@SECLEVEL=0',
    });
    await using middle = await secureServer({ ...good, maxVersion: 'TLSv1.2' });
    await using program = await programWithClient({ tls: { ca } });
    const failed = { code: 'ICHOR_HTTP_CONNECT_FAILED' };
    await expect(Promise.resolve(program.http.get(`https://localhost:${old.port}/`))).rejects.toMatchObject(failed);
    expect((await program.http.get(`https://localhost:${middle.port}/`)).status).toBe(200);
    const modern = program.http.with({ tls: { ca, minVersion: 'TLSv1.3' } });
    await expect(Promise.resolve(modern.get(`https://localhost:${middle.port}/`))).rejects.toMatchObject(failed);
  });

  it('tells cleartext from TLS, both ways', async () => {
    await using plain = await serve((_request, response) => response.end());
    await using secure = await secureServer(good);
    await using program = await programWithClient({ tls: { ca: authority.cert } });
    await expect(Promise.resolve(program.http.get(plain.url.replace('http', 'https')))).rejects.toMatchObject({
      code: 'ICHOR_HTTP_CONNECT_FAILED',
    });
    await expect(Promise.resolve(program.http.get(`http://localhost:${secure.port}/`))).rejects.toMatchObject({
      code: expect.stringMatching(/^ICHOR_HTTP_(CONNECTION_LOST|RESPONSE_MALFORMED)$/),
    });
    expect(program.http.outstanding).toBe(0);
  });

  it('does not give its identity to clients with other options: their connections are apart', async () => {
    await using server = await secureServer({
      ...good,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: false,
    });
    const url = `https://localhost:${server.port}/`;
    const ca = authority.cert;
    await using program = await programWithClient({ connections: 1, tls: { ca, cert: client.cert, key: client.key } });
    const ask = async (tls?: ClientTlsOptions): Promise<string> =>
      (await (tls === undefined ? program.http : program.http.with({ tls })).get(url)).text();
    expect(await ask()).toBe('localhost robot-7');
    expect(await ask({ ca })).toBe('localhost nobody');
    expect(await ask()).toBe('localhost robot-7');
    // Equal options, in another object.
    expect(await ask({ ca, cert: client.cert, key: Buffer.from(client.key) })).toBe('localhost robot-7');
    expect(server.handshakes.made).toBe(2);
  });

  it('and our host know each other', async () => {
    const options = { ...good, ca: authority.cert, requestCert: true };
    await withHost(
      (host) => void host.get('/who', ({ peer }) => text(String(peer.tls?.certificate?.subject['CN']))),
      async ({ port }) => {
        const tls = { ca: authority.cert, cert: client.cert, key: client.key };
        await using program = await programWithClient({ tls, baseUrl: `https://localhost:${port}` });
        expect(await (await program.http.get('/who')).text()).toBe('robot-7');
      },
      { tls: options },
    );
  });
});

it('certificates that are renewed under load disturb nobody', async () => {
  const renewed = await authority.issue({ name: 'localhost' });
  await withHost(
    (host) => void host.get('/', () => text('here')),
    async ({ host, port }) => {
      const tls = { ca: authority.cert };
      await using program = await programWithClient({ tls, baseUrl: `https://localhost:${port}` });
      let isOver = false;
      const seen = new Map<string, number>();
      const ask = async (headers: Record<string, string>): Promise<void> => {
        while (!isOver) {
          const answer = await (await program.http.get('/', { headers })).text();
          seen.set(answer, (seen.get(answer) ?? 0) + 1);
        }
      };
      // Half of them make a connection for each request.
      const askers = [{}, {}, { connection: 'close' }, { connection: 'close' }].map(async (headers) => ask(headers));
      for (let reload = 0; reload < 20; reload++) {
        host.reloadTls(reload % 2 === 0 ? renewed : good);
        const before = seen.get('here') ?? 0;
        await Promise.race([until(() => (seen.get('here') ?? 0) >= before + 8), ...askers]);
      }
      isOver = true;
      await Promise.all(askers);
      expect([...seen.keys()]).toEqual(['here']);
    },
    { tls: good },
  );
});

describe('TLS options that cannot be used are refused before anything is asked', () => {
  it.each([
    ['ca', () => ({ ca: '/etc/ca.pem' }), /tls\.ca .*no certificate.*not its path/],
    ['ca in a list', () => ({ ca: [authority.cert, ''] }), /tls\.ca\[1\]/],
    ['cert', () => ({ cert: client.key, key: client.key }), /tls\.cert .*no certificate.*PRIVATE KEY/],
    ['key', () => ({ cert: client.cert, key: 'x' }), /tls\.key .*no private key/],
    ['a key of another certificate', () => ({ cert: client.cert, key: good.key }), /tls\.key .*does not belong/],
    ['only a certificate', () => ({ cert: client.cert }), /cert and key together/],
    ['minVersion', () => ({ minVersion: 'TLSv1.1' }), /tls\.minVersion.*"TLSv1\.1".*TLSv1\.2/],
    ['verify', () => ({ verify: 'no' }), /tls\.verify.*"no".*true or false/],
    ['an unknown name', () => ({ rejectUnauthorized: false }), /tls\.rejectUnauthorized.*one of ca, cert/],
    ['no object', () => true, /tls.*true.*an object/],
  ] as [string, () => unknown, RegExp][])('%s', async (_what, options, message) => {
    const tls = options() as ClientTlsOptions;
    await expect(programWithClient({ tls })).rejects.toThrow(message);
    await using program = await programWithClient();
    expect(() => program.http.with({ tls })).toThrow(message);
  });

  it('an encrypted key with the right, a wrong and no pass phrase', async () => {
    const { cert, key } = await authority.issue({ name: 'robot-8', passphrase: 'secret' });
    await using server = await secureServer({ ...good, ca: authority.cert, requestCert: true });
    const tls = { ca: authority.cert, cert, key };
    const start = async (options: HttpClientOptions): Promise<AsyncDisposable> => programWithClient(options);
    await expect(start({ tls })).rejects.toThrow(/tls\.passphrase.*no pass phrase was given/);
    await expect(start({ tls: { ...tls, passphrase: 'wrong' } })).rejects.toThrow(/tls\.passphrase.*does not decrypt/);
    await using program = await programWithClient({ tls: { ...tls, passphrase: 'secret' } });
    expect(await (await program.http.get(`https://localhost:${server.port}/`)).text()).toBe('localhost robot-8');
  });
});
