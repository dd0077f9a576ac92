/** X.509 certificates made in memory (RFC 5280), good, expired or for somebody else: what a TLS server shows in a test. */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export interface CertificateOptions {
  /** DNS names that it is for */
  readonly names: readonly string[];
  /** days from now; the past for a certificate that has expired */
  readonly validFor?: number;
}

/** Certificate and key in PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority, which issues server certificates, and its own certificate. */
export interface Authority {
  readonly cert: string;
  issue(options: CertificateOptions): Pair;
}

export function createAuthority(name = 'Retag test authority'): Authority {
  const keys = keyPair();
  const cert = certificate({
    subject: name,
    issuer: name,
    days: 30,
    publicKey: keys.publicKey,
    signer: keys.privateKey,
    extensions: [extension(BASIC_CONSTRAINTS, sequence(boolean(true)), true)],
  });
  return {
    cert,
    issue({ names, validFor = 30 }) {
      const own = keyPair();
      const alternatives = names.map((text) => tagged(0x82, Buffer.from(text, 'ascii')));
      return {
        cert: certificate({
          subject: names[0] ?? '',
          issuer: name,
          days: validFor,
          publicKey: own.publicKey,
          signer: keys.privateKey,
          extensions: [extension(ALTERNATIVE_NAME, sequence(...alternatives), false)],
        }),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

interface Parts {
  readonly subject: string;
  readonly issuer: string;
  readonly days: number;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
}

const ECDSA_SHA256 = sequence(oid([1, 2, 840, 10045, 4, 3, 2]));
const COMMON_NAME = oid([2, 5, 4, 3]);
const BASIC_CONSTRAINTS = oid([2, 5, 29, 19]);
const ALTERNATIVE_NAME = oid([2, 5, 29, 17]);
const DAY = 86_400_000;

function keyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

function certificate(parts: Parts): string {
  const end = Date.now() + parts.days * DAY;
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))), // version 3
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])), // serial number
    ECDSA_SHA256,
    nameOf(parts.issuer),
    sequence(time(Math.min(end, Date.now()) - DAY), time(end)),
    nameOf(parts.subject),
    parts.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...parts.extensions)),
  );
  const signature = sign('sha256', body, parts.signer);
  const der = sequence(body, ECDSA_SHA256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function nameOf(text: string): Buffer {
  return sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(text, 'utf8')))));
}

function extension(id: Buffer, value: Buffer, critical: boolean): Buffer {
  return sequence(id, ...(critical ? [boolean(true)] : []), tagged(0x04, value));
}

/** UTCTime, `YYMMDDHHMMSSZ`: right until 2049. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/\D/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`, 'ascii'));
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function oid([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const bytes = [first * 40 + second, ...rest.flatMap(base128)];
  return tagged(0x06, Buffer.from(bytes));
}

function base128(value: number): number[] {
  const groups: number[] = [];
  for (let rest = value; groups.length === 0 || rest > 0; rest >>= 7) {
    groups.unshift((rest & 0x7f) | (groups.length === 0 ? 0 : 0x80));
  }
  return groups;
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

/** One DER value: tag, length, content. */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
