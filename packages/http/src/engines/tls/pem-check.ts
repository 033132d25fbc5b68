// Whether PEM texts hold what they should and belong together, for hosts and clients; says which option is wrong.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Pem, TlsIdentity } from '../../contract/tls-options.ts';
import { httpError } from '../../errors/catalogue.ts';

/** @throws ICHOR_HTTP_TLS_INVALID when one of them is no certificate */
export function checkAuthorities(ca: Pem | readonly Pem[] | undefined): void {
  for (const [index, authority] of [ca ?? []].flat().entries())
    certificateOf(Array.isArray(ca) ? `tls.ca[${index}]` : 'tls.ca', authority);
}

/** The certificate of `identity`, to which its key belongs. @throws ICHOR_HTTP_TLS_INVALID */
export function checkedCertificate(where: string, identity: TlsIdentity): X509Certificate {
  const certificate = certificateOf(`${where}.cert`, identity.cert);
  const { key, passphrase } = identity;
  const isEncrypted = textOf(key).includes('ENCRYPTED');
  if (isEncrypted && passphrase === undefined) {
    throw unusable(
      `${where}.passphrase`,
      'the key is encrypted, and no pass phrase was given',
      'Give the pass phrase.',
    );
  }
  let privateKey;
  try {
    privateKey = createPrivateKey({
      key: key as string,
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (error) {
    throw isEncrypted
      ? unusable(`${where}.passphrase`, 'it does not decrypt the key', 'Give the pass phrase of this key.', error)
      : unusable(`${where}.key`, `it holds no private key (${received(key)})`, nextStep(key, 'private key'), error);
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw unusable(
      `${where}.key`,
      `it does not belong to the certificate of ${certificate.subject.replaceAll('\n', ', ')}`,
      'Give the key that the certificate was requested with; in a chain the certificate of the host comes first.',
    );
  }
  return certificate;
}

function nextStep(pem: Pem, kind: string): string {
  return textOf(pem).includes('-----BEGIN')
    ? `Check that it is the PEM text of a ${kind}, and whole.`
    : `Give the contents of the PEM file of the ${kind}, not its path.`;
}

function certificateOf(option: string, pem: Pem): X509Certificate {
  try {
    if (!textOf(pem).includes('-----BEGIN')) throw new TypeError('There is no -----BEGIN line.');
    return new X509Certificate(pem);
  } catch (error) {
    throw unusable(option, `it holds no certificate (${received(pem)})`, nextStep(pem, 'certificate'), error);
  }
}

function textOf(pem: Pem): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
}

// Keys are secret, so only their length is told, and which kind of PEM they are.
function received(pem: Pem): string {
  const label = /-----BEGIN [A-Z0-9 ]+-----/.exec(textOf(pem))?.[0];
  return `received ${pem.length} bytes ${label === undefined ? 'without a -----BEGIN line' : `that begin with ${label}`}`;
}

/** The error for `option`. */
export function unusable(option: string, what: string, next: string, cause?: unknown): Error {
  return httpError('ICHOR_HTTP_TLS_INVALID', `The HTTP option ${option} cannot be used: ${what}. ${next}`, {
    cause,
    details: { option },
  });
}
