// What a handshake has settled, read once per connection, so that requests can tell it after the connection has gone.

import type { PeerCertificate as NodeCertificate, TLSSocket } from 'node:tls';
import type { PeerCertificate, PeerTls } from '../../contract/request.ts';

/** @param asksClients whether clients were asked for a certificate. */
export function peerTls(socket: TLSSocket, asksClients: boolean): PeerTls {
  const { servername } = socket as { readonly servername?: string | false | null };
  const certificate = asksClients ? certificateOf(socket.getPeerCertificate()) : undefined;
  const error = socket.authorizationError as unknown;
  return Object.freeze({
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher()?.standardName ?? '',
    serverName: typeof servername === 'string' && servername !== '' ? servername : undefined,
    authorized: asksClients && socket.authorized,
    authorizationError: typeof error === 'string' ? error : error instanceof Error ? error.message : undefined,
    certificate,
  });
}

function certificateOf(given: NodeCertificate | undefined): PeerCertificate | undefined {
  // Without a certificate Node gives an empty object.
  if (given?.raw === undefined) return undefined;
  return Object.freeze({
    subject: given.subject as unknown as PeerCertificate['subject'],
    issuer: given.issuer as unknown as PeerCertificate['issuer'],
    subjectAltName: given.subjectaltname,
    validFrom: given.valid_from,
    validTo: given.valid_to,
    serialNumber: given.serialNumber,
    fingerprint256: given.fingerprint256,
    raw: given.raw,
  });
}
