// Certificates of the host: right, wrong, expired, for several names, replaced while it runs (HB-6).

import tls from 'node:tls';
import { DependencyManager } from '@ichor/core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HttpHostService, text, type HostTlsOptions, type HttpHost, type HttpHostOptions } from '../../src/index.ts';
import { Authority, type KeyPair } from '../support/certificates.ts';
import { withHost } from '../support/with-host.ts';

let authority: Authority;
let other: Authority;
let local: KeyPair;
let second: KeyPair;
const dayMs = 86_400_000;

beforeAll(async () => {
  [authority, other] = await Promise.all([Authority.create(), Authority.create('Another Authority')]);
  [local, second] = await Promise.all([
    authority.issue({ name: 'localhost' }),
    authority.issue({ name: 'second.example' }),
  ]);
});

const open: tls.TLSSocket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

interface Connected {
  readonly socket: tls.TLSSocket;
  /** Common name of the certificate that the host has shown. */
  readonly shown: string;
}

/** Connects and waits for the end of the handshake. */
async function connect(port: number, options: tls.ConnectionOptions = {}): Promise<Connected> {
  const socket = tls.connect({ host: '127.0.0.1', port, ca: authority.cert, servername: 'localhost', ...options });
  open.push(socket);
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return { socket, shown: String(socket.getPeerCertificate().subject.CN) };
}

async function get(socket: tls.TLSSocket, target = '/'): Promise<string> {
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let received = '';
  for await (const piece of socket) received += String(piece);
  return received;
}

const routes = (host: HttpHost): void => {
  host.get('/', () => text('root'));
  host.get('/peer', (request) => text(JSON.stringify({ ...request.peer, tls: { ...request.peer.tls } })));
};

const host = (tlsOptions: HostTlsOptions): HttpHostOptions => ({ tls: tlsOptions });

describe('a host with a certificate', () => {
  it('speaks HTTPS with whom trusts its authority, and says so', async () => {
    await withHost(
      routes,
      async ({ port, url }) => {
        expect(url).toBe(`https://127.0.0.1:${port}`);
        const { socket } = await connect(port, { ALPNProtocols: ['h2', 'http/1.1'] });
        expect(socket.alpnProtocol).toBe('http/1.1');
        expect(socket.getProtocol()).toBe('TLSv1.3');
        expect(await get(socket, '/peer')).toMatch(
          /"encrypted":true,"tls":\{"protocol":"TLSv1.3","cipher":"TLS_[A-Z0-9_]+","serverName":"localhost","authorized":false\}/,
        );
      },
      host(local),
    );
  });

  it('takes bytes, an encrypted key with its pass phrase, and a certificate with its chain', async () => {
    const encrypted = await authority.issue({ name: 'localhost', passphrase: 'open sesame' });
    await withHost(
      routes,
      async ({ port }) => {
        expect(await get((await connect(port)).socket)).toMatch(/root$/);
      },
      host({
        cert: Buffer.from(`${encrypted.cert}\n${authority.cert}`),
        key: Buffer.from(encrypted.key),
        passphrase: 'open sesame',
      }),
    );
  });

  it.each([
    ['that does not know its authority', { ca: [] as string[] }, /UNABLE_TO|self-signed|SELF_SIGNED|unable to/],
    ['that expects another name', { servername: 'elsewhere.example' }, /ERR_TLS_CERT_ALTNAME_INVALID/],
    [
      'that speaks only TLS 1.1',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/,
    ],
    ['that speaks only HTTP/2', { ALPNProtocols: ['h2'] }, /NO_APPLICATION_PROTOCOL/],
  ] as [string, tls.ConnectionOptions, RegExp][])('gets no request of a client %s', async (_what, options, code) => {
    await withHost(
      routes,
      async ({ port, log }) => {
        await expect(
          connect(port, options).catch((error: NodeJS.ErrnoException) => Promise.reject(new Error(String(error.code)))),
        ).rejects.toThrow(code);
        // Others are not affected, and nobody is told that anything is wrong with the host.
        expect(await get((await connect(port)).socket)).toMatch(/root$/);
        expect(log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
      },
      host(local),
    );
  });

  it('accepts TLS 1.2, unless told otherwise', async () => {
    const old = { maxVersion: 'TLSv1.2' } as const;
    await withHost(
      routes,
      async ({ port }) => expect(await get((await connect(port, old)).socket)).toMatch(/root$/),
      host(local),
    );
    await withHost(
      routes,
      async ({ port }) => {
        await expect(connect(port, old)).rejects.toThrow(/alert protocol version|unsupported protocol/i);
      },
      host({ ...local, minVersion: 'TLSv1.3' }),
    );
  });

  it('that is out of date starts with a warning, and is refused by clients', async () => {
    const now = Date.now();
    for (const [validFrom, validTo, code] of [
      [now - 2 * dayMs, now - dayMs, 'CERT_HAS_EXPIRED'],
      [now + dayMs, now + 2 * dayMs, 'CERT_NOT_YET_VALID'],
    ] as const) {
      const pair = await authority.issue({
        name: 'localhost',
        validFrom: new Date(validFrom),
        validTo: new Date(validTo),
      });
      await withHost(
        routes,
        async ({ port, host: view, log }) => {
          await expect(connect(port)).rejects.toMatchObject({ code });
          view.reloadTls(pair);
          const warnings = log.filter(({ level }) => level === 'warn');
          expect(warnings).toHaveLength(2);
          for (const warning of warnings) {
            expect(warning).toMatchObject({
              message: expect.stringMatching(/out of date/),
              fields: { what: expect.stringMatching(/^tls\.cert is valid from .* to .*GMT$/) },
            });
          }
        },
        host(pair),
      );
    }
  });
});

describe('what cannot be used', () => {
  const start = async (options: HostTlsOptions): Promise<void> => {
    const manager = new DependencyManager();
    manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0, tls: options } });
    await manager.run();
  };
  const causes = async (options: HostTlsOptions): Promise<{ code?: string; message: string; details?: object }[]> => {
    const found: { code?: string; message: string }[] = [];
    try {
      await start(options);
    } catch (failure) {
      for (let error = failure; error instanceof Error; error = error.cause) found.push(error);
    }
    return found;
  };

  it.each([
    [
      'a certificate that is the path of a file',
      () => ({ ...local, cert: '/etc/cert.pem' }),
      'tls.cert',
      /13 bytes without a -----BEGIN line.*not its path/,
    ],
    [
      'a key in place of the certificate',
      () => ({ ...local, cert: local.key }),
      'tls.cert',
      /begin with -----BEGIN PRIVATE KEY-----/,
    ],
    [
      'a damaged certificate',
      () => ({ ...local, cert: local.cert.replace(/\n[^]{40}/, '\nAAAA') }),
      'tls.cert',
      /no certificate/,
    ],
    ['a key that is none', () => ({ ...local, key: 'secret' }), 'tls.key', /6 bytes without/],
    ['a certificate in place of the key', () => ({ ...local, key: local.cert }), 'tls.key', /no private key/],
    [
      'a key of another certificate',
      () => ({ ...local, key: second.key }),
      'tls.key',
      /does not belong to the certificate of CN=localhost/,
    ],
    ['an authority that is none', () => ({ ...local, ca: [authority.cert, 'x'] }), 'tls.ca[1]', /no certificate/],
    [
      'a key of another certificate for a name',
      () => ({ ...local, names: { 'second.example': { ...second, key: local.key } } }),
      'tls.names["second.example"].key',
      /CN=second\.example/,
    ],
    ['unknown ciphers', () => ({ ...local, ciphers: 'ROT13' }), 'tls.ciphers', /ROT13|cipher/i],
  ] as [string, () => HostTlsOptions, string, RegExp][])(
    'fails the start, naming the option: %s',
    async (_what, options, option, message) => {
      const failure = (await causes(options())).find(({ code }) => code === 'ICHOR_HTTP_TLS_INVALID');
      expect(failure).toMatchObject({ details: { option }, message: expect.stringMatching(message) });
      expect(failure?.message).toContain(`The HTTP option ${option} cannot be used`);
      expect(failure?.message).not.toContain('secret');
    },
  );

  it.each([undefined, 'wrong'])('fails the start with the pass phrase %s, without repeating it', async (passphrase) => {
    const encrypted = await authority.issue({ name: 'localhost', passphrase: 'right' });
    const options = passphrase === undefined ? encrypted : { ...encrypted, passphrase };
    const failure = (await causes(options)).find(({ code }) => code === 'ICHOR_HTTP_TLS_INVALID');
    expect(failure).toMatchObject({ details: { option: 'tls.passphrase' } });
    expect(failure?.message).not.toContain('wrong');
  });

  it.each([
    [{ key: 'k' }, /tls\.cert was given undefined/],
    [{ cert: 'c' }, /tls\.key was given undefined/],
    [{ cert: 'c', key: 'k', passphrase: 7 }, /tls\.passphrase was given "number"/],
    [{ cert: 'c', key: 'k', certificate: 'x' }, /tls\.certificate/],
    [
      { cert: 'c', key: 'k', requestCert: true },
      /tls\.ca was given undefined.*authorities that issue the certificates of your clients/,
    ],
    [{ cert: 'c', key: 'k', requestCert: 'yes' }, /tls\.requestCert was given "yes"/],
    [{ cert: 'c', key: 'k', rejectUnauthorized: false }, /tls\.rejectUnauthorized.*together with requestCert/],
    [{ cert: 'c', key: 'k', minVersion: 'TLSv1.1' }, /tls\.minVersion was given "TLSv1.1"/],
    [{ cert: 'c', key: 'k', unknownNames: 'drop' }, /tls\.unknownNames was given "drop"/],
    [{ cert: 'c', key: 'k', names: { 'a.*.b': { cert: 'c', key: 'k' } } }, /tls\.names was given "a\.\*\.b"/],
    [{ cert: 'c', key: 'k', names: { 'a.example': { cert: 'c' } } }, /tls\.names\["a\.example"\]\.key/],
    ['cert.pem', /tls was given "cert.pem"/],
  ] as [never, RegExp][])('is refused at registration: %j', (options, message) => {
    const manager = new DependencyManager();
    expect(() =>
      manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0, tls: options } }),
    ).toThrow(message);
  });
});

describe('several names (SNI)', () => {
  const names = async (): Promise<HostTlsOptions> => ({
    ...local,
    names: {
      'Second.example': second,
      '*.wild.example': await authority.issue({ name: '*.wild.example' }),
      'special.wild.example': await authority.issue({ name: 'special.wild.example' }),
    },
  });

  it('get the certificate of the name asked for, exact before wildcard, in any case', async () => {
    await withHost(
      (view) => void view.get('/', (request) => text(String(request.peer.tls?.serverName))),
      async ({ port }) => {
        const shown = async (servername: string): Promise<string> => (await connect(port, { servername })).shown;
        expect(await shown('localhost')).toBe('localhost');
        expect(await shown('second.example')).toBe('second.example');
        expect(await shown('SECOND.example')).toBe('second.example');
        expect(await shown('a.wild.example')).toBe('*.wild.example');
        expect(await shown('special.wild.example')).toBe('special.wild.example');
        const { socket } = await connect(port, { servername: 'second.example' });
        expect(await get(socket)).toMatch(/second\.example$/);
      },
      host(await names()),
    );
  });

  it('an unknown name, two labels in place of the star, or none at all get the certificate of the host', async () => {
    const any = { checkServerIdentity: () => undefined };
    await withHost(
      routes,
      async ({ port }) => {
        for (const servername of ['unknown.example', 'a.b.wild.example', 'wild.example', '']) {
          expect((await connect(port, { servername, ...any })).shown).toBe('localhost');
        }
      },
      host(await names()),
    );
  });

  it('unknown names can be refused, without harm to the others', async () => {
    await withHost(
      routes,
      async ({ port }) => {
        await expect(connect(port, { servername: 'unknown.example' })).rejects.toThrow(/disconnected|ECONNRESET|alert/);
        for (const servername of ['localhost', 'second.example', 'x.wild.example', '']) {
          const { socket } = await connect(port, { servername, checkServerIdentity: () => undefined });
          expect(await get(socket)).toMatch(/root$/);
        }
      },
      host({ ...(await names()), unknownNames: 'refuse' }),
    );
  });
});

describe('mutual TLS', () => {
  it('lets clients of its authority in, shows their certificate to handlers, and refuses all others', async () => {
    const client = await authority.issue({ name: 'robot-7' });
    const stranger = await other.issue({ name: 'robot-7' });
    const expired = await authority.issue({ name: 'robot-8', validFrom: new Date(0), validTo: new Date(dayMs) });
    const options: HostTlsOptions = {
      ...local,
      names: { 'second.example': second },
      ca: authority.cert,
      requestCert: true,
    };
    let handled = 0;
    await withHost(
      (view) => {
        view.get('/', ({ peer }) => {
          handled++;
          return text(
            `${peer.tls?.authorized} ${String(peer.tls?.certificate?.subject.CN)} ${peer.tls?.certificate?.fingerprint256}`,
          );
        });
      },
      async ({ port }) => {
        for (const servername of ['localhost', 'second.example']) {
          const { socket } = await connect(port, { ...client, servername });
          const fingerprint = (socket.getCertificate() as tls.PeerCertificate).fingerprint256;
          expect(await get(socket)).toMatch(new RegExp(`true robot-7 ${fingerprint}$`));
        }
        expect(handled).toBe(2);
        for (const wrong of [stranger, expired, {}]) {
          for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
            for (const servername of ['localhost', 'second.example']) {
              const attempt = connect(port, { ...wrong, maxVersion, servername }).then(({ socket }) => get(socket));
              expect(await attempt.catch(() => '')).toBe('');
            }
          }
        }
        expect(handled).toBe(2);
      },
      host(options),
    );
  });

  it('can leave the decision to handlers', async () => {
    const stranger = await other.issue({ name: 'robot-9' });
    await withHost(
      (view) => {
        view.get('/', ({ peer: { tls: seen } }) =>
          text(`${seen?.authorized} ${seen?.authorizationError} ${String(seen?.certificate?.subject.CN)}`),
        );
      },
      async ({ port }) => {
        expect(await get((await connect(port, stranger)).socket)).toMatch(/false (UNABLE|DEPTH|SELF)[A-Z_]+ robot-9$/);
        expect(await get((await connect(port)).socket)).toMatch(/false [A-Z_]+ undefined$/);
      },
      host({ ...local, ca: authority.cert, requestCert: true, rejectUnauthorized: false }),
    );
  });
});

describe('other certificates while it runs', () => {
  it('are for new connections; those that stand go on, requests in flight included', async () => {
    const renewed = await authority.issue({ name: 'renewed.example', hosts: ['localhost'] });
    let release = (): void => undefined;
    await withHost(
      (view) => {
        routes(view);
        view.get('/slow', () => new Promise<void>((resolve) => (release = resolve)).then(() => text('slow')));
      },
      async ({ port, host: view }) => {
        const standing = await connect(port);
        const busy = await connect(port);
        const slow = get(busy.socket, '/slow');
        await new Promise((resolve) => setTimeout(resolve, 20));
        view.reloadTls(renewed);
        expect((await connect(port)).shown).toBe('renewed.example');
        expect(standing.shown).toBe('localhost');
        expect(await get(standing.socket)).toMatch(/root$/);
        release();
        expect(await slow).toMatch(/slow$/);
      },
      host(local),
    );
  });

  it('change nothing when they are wrong', async () => {
    await withHost(
      routes,
      async ({ port, host: view }) => {
        expect(() => view.reloadTls({ ...local, key: second.key })).toThrow(
          expect.objectContaining({ code: 'ICHOR_HTTP_TLS_INVALID', details: { option: 'tls.key' } }),
        );
        expect(() => view.reloadTls({ ...local, ca: 7 as never })).toThrow(
          expect.objectContaining({ code: 'ICHOR_HTTP_OPTION_INVALID' }),
        );
        expect((await connect(port)).shown).toBe('localhost');
      },
      host(local),
    );
  });

  it('can begin to ask for certificates of clients; sessions of before do not get around that', async () => {
    await withHost(
      routes,
      async ({ port, host: view }) => {
        const first = await connect(port, { maxVersion: 'TLSv1.2' });
        const session = first.socket.getSession();
        view.reloadTls({ ...local, ca: authority.cert, requestCert: true });
        const attempt = connect(port, { maxVersion: 'TLSv1.2', ...(session && { session }) }).then(({ socket }) =>
          get(socket),
        );
        expect(await attempt.catch(() => '')).toBe('');
        expect(await get((await connect(port, await authority.issue({ name: 'c' }))).socket)).toMatch(/root$/);
      },
      host(local),
    );
  });

  it('are refused by a host without TLS', async () => {
    await withHost(routes, ({ host: view }) => {
      expect(() => view.reloadTls(local)).toThrow(/ICHOR_HTTP_TLS_INVALID|does not speak TLS/);
    });
  });
});
