import { createHash, generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto';

import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock';

/** What an OIDC token says of who signs; the certificate authority writes it into the certificate. */
export interface Identity {
  /** the subject alternative name, for GitHub Actions the workflow */
  readonly subject: string;
  /** claims of the token, `iss` among them */
  readonly claims: Readonly<Record<string, string>>;
}

/** An entry of the transparency log, as Rekor answers. */
export interface LogEntry {
  readonly kind: string;
  readonly version: string;
  /** canonical JSON */
  readonly body: Buffer;
  /** seconds since the epoch */
  readonly integratedTime: number;
  /** hex */
  readonly logId: string;
  readonly logIndex: number;
  /** the inclusion promise (signed entry timestamp); null in logs of version 2 */
  readonly promise: Buffer | null;
  readonly proof: {
    readonly logIndex: number;
    readonly treeSize: number;
    /** hex */
    readonly rootHash: string;
    /** hex */
    readonly hashes: readonly string[];
    readonly checkpoint: string;
  };
}

/** A Sigstore of its own, in memory: certificate authority, certificate log, transparency log, time-stamp authority. */
export interface Sigstore {
  /** where its parts say that they are */
  readonly url: string;
  /** Sigstore's `trusted_root.json` */
  readonly trustedRoot: object;
  /** DER of the root certificate */
  readonly root: Buffer;
  /** @returns DER. `sct: false` leaves out the proof that the certificate is in the certificate log */
  certificate(
    publicKey: KeyObject,
    identity: Identity,
    options?: { readonly sct?: boolean },
  ): Promise<Buffer>;
  /** @param later seconds that the clock of the log is ahead */
  log(entry: object, later?: number): Promise<LogEntry>;
  /** @returns DER of an RFC 3161 time-stamp response over the SHA-256 of these bytes */
  timestamp(imprint: { readonly of: Buffer } | { readonly sha256: Buffer }): Promise<Buffer>;
}

interface SigstoreOptions {
  /** default `http://sigstore.test`: for signatures that are made without a request */
  readonly url?: string;
  /** demand time-stamps; default false, as the transparency log's time is enough */
  readonly timestamps?: boolean;
  /** a root without logs: certificates and time-stamps alone, as GitHub's instance; default true */
  readonly logs?: boolean;
}

const HOUR = 3_600_000;

/** Starts nothing: the parts answer function calls. `serveSigstore` puts them behind HTTP. */
export async function createSigstore(options: SigstoreOptions = {}): Promise<Sigstore> {
  const { url = 'http://sigstore.test', timestamps = false, logs = true } = options;
  const logKeys = keyPair();
  const caKeys = keyPair();
  const ctlog = await initializeCTLog(keyPair());
  const [ca, withoutSct] = await Promise.all([initializeCA(caKeys, ctlog), initializeCA(caKeys)]);
  const tlog = await initializeTLog(url, logKeys);
  const tsa = await initializeTSA(keyPair());
  // It writes fractions of a second as no reader expects them (RFC 3161 section 2.4.2: no trailing zeros).
  Object.assign(tsa, { getCurrentTime: () => new Date(Math.floor(Date.now() / 1_000) * 1_000) });
  const root = bytes(ca.rootCertificate);
  const material = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [authority(url, [root])],
    ctlogs: logs ? [logOf(url, ctlog.publicKey)] : [],
    tlogs: logs ? [logOf(url, tlog.publicKey)] : [],
    timestampAuthorities:
      timestamps || !logs ? [authority(url, [bytes(tsa.intCertificate), bytes(tsa.rootCertificate)])] : [],
  };
  return {
    url,
    root,
    trustedRoot: material,
    async certificate(publicKey, identity, { sct = true } = {}) {
      const request = {
        publicKey: publicKey.export({ type: 'spki', format: 'der' }),
        subjectAltName: identity.subject,
        extensions: extensionsOf(identity.claims),
      };
      return bytes(await (sct ? ca : withoutSct).issueCertificate(request));
    },
    async log(entry, later = 0) {
      const log =
        later === 0 ? tlog : await initializeTLog(url, logKeys, new Date(Date.now() + later * 1_000));
      return entryOf((await log.log(entry)) as LogAnswer);
    },
    async timestamp(imprint) {
      const artifactHash =
        'of' in imprint ? createHash('sha256').update(imprint.of).digest() : imprint.sha256;
      const [hashAlgorithmOID, policyOID] = ['2.16.840.1.101.3.4.2.1', '1.3.6.1.4.1.57264.2'];
      return bytes(
        await tsa.timestamp({ artifactHash, hashAlgorithmOID, policyOID, nonce: 1, certReq: true }),
      );
    },
  };
}

/** A P-256 key pair: the kind that cosign makes. */
export function keyPair(): KeyPairKeyObjectResult {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

/** A workflow of GitHub Actions, as its OIDC token names it. */
export function workflow(
  options: {
    readonly repository?: string;
    readonly file?: string;
    readonly ref?: string;
    readonly sha?: string;
    readonly issuer?: string;
  } = {},
): Identity {
  const { repository = 'example/app', file = 'release.yml', ref = 'refs/heads/main' } = options;
  const path = `${repository}/.github/workflows/${file}@${ref}`;
  const sha = options.sha ?? 'a'.repeat(40);
  return {
    subject: `https://github.com/${path}`,
    claims: {
      iss: options.issuer ?? 'https://token.actions.githubusercontent.com',
      event_name: 'push',
      sha,
      workflow: file,
      repository,
      repository_owner: repository.split('/')[0] ?? '',
      ref,
      job_workflow_ref: path,
      job_workflow_sha: sha,
      runner_environment: 'github-hosted',
      run_id: '7',
      run_attempt: '1',
    },
  };
}

const bytes = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);

const validFor = { start: new Date(Date.now() - 24 * HOUR).toISOString() };

const authority = (uri: string, certificates: readonly Buffer[]): object => ({
  subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
  uri,
  certChain: { certificates: certificates.map((der) => ({ rawBytes: der.toString('base64') })) },
  validFor,
});

const logOf = (baseUrl: string, publicKey: Buffer): object => ({
  baseUrl,
  hashAlgorithm: 'SHA2_256',
  publicKey: { rawBytes: publicKey.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
  logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
});

/** https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md: the old ones hold plain text, the others DER. */
function extensionsOf(
  claims: Readonly<Record<string, string>>,
): { oid: string; value: string; legacy?: boolean }[] {
  const github = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : `https://github.com/${path}`;
  const legacy = [
    claims['iss'],
    claims['event_name'],
    claims['sha'],
    claims['workflow'],
    claims['repository'],
    claims['ref'],
  ];
  const run = `${claims['repository'] ?? ''}/actions/runs/${claims['run_id'] ?? ''}/attempts/${claims['run_attempt'] ?? ''}`;
  const current: Readonly<Record<number, string | undefined>> = {
    8: claims['iss'],
    9: github(claims['job_workflow_ref']),
    10: claims['job_workflow_sha'],
    11: claims['runner_environment'],
    12: github(claims['repository']),
    13: claims['sha'],
    14: claims['ref'],
    16: github(claims['repository_owner']),
    18: github(claims['workflow_ref'] ?? claims['job_workflow_ref']),
    20: claims['event_name'],
    21: claims['run_id'] === undefined ? undefined : github(run),
  };
  return [
    ...legacy.flatMap((value, at) =>
      value === undefined ? [] : [{ oid: `1.3.6.1.4.1.57264.1.${at + 1}`, value, legacy: true }],
    ),
    ...Object.entries(current).flatMap(([arc, value]) =>
      value === undefined ? [] : [{ oid: `1.3.6.1.4.1.57264.1.${arc}`, value }],
    ),
  ];
}

/** One entry by its name, as Rekor answers (its openapi.yaml, LogEntry). */
type LogAnswer = Readonly<
  Record<
    string,
    {
      readonly body: string;
      readonly integratedTime: number;
      readonly logID: string;
      readonly logIndex: number;
      readonly verification: {
        readonly inclusionProof: LogEntry['proof'];
        readonly signedEntryTimestamp: string;
      };
    }
  >
>;

function entryOf(answer: LogAnswer): LogEntry {
  const [entry] = Object.values(answer);
  if (entry === undefined) throw new Error('the log answered no entry');
  const body = Buffer.from(entry.body, 'base64');
  const { kind, apiVersion } = JSON.parse(body.toString()) as { kind: string; apiVersion: string };
  const { integratedTime, logID: logId, logIndex, verification } = entry;
  const promise = Buffer.from(verification.signedEntryTimestamp, 'base64');
  return {
    kind,
    version: apiVersion,
    body,
    integratedTime,
    logId,
    logIndex,
    promise,
    proof: verification.inclusionProof,
  };
}
