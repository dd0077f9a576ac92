/** Opens what signs records as the tag file says: with a key, or as the job that Retag runs in. */
import { createHash, createPublicKey, type KeyPairKeyObjectResult } from 'node:crypto';
import type { Config } from '../config/model.js';
import { type Location, OperationError, type Problem, UserError } from '../errors.js';
import { isObject, parseJson } from '../oci/manifest.js';
import type { Candidate, Clock, Log } from '../ports.js';
import type { Environment } from '../shared/environment.js';
import { textAt } from '../shared/text.js';
import { certificateFacts, signerOf } from './certificate.js';
import { type Claim, readClaim } from './claim.js';
import { type Ask, claimsOf, keylessSigner, tokenOf } from './keyless.js';
import { isSignedBy, parsePublicKey } from './keys.js';
import type { TrustSources } from './material.js';
import { IN_TOTO, preAuthEncoding, type Statement } from './model.js';
import type { Signer } from '../plan/model.js';
import type { Recorder, RunFacts } from './record.js';
import { parseSigningConfig, PUBLIC_GOOD } from './services.js';
import { parsePrivateKey } from './signing-key.js';
import { bundleOf, signEnvelope } from './signing.js';

/** What a recorder needs from outside. */
interface RecorderParts {
  readonly env: Environment;
  readonly ask: Ask;
  readonly clock: Pick<Clock, 'now'>;
  readonly newKey: () => KeyPairKeyObjectResult;
  readonly sources: TrustSources;
  readonly run: RunFacts;
  readonly log: Pick<Log, 'warning'>;
  readonly onSecret: (secret: string) => void;
}

type RecordKeys = Pick<Config, 'record' | 'signingConfig' | 'trustedRoot'>;

/**
 * @param purpose to `write` records needs a key or a token; to `check` those that are there does without where it can
 * @returns null when the tag file asks for none; to `check`, also when nobody can tell whose records count, which is a warning
 * @throws UserError at the key of the tag file that cannot be used
 */
export async function openRecorder(
  config: RecordKeys,
  parts: RecorderParts,
  purpose: 'write' | 'check',
): Promise<Recorder | null> {
  if (config.record === undefined) return null;
  try {
    return config.record === 'keyless'
      ? await keylessRecorder(config, parts, purpose)
      : await keyRecorder(config.record, parts);
  } catch (error) {
    if (purpose === 'write' || !(error instanceof UserError)) throw error;
    for (const { what } of error.problems) parts.log.warning(`records are not checked: ${what}`);
    return null;
  }
}

async function keyRecorder(
  { env: name, origin }: Exclude<NonNullable<Config['record']>, 'keyless'>,
  { env, run, onSecret }: RecorderParts,
): Promise<Recorder> {
  const pem = env[name] ?? '';
  const location = origin.at();
  const secret = `set ${name} to the private key that signs records, for example from a secret of the CI system`;
  if (pem.trim() === '') throw wrong({ location, what: `the variable ${name} is not set`, hint: secret });
  if (env['COSIGN_PASSWORD']) onSecret(env['COSIGN_PASSWORD']);
  // Line by line: a log shows a text of several lines one by one.
  for (const line of pem.split('\n'))
    if (line.trim().length > 16 && !line.includes('-----')) onSecret(line.trim());
  const parsed = await parsePrivateKey(pem, env['COSIGN_PASSWORD'] ?? null);
  if (!parsed.ok)
    throw wrong({ location, what: `the key in ${name} cannot sign: ${parsed.what}`, hint: parsed.hint });
  const key = parsed.value;
  const publicKey = createPublicKey(key);
  const own = parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  if (!own.ok) throw wrong({ location, what: `the key in ${name} cannot sign: ${own.what}`, hint: own.hint });
  // cosign's hint, by which nothing is decided.
  const hint = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return {
    run,
    sign: (statement) =>
      Promise.resolve(bundleOf(signEnvelope(statement, key).envelope, { publicKey: { hint } })),
    read: (candidate) => {
      const claim = claimOf(candidate);
      const { signed = null, signatures = [], certified = null } = claim ?? {};
      const isOurs =
        signed !== null &&
        certified === null &&
        signatures.some((each) => isSignedBy(own.value, signed, each));
      return Promise.resolve(isOurs ? statementOf(candidate, claim) : null);
    },
  };
}

async function keylessRecorder(
  { signingConfig, trustedRoot }: RecordKeys,
  parts: RecorderParts,
  purpose: 'write' | 'check',
): Promise<Recorder> {
  const { env, ask, clock, newKey, sources, run, onSecret } = parts;
  const problems: Problem[] = [];
  const services =
    signingConfig === undefined
      ? PUBLIC_GOOD
      : await read(signingConfig, sources, problems, (bytes) => parseSigningConfig(bytes, clock.now()));
  const token = tokenOf(env, ask, onSecret);
  if (token === null && purpose === 'write') problems.push({ what: NO_TOKEN, hint: TOKEN_HINT });
  const roots = trustedRoot === undefined ? null : await read(trustedRoot, sources, problems, parseRoot);
  const owner = token === null ? ownerOfJob(env) : ownerOf(claimsOf(await token()));
  if (owner === null)
    problems.push({ what: 'nobody can tell who signs the records of this job', hint: TOKEN_HINT });
  if (problems.length > 0 || services === null || owner === null) throw wrong(...problems);
  const prover = lazily(async () => {
    const [{ createProver }, root] = await Promise.all([import('./sigstore.js'), roots ?? sources.root()]);
    return createProver([root]);
  });
  const sign = keylessSigner({ services, ask, clock, newKey, token: token ?? missing });
  const proved = async (candidate: Candidate): Promise<Statement | null> => {
    const claim = claimOf(candidate);
    if (claim?.certified == null || claim.signed === null) return null;
    const prove = await prover();
    try {
      const signer = signerOf(certificateFacts(prove(claim, null)), claim.predicateType);
      return isOwner(owner, signer) ? statementOf(candidate, claim) : null;
    } catch {
      return null; // not proved, so it is nobody's
    }
  };
  return {
    run,
    read: proved,
    async sign(statement) {
      const bytes = await sign(statement);
      // What the services gave is held to the root, as everybody who reads it will: chain, certificate log, log, time.
      if ((await proved({ name: 'the new record', content: { kind: 'bundle', bytes } })) !== null)
        return bytes;
      throw new OperationError(
        'mismatch',
        `the trusted root does not prove what ${services.fulcio.host} and its log gave; see trusted_root and signing_config`,
      );
    },
  };
}

const NO_TOKEN = 'record: keyless needs the OIDC token of the job, and there is none';
const TOKEN_HINT =
  'give the job "permissions: id-token: write" on GitHub, set SIGSTORE_ID_TOKEN elsewhere, or sign with a key (record: { key: env://NAME })';

const missing = (): never => {
  throw new Error('a record is signed in a run that only checks them');
};

function wrong(...problems: readonly Problem[]): UserError {
  return new UserError(problems);
}

function lazily<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}

/** What a file of the workspace says; null when it says nothing that can be used, which is in `problems`. */
async function read<T>(
  { path, origin }: NonNullable<Config['signingConfig']>,
  sources: TrustSources,
  problems: Problem[],
  parse: (
    bytes: Uint8Array,
  ) =>
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly what: string; readonly hint: string },
): Promise<T | null> {
  const location: Location = origin.at();
  const bytes = await sources.file(path);
  const parsed =
    bytes === null
      ? { ok: false as const, what: 'there is no such file', hint: 'commit it, or correct the path' }
      : parse(bytes);
  if (parsed.ok) return parsed.value;
  problems.push({ location, what: `${path} cannot be used: ${parsed.what}`, hint: parsed.hint });
  return null;
}

function parseRoot(bytes: Uint8Array) {
  const root = parseJson(bytes);
  return isObject(root)
    ? ({ ok: true, value: root } as const)
    : ({
        ok: false,
        what: 'it is no JSON object',
        hint: 'give the trusted_root.json of your Sigstore',
      } as const);
}

function claimOf(candidate: Candidate): Claim | null {
  try {
    return readClaim(candidate);
  } catch {
    return null; // nothing that anybody signed
  }
}

/** The statement in a bundle's envelope, as long as it is what was signed. */
function statementOf({ content }: Candidate, claim: Claim | null): Statement | null {
  if (content.kind !== 'bundle' || claim?.signed == null) return null;
  const payload = Buffer.from(textAt(parseJson(content.bytes), 'dsseEnvelope', 'payload') ?? '', 'base64');
  const statement = Buffer.from(claim.signed).equals(preAuthEncoding(IN_TOTO, payload))
    ? parseJson(payload)
    : null;
  if (!isObject(statement) || !Array.isArray(statement['subject'])) return null;
  return statement as unknown as Statement;
}

// Whose records count. A tag is written by one workflow and checked by another, so of GitHub and GitLab it is the repository.

interface Owner {
  readonly issuer: string;
  /** web address of the repository without its host on GitHub, as in the certificate; null: the subject decides */
  readonly repository: string | null;
  readonly subject: string | null;
}

const GITHUB = 'https://token.actions.githubusercontent.com';

function ownerOf(claims: unknown): Owner | null {
  const issuer = textAt(claims, 'iss');
  if (issuer === null) return null;
  const path = textAt(claims, 'project_path');
  const repository = textAt(claims, 'repository') ?? (path === null ? null : `${issuer}/${path}`);
  return { issuer, repository, subject: textAt(claims, 'email') ?? textAt(claims, 'sub') };
}

/** A job without a token can check records all the same. */
function ownerOfJob(env: Environment): Owner | null {
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  return repository === '' ? null : { issuer: GITHUB, repository, subject: null };
}

function isOwner({ issuer, repository, subject }: Owner, signer: Signer): boolean {
  if (signer.identity?.issuer !== issuer) return false;
  return repository === null ? signer.identity.subject === subject : signer.repository === repository;
}
