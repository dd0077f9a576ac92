/**
 * Signs statements as the job that Retag runs in: Fulcio gives a certificate for its OIDC token, Rekor logs the signature, a
 * time-stamp authority says when. APIs: fulcio.proto and docs/certificate-specification.md of sigstore/fulcio, openapi.yaml of sigstore/rekor, RFC 3161.
 */
import { createHash, type KeyObject, type KeyPairKeyObjectResult, sign, X509Certificate } from 'node:crypto';
import { OperationError } from '../errors.js';
import { isObject, parseJson } from '../oci/manifest.js';
import type { Clock } from '../ports.js';
import { at, textAt } from '../shared/text.js';
import type { Statement } from './model.js';
import { bundleOf, type Envelope, signEnvelope } from './signing.js';
import type { SigningServices } from './services.js';

/** Sends one request. Any status is an answer; OperationError when there is none. */
export type Ask = (request: {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}) => Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}>;

interface KeylessOptions {
  readonly services: SigningServices;
  readonly ask: Ask;
  /** an OIDC token for Sigstore, fresh */
  readonly token: () => Promise<string>;
  readonly newKey: () => KeyPairKeyObjectResult;
  readonly clock: Pick<Clock, 'now'>;
}

/** A key that lives for one run, and whose it is. */
interface Identity {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
}

/** Milliseconds that a certificate has to be valid for, still. */
const MARGIN = 120_000;

/** @returns what signs one statement after another, with one certificate as long as that is valid */
export function keylessSigner(options: KeylessOptions): (statement: Statement) => Promise<Uint8Array> {
  const { services, ask, clock } = options;
  let current: Promise<Identity> | null = null;
  const identity = async (): Promise<Identity> => {
    const known = await current?.catch(() => null);
    if (known != null && Date.parse(known.certificate.validTo) - clock.now() > MARGIN) return known;
    return (current = certify(options));
  };
  const inTurn = oneAtATime();
  return async (statement) => {
    const { key, certificate } = await inTurn(identity);
    const { envelope, signature } = signEnvelope(statement, key);
    const entry = services.rekor === null ? null : await logged(ask, services.rekor, envelope, certificate);
    const stamps = await Promise.all(services.timestamps.map((url) => timestamped(ask, url, signature)));
    return bundleOf(envelope, {
      certificate: { rawBytes: certificate.raw.toString('base64') },
      tlogEntries: entry === null ? [] : [entry],
      ...(stamps.length === 0 ? {} : { timestampVerificationData: { rfc3161Timestamps: stamps } }),
    });
  };
}

/** Many records ask for the certificate at once; one of them gets it. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

async function certify({ services, ask, token, newKey }: KeylessOptions): Promise<Identity> {
  const { privateKey, publicKey } = newKey();
  const oidc = await token();
  const proof = sign('sha256', Buffer.from(subjectOf(oidc)), privateKey);
  const content = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const body = await post(ask, 'Fulcio', below(services.fulcio, 'api/v2/signingCert'), {
    credentials: { oidcIdentityToken: oidc },
    publicKeyRequest: {
      publicKey: { algorithm: 'ECDSA', content },
      proofOfPossession: proof.toString('base64'),
    },
  });
  const chain = at(body, 'signedCertificateEmbeddedSct', 'chain', 'certificates');
  const [leaf] = Array.isArray(chain) ? (chain as unknown[]) : [];
  const certificate = typeof leaf === 'string' ? certificateOf(leaf) : null;
  if (certificate?.checkPrivateKey(privateKey) !== true)
    throw strange('Fulcio', services.fulcio, 'no certificate for the key that it was asked for');
  return { key: privateKey, certificate };
}

function certificateOf(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** What Fulcio wants to be signed as proof: whom the token is about (sigstore/fulcio, pkg/identity). */
function subjectOf(token: string): string {
  const claims = claimsOf(token);
  const isMail = MAIL_ISSUERS.includes(textAt(claims, 'iss') ?? '');
  return textAt(claims, isMail ? 'email' : 'sub') ?? '';
}

const MAIL_ISSUERS = ['https://accounts.google.com', 'https://oauth2.sigstore.dev/auth'];

/** The claims of a JSON Web Token, which only its receiver can check; undefined when it is none. */
export function claimsOf(token: string): unknown {
  return parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url'));
}

/** @returns the entry as a bundle has it (sigstore_rekor.proto) */
async function logged(ask: Ask, url: URL, envelope: Envelope, certificate: X509Certificate): Promise<object> {
  const verifiers = [Buffer.from(certificate.toString()).toString('base64')];
  const proposedContent = { envelope: JSON.stringify(envelope), verifiers };
  const body = await post(ask, 'Rekor', below(url, 'api/v1/log/entries'), {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: { proposedContent },
  });
  const [entry] = isObject(body) ? Object.values(body) : [];
  const proof = at(entry, 'verification', 'inclusionProof');
  const promise = textAt(entry, 'verification', 'signedEntryTimestamp');
  const canonical = textAt(entry, 'body');
  if (!isObject(proof) || promise === null || canonical === null)
    throw strange('Rekor', url, 'no entry of its log');
  const kind = parseJson(Buffer.from(canonical, 'base64'));
  const hashes = at(proof, 'hashes');
  return {
    logIndex: String(at(entry, 'logIndex')),
    logId: { keyId: hexAsBase64(textAt(entry, 'logID')) },
    kindVersion: { kind: textAt(kind, 'kind'), version: textAt(kind, 'apiVersion') },
    integratedTime: String(at(entry, 'integratedTime')),
    inclusionPromise: { signedEntryTimestamp: promise },
    inclusionProof: {
      logIndex: String(at(proof, 'logIndex')),
      rootHash: hexAsBase64(textAt(proof, 'rootHash')),
      treeSize: String(at(proof, 'treeSize')),
      hashes: Array.isArray(hashes) ? hashes.map((hash) => hexAsBase64(String(hash))) : [],
      checkpoint: { envelope: textAt(proof, 'checkpoint') ?? '' },
    },
    canonicalizedBody: canonical,
  };
}

const hexAsBase64 = (hex: string | null): string => Buffer.from(hex ?? '', 'hex').toString('base64');

/** A time-stamp over the signature (RFC 3161 section 2.4): the request names its hash, and asks for the certificate. */
async function timestamped(ask: Ask, url: URL, signature: Buffer): Promise<{ signedTimestamp: string }> {
  const body = Buffer.concat([REQUEST, createHash('sha256').update(signature).digest(), CERTIFICATE_WANTED]);
  const headers = { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' };
  const answer = await ask({ method: 'POST', url, headers, body });
  if (answer.status !== 200 && answer.status !== 201) throw refused('the time-stamp authority', url, answer);
  return { signedTimestamp: answer.body.toString('base64') };
}

/** TimeStampReq: SEQUENCE of version 1, then MessageImprint of SHA-256 with the 32 bytes that follow. */
const REQUEST = Buffer.from('30390201013031300d060960864801650304020105000420', 'hex');
const CERTIFICATE_WANTED = Buffer.from('0101ff', 'hex');

const below = (base: URL, path: string): URL => new URL(path, base.href.replace(/\/*$/, '/'));

async function post(ask: Ask, name: string, url: URL, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await ask({ method: 'POST', url, headers, body: Buffer.from(JSON.stringify(body)) });
  if (answer.status === 200 || answer.status === 201) return parseJson(answer.body);
  const { location } = answer.headers;
  // Rekor has the entry already: a request whose answer was lost was sent again.
  if (answer.status !== 409 || location === undefined) throw refused(name, url, answer);
  const there = await ask({ method: 'GET', url: new URL(new URL(location, url).pathname, url), headers });
  if (there.status !== 200) throw refused(name, url, there);
  return parseJson(there.body);
}

function refused(name: string, url: URL, { status, body }: Awaited<ReturnType<Ask>>): OperationError {
  const said = textAt(parseJson(body), 'message') ?? body.toString('utf8');
  const text = said
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
  const what = `${name} at ${url.host} answered HTTP ${status}${text === '' ? '' : `: ${text}`}`;
  const code =
    status === 401 || status === 403
      ? 'denied'
      : status >= 500 || status === 429
        ? 'unavailable'
        : 'rejected';
  return new OperationError(code, what, { status });
}

function strange(name: string, url: URL, what: string): OperationError {
  return new OperationError('protocol', `${name} at ${url.host} answered with ${what}`);
}

// The OIDC token of the job.

/**
 * The token that says who this job is: GitHub Actions gives one to who asks, other systems put it into SIGSTORE_ID_TOKEN.
 * @returns null when the job has none
 */
export function tokenOf(
  env: Readonly<Record<string, string | undefined>>,
  ask: Ask,
  onSecret: (secret: string) => void,
): (() => Promise<string>) | null {
  const {
    SIGSTORE_ID_TOKEN: given = '',
    ACTIONS_ID_TOKEN_REQUEST_URL: address = '',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer = '',
  } = env;
  if (given !== '') {
    onSecret(given);
    return () => Promise.resolve(given);
  }
  if (!URL.canParse(address) || bearer === '') return null;
  const url = new URL(address);
  url.searchParams.set('audience', 'sigstore');
  return async () => {
    onSecret(bearer);
    const answer = await ask({
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
    });
    const token = answer.status === 200 ? textAt(parseJson(answer.body), 'value') : null;
    if (token === null)
      throw refused('the token service of GitHub Actions', url, { ...answer, body: Buffer.alloc(0) });
    onSecret(token);
    return token;
  };
}
