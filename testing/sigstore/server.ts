import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createSigstore, type Identity, type LogEntry, type Sigstore } from './instance.js';
import { pem, preAuthentication, sha256 } from './sign.js';

/** A Sigstore that the real cosign signs with: Fulcio, Rekor and a time-stamp authority on one port of 127.0.0.1. */
export interface SigstoreServer {
  readonly sigstore: Sigstore;
  readonly url: string;
  /** Sigstore's `signing_config.json` */
  readonly signingConfig: object;
  /** where a job of GitHub Actions asks for its OIDC token: ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN */
  readonly job: { readonly url: string; readonly token: string };
  /** whose token a job gets */
  identity: Identity;
  /** method and path of every request */
  readonly requests: readonly string[];
  /** path → the status of every answer there, instead of what it would be */
  readonly refusals: Map<string, number>;
  close(): Promise<void>;
}

interface ServerOptions {
  readonly identity: Identity;
  /** default false: the log's time is enough */
  readonly timestamps?: boolean;
}

export async function serveSigstore({
  identity,
  timestamps = false,
}: ServerOptions): Promise<SigstoreServer> {
  const requests: string[] = [];
  const refusals = new Map<string, number>();
  const job = { token: randomBytes(12).toString('hex') };
  let current: SigstoreServer | null = null;
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    requests.push(`${request.method ?? ''} ${path}`);
    const done = (status: number, headers: Record<string, string>, body: string | Buffer): void => {
      response.writeHead(status, headers).end(body);
    };
    const refused = refusals.get(path);
    if (current === null || refused !== undefined) {
      done(refused ?? 503, {}, 'refused');
      return;
    }
    const here = current;
    read(request)
      .then((body) => answer(here, path, request, body))
      .then(({ status, headers = {}, body }) => done(status, headers, body))
      .catch((error: unknown) => done(400, { 'content-type': 'text/plain' }, String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sigstore = await createSigstore({ url, timestamps });
  return (current = {
    sigstore,
    url,
    signingConfig: signingConfig(url, timestamps),
    job: { ...job, url: `${url}/oidc?api-version=2.0` },
    identity,
    requests,
    refusals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** The OIDC token of this identity. Nobody signed it: this Fulcio takes every one that is for Sigstore. */
export function oidcToken({ claims }: Identity, audience = 'sigstore'): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const sub = `repo:${claims['repository'] ?? ''}:ref:${claims['ref'] ?? ''}`;
  const body = { sub, aud: audience, iat: now, exp: now + 3_600, ...claims };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(body)}.${Buffer.from('unsigned').toString('base64url')}`;
}

function signingConfig(url: string, timestamps: boolean): object {
  const start = new Date(Date.now() - 86_400_000).toISOString();
  const service = (path = ''): object[] => [
    { url: url + path, majorApiVersion: 1, validFor: { start }, operator: 'sigstore.mock' },
  ];
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: service(),
    oidcUrls: [],
    rekorTlogUrls: service(),
    rekorTlogConfig: { selector: 'ANY' },
    ...(timestamps ? { tsaUrls: service('/api/v1/timestamp'), tsaConfig: { selector: 'ANY' } } : {}),
  };
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string | Buffer;
}

async function answer(
  server: SigstoreServer,
  path: string,
  request: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  const bearer = request.headers.authorization?.replace(/^bearer /i, '') ?? '';
  const parsed = (): Json => JSON.parse(body.toString()) as Json;
  switch (`${request.method ?? ''} ${path}`) {
    case 'POST /api/v2/signingCert':
      return signingCertificate(server.sigstore, bearer, parsed());
    case 'POST /api/v1/log/entries':
      return logEntry(server.sigstore, parsed());
    case 'POST /api/v1/timestamp':
      return {
        status: 201,
        headers: { 'content-type': 'application/timestamp-reply' },
        body: await server.sigstore.timestamp({ sha256: imprintOf(body) }),
      };
    case 'GET /oidc': {
      if (bearer !== server.job.token) return { status: 401, body: 'not the token of the job' };
      const audience = new URL(request.url ?? '', server.url).searchParams.get('audience') ?? undefined;
      return json(200, { value: oidcToken(server.identity, audience) });
    }
    default:
      return { status: 404, body: 'no such page' };
  }
}

type Json = Readonly<Record<string, unknown>>;

const json = (status: number, body: object, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Fulcio's API, fulcio.proto CreateSigningCertificate. cosign wants 200. */
async function signingCertificate(sigstore: Sigstore, bearer: string, body: Json): Promise<Answer> {
  const credentials = body['credentials'] as { oidcIdentityToken?: string } | undefined;
  const token = bearer === '' ? (credentials?.oidcIdentityToken ?? '') : bearer;
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    string
  >;
  if (claims['aud'] !== 'sigstore') return json(401, { message: 'the token is for somebody else' });
  const publicKey = createPublicKey(requestedKey(body, claims['sub'] ?? ''));
  const { iss = '', job_workflow_ref: path, email } = claims;
  const subject = path === undefined ? (email ?? claims['sub'] ?? '') : `https://github.com/${path}`;
  const leaf = await sigstore.certificate(publicKey, { subject, claims: { ...claims, iss } });
  const certificates = [leaf, sigstore.root].map(pem);
  return json(200, { signedCertificateEmbeddedSct: { chain: { certificates } } });
}

/** @throws Error when whoever asks does not have the key */
function requestedKey(body: Json, subject: string): string | { key: Buffer; format: 'der'; type: 'spki' } {
  const wanted = body['publicKeyRequest'] as
    { publicKey: { content: string }; proofOfPossession: string } | undefined;
  if (wanted === undefined) {
    const text = Buffer.from(String(body['certificateSigningRequest']), 'base64').toString();
    const info = Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    return { key: derChildren(derChildren(info)[0]!)[2]!, format: 'der', type: 'spki' };
  }
  const { content } = wanted.publicKey;
  const proof = Buffer.from(wanted.proofOfPossession, 'base64');
  if (!verify('sha256', Buffer.from(subject), content, proof))
    throw new Error('the proof of possession is wrong');
  return content;
}

/** Rekor's API, which keeps hashes and signatures of an envelope, not the envelope. */
async function logEntry(sigstore: Sigstore, body: Json): Promise<Answer> {
  const spec = body['spec'] as { proposedContent?: { envelope: string; verifiers: string[] } };
  const entry = await sigstore.log(spec.proposedContent ? dsseEntry(spec.proposedContent) : body);
  const uuid = randomBytes(32).toString('hex');
  return json(201, { [uuid]: answerOf(entry) }, { etag: uuid, location: `/api/v1/log/entries/${uuid}` });
}

function dsseEntry({ envelope, verifiers }: { envelope: string; verifiers: string[] }): object {
  const parsed = JSON.parse(envelope) as {
    payload: string;
    payloadType: string;
    signatures: { sig: string }[];
  };
  const payload = Buffer.from(parsed.payload, 'base64');
  const signatures = parsed.signatures.map(({ sig }, at) => {
    const verifier = verifiers[at] ?? '';
    const key = createPublicKey(Buffer.from(verifier, 'base64'));
    const message = preAuthentication(parsed.payloadType, payload);
    if (!verify('sha256', message, key, Buffer.from(sig, 'base64')))
      throw new Error('the signature is wrong');
    return { signature: sig, verifier };
  });
  const spec = { envelopeHash: sha256(Buffer.from(envelope)), payloadHash: sha256(payload), signatures };
  return { apiVersion: '0.0.1', kind: 'dsse', spec };
}

function answerOf({ body, integratedTime, logId, logIndex, proof, promise }: LogEntry): object {
  const verification = { inclusionProof: proof, signedEntryTimestamp: promise?.toString('base64') };
  return { body: body.toString('base64'), integratedTime, logID: logId, logIndex, verification };
}

/** The hash in an RFC 3161 request, whose second part is a message imprint: algorithm, hash. */
function imprintOf(request: Buffer): Buffer {
  const imprint = derChildren(derChildren(request)[1]!);
  return derContent(imprint[1]!);
}

/** The elements inside a DER element. */
function derChildren(element: Buffer): Buffer[] {
  const children: Buffer[] = [];
  let rest = derContent(element);
  while (rest.length > 0) {
    const { start, end } = derBounds(rest);
    if (end <= 0 || start > rest.length) throw new Error('not DER');
    children.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  return children;
}

function derContent(element: Buffer): Buffer {
  const { start, end } = derBounds(element);
  return element.subarray(start, end);
}

function derBounds(element: Buffer): { start: number; end: number } {
  const first = element[1] ?? 0;
  if (first < 0x80) return { start: 2, end: 2 + first };
  const count = first & 0x7f;
  return { start: 2 + count, end: 2 + count + element.readUIntBE(2, count) };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
