// GET /ping over TLS: this host beside node:https, with the same certificate, pinned to core 0, wrk on core 1 (Linux).
// Usage: node tls.mjs [rounds] [seconds]. Prints the medians of requests per second on kept connections, of handshakes per second
// (each request on a connection of its own), and of the server's CPU time for each. Build the package first.

import { webcrypto } from 'node:crypto';
// eslint-disable-next-line import/no-unassigned-import -- what @peculiar/x509 needs
import 'reflect-metadata';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import { median, servePong, startPong } from './pong-servers.mjs';
import { load, measured } from './wrk.mjs';

const [role = '3', second = '4'] = process.argv.slice(2);
if (role === 'serve') await servePong(second, await certificate());
else await compare(Number(role), Number(second));

async function certificate() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: algorithm,
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: made.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
}

async function compare(rounds, seconds) {
  const kinds = ['net', 'node-http', 'node'];
  const results = new Map(kinds.map((kind) => [kind, { rate: [], cpu: [], handshakes: [], handshakeCpu: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const kind of round % 2 === 0 ? kinds : [...kinds].reverse()) {
      const { server, port } = await startPong(import.meta.filename ?? process.argv[1], kind, 0);
      const url = `https://127.0.0.1:${port}/ping`;
      const result = results.get(kind);
      load(url, 1);
      const kept = measured(server.pid, () => load(url, seconds));
      result.rate.push(kept.requests / seconds);
      result.cpu.push(kept.cpuUs / kept.requests);
      const each = measured(server.pid, () => load(url, seconds, ['-H', 'Connection: close']));
      result.handshakes.push(each.requests / seconds);
      result.handshakeCpu.push(each.cpuUs / each.requests);
      server.kill('SIGKILL');
    }
  }
  for (const [kind, { rate, cpu, handshakes, handshakeCpu }] of results) {
    console.log(
      `${kind.padEnd(10)} ${median(rate).toFixed(0)} req/s (${median(cpu).toFixed(1)} CPU us), ` +
        `${median(handshakes).toFixed(0)} handshakes/s (${median(handshakeCpu).toFixed(0)} CPU us)`,
    );
  }
}
