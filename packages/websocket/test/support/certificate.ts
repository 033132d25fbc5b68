// A certificate for localhost that signs itself, made anew for each use.

import { createPrivateKey, webcrypto } from 'node:crypto';
// Which the library below needs.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;

/** PEM text; `cert` is its own authority. With a passphrase the key is encrypted with it. */
export async function selfSignedCertificate(
  passphrase?: string,
): Promise<{ readonly cert: string; readonly key: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=localhost',
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  const plain = PemConverter.encode(key, 'PRIVATE KEY');
  const cipher = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: passphrase ?? '' } as const;
  return {
    cert: certificate.toString('pem'),
    key: passphrase === undefined ? plain : String(createPrivateKey(plain).export(cipher)),
  };
}
