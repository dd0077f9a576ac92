/** The private key that signs records: PEM as OpenSSL writes it, or as cosign encrypts it. */
import { createPrivateKey, type KeyObject, scrypt, type ScryptOptions } from 'node:crypto';
import { messageOf, type Parsed } from '../errors.js';
import { isObject, parseJson } from '../oci/manifest.js';
import { textAt, at } from '../shared/text.js';

/** https://github.com/sigstore/cosign/blob/main/pkg/cosign/keys.go */
const OF_COSIGN = /-----BEGIN ENCRYPTED (?:COSIGN|SIGSTORE) PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/;

/** The most memory that making a key out of a password may take; cosign's own keys take 64 MiB. */
const MAX_MEMORY = 1024 * 1024 * 1024;

/** @param password of an encrypted key; null: none is given */
export async function parsePrivateKey(pem: string, password: string | null): Promise<Parsed<KeyObject>> {
  const [, encrypted] = OF_COSIGN.exec(pem) ?? [];
  const isEncrypted = encrypted !== undefined || pem.includes('ENCRYPTED');
  if (isEncrypted && password === null)
    return {
      ok: false,
      what: 'the key is encrypted, and COSIGN_PASSWORD is not set',
      hint: 'set COSIGN_PASSWORD to its password',
    };
  try {
    const key =
      encrypted === undefined
        ? createPrivateKey({ key: pem, ...(isEncrypted ? { passphrase: password ?? '' } : {}) })
        : createPrivateKey({ key: await decrypt(encrypted, password ?? ''), format: 'der', type: 'pkcs8' });
    return isUsable(key)
      ? { ok: true, value: key }
      : {
          ok: false,
          what: `it is a key of the kind ${kindOf(key)}`,
          hint: 'use ECDSA with P-256, P-384 or P-521, RSA from 2048 bits, or Ed25519',
        };
  } catch (error) {
    // OpenSSL's texts name what it looked for, never the key.
    const hint =
      'give a private key in PEM (PKCS8), or one of "cosign generate-key-pair" with its password in COSIGN_PASSWORD';
    return { ok: false, what: `it cannot be read as a private key (${messageOf(error)})`, hint };
  }
}

function isUsable({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= 2048;
  if (type === 'ec') return ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? '');
  return type === 'ed25519';
}

function kindOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  return [type, details?.namedCurve, details?.modulusLength].filter((part) => part !== undefined).join(' ');
}

/** NaCl's secretbox under a key that scrypt makes out of the password (github.com/secure-systems-lab/go-securesystemslib, encrypted). */
async function decrypt(base64: string, password: string): Promise<Buffer> {
  const box = parseJson(Buffer.from(base64, 'base64'));
  if (
    !isObject(box) ||
    textAt(box, 'kdf', 'name') !== 'scrypt' ||
    textAt(box, 'cipher', 'name') !== 'nacl/secretbox'
  )
    throw new Error('its encryption is not that of cosign');
  const [N, r, p] = ['N', 'r', 'p'].map((name) => Number(at(box, 'kdf', 'params', name)));
  if (N === undefined || r === undefined || p === undefined || !(128 * N * r * p <= MAX_MEMORY)) {
    throw new Error('its scrypt parameters are out of bounds');
  }
  const bytes = (...path: string[]): Buffer => Buffer.from(textAt(box, ...path) ?? '', 'base64');
  const key = await derived(password, bytes('kdf', 'salt'), { N, r, p, maxmem: 2 * MAX_MEMORY });
  const { default: nacl } = await import('tweetnacl');
  const opened = nacl.secretbox.open(bytes('ciphertext'), bytes('cipher', 'nonce'), key);
  if (opened === null) throw new Error('COSIGN_PASSWORD is not its password');
  return Buffer.from(opened);
}

function derived(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
