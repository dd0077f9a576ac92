/** The cells of the trust matrix: each format in which signatures lie in registries, with each way in which they can be wrong. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

import { type BundleVersion } from '../../testing/sigstore/attach.js';
import { createSigstore, type Identity, type Sigstore, workflow } from '../../testing/sigstore/instance.js';
import {
  type Content,
  COSIGN_SIGN,
  sign,
  type Signature,
  simpleSigning,
  SLSA_PROVENANCE,
  statement,
} from '../../testing/sigstore/sign.js';

export interface Format {
  readonly name: string;
  /** the part of the repository by which a rule finds its images */
  readonly path: string;
  readonly holds: 'tag' | BundleVersion;
  readonly what: 'signature' | 'attestation';
  readonly by: 'key' | 'certificate' | 'github';
}

export const FORMATS: readonly Format[] = [
  { name: '.sig by key', path: 'sig-key', holds: 'tag', what: 'signature', by: 'key' },
  { name: '.sig keyless', path: 'sig-keyless', holds: 'tag', what: 'signature', by: 'certificate' },
  { name: '.att by key', path: 'att-key', holds: 'tag', what: 'attestation', by: 'key' },
  { name: '.att keyless', path: 'att-keyless', holds: 'tag', what: 'attestation', by: 'certificate' },
  { name: 'bundle 0.1 keyless', path: 'b01', holds: '0.1', what: 'attestation', by: 'certificate' },
  { name: 'bundle 0.2 keyless', path: 'b02', holds: '0.2', what: 'attestation', by: 'certificate' },
  { name: 'bundle 0.3 by key', path: 'b03-key', holds: '0.3', what: 'attestation', by: 'key' },
  { name: 'bundle 0.3 keyless', path: 'b03', holds: '0.3', what: 'attestation', by: 'certificate' },
  { name: 'bundle 0.3, cosign sign', path: 'b03-sign', holds: '0.3', what: 'signature', by: 'certificate' },
  { name: 'bundle 0.3, GitHub', path: 'github', holds: '0.3', what: 'attestation', by: 'github' },
];

const keys = () => {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { publicKey: pair.publicKey, privateKey: createPrivateKey(pair.privateKey) };
};

/** Who signs, in all cells: a workflow of a Sigstore of its own, and a key. */
export interface Signers {
  readonly sigstore: Sigstore;
  readonly identity: Identity;
  readonly key: ReturnType<typeof keys>;
  readonly otherKey: ReturnType<typeof keys>;
}

export async function createSigners(): Promise<Signers> {
  return { sigstore: await createSigstore(), identity: workflow(), key: keys(), otherKey: keys() };
}

/** What is signed about an image. */
export interface Subject {
  readonly digest: string;
  /** of one of its platforms */
  readonly platform: string;
  readonly name: string;
}

/** How a signature is wrong, and for which formats there is such a wrong. */
export interface Manipulation {
  readonly name: string;
  /** is the right verdict a yes? */
  readonly good?: true;
  applies(format: Format): boolean;
  make(format: Format, subject: Subject, signers: Signers): Promise<readonly Signature[]>;
}

const OTHER_PREDICATE = 'https://example.org/other/v1';

function contentFor({ what, holds }: Format, digest: string, name: string, predicate?: string): Content {
  if (what === 'attestation')
    return statement(digest, predicate ?? SLSA_PROVENANCE, { builder: { id: 'test' } });
  if (predicate !== undefined) return statement(digest, predicate);
  return holds === 'tag' ? simpleSigning(digest, name) : statement(digest, COSIGN_SIGN);
}

type Change = Partial<{
  identity: Identity;
  sct: false;
  later: number;
  digest: string;
  predicate: string;
  otherKey: true;
}>;

async function make(
  format: Format,
  subject: Subject,
  signers: Signers,
  change: Change = {},
): Promise<Signature> {
  const content = contentFor(format, change.digest ?? subject.digest, subject.name, change.predicate);
  if (format.by === 'key')
    return sign(content, { key: (change.otherKey ? signers.otherKey : signers.key).privateKey });
  const { sigstore, identity } = signers;
  return sign(content, {
    sigstore,
    identity: change.identity ?? identity,
    ...(change.sct === false ? { sct: false } : {}),
    ...(change.later === undefined ? {} : { later: change.later }),
  });
}

const flipped = (bytes: Buffer, at = bytes.length - 3): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const always = (): boolean => true;
const keyless = ({ by }: Format): boolean => by !== 'key';
/** A signature that was right, with one part changed. */
const changed =
  (change: (signature: Signature, other: Signature) => Signature): Manipulation['make'] =>
  async (format, subject, signers) => {
    const right = await make(format, subject, signers);
    return [change(right, await make(format, subject, signers, { otherKey: true }))];
  };
/** A right signature of something else. */
const instead =
  (change: (subject: Subject, signers: Signers) => Change): Manipulation['make'] =>
  async (format, subject, signers) => [await make(format, subject, signers, change(subject, signers))];
const signedBy = (identity: (own: Identity) => Identity): Manipulation['make'] =>
  instead((_subject, signers) => ({ identity: identity(signers.identity) }));

/** Changes the end of what a rule compares: the whole subject, or the workflow's path, which GitHub's rule asks for beside the ref. */
const signedAs =
  (change: (text: string) => string): Manipulation['make'] =>
  (format, subject, signers) =>
    signedBy((own) => {
      const [path = '', ref = ''] = own.subject.split('@');
      return { ...own, subject: format.by === 'github' ? `${change(path)}@${ref}` : change(own.subject) };
    })(format, subject, signers);

const OTHER_DIGEST = `sha256:${'7'.repeat(64)}`;

export const MANIPULATIONS: readonly Manipulation[] = [
  { name: 'valid', good: true, applies: always, make: instead(() => ({})) },
  {
    name: 'other key',
    applies: always,
    make: (format, subject, signers) =>
      format.by === 'key'
        ? instead(() => ({ otherKey: true }))(format, subject, signers)
        : changed((right, other) => ({ ...right, signature: other.signature }))(format, subject, signers),
  },
  {
    name: 'identity short by a letter',
    applies: keyless,
    make: signedAs((text) => text.slice(0, -1)),
  },
  {
    name: 'identity with a suffix',
    applies: keyless,
    make: signedAs((text) => `${text}2`),
  },
  {
    name: 'other issuer',
    applies: keyless,
    make: signedBy((own) => ({ ...own, claims: { ...own.claims, iss: 'https://token.example.org' } })),
  },
  {
    name: 'other repository',
    applies: keyless,
    // GitHub's rule asks for the repository that ran the workflow, wherever the workflow is from.
    make: (format, subject, signers) =>
      signedBy((own) =>
        format.by === 'github'
          ? { ...own, claims: { ...own.claims, repository: 'stranger/app' } }
          : workflow({ repository: 'stranger/app' }),
      )(format, subject, signers),
  },
  { name: 'other workflow', applies: keyless, make: signedBy(() => workflow({ file: 'ci.yml' })) },
  { name: 'replayed onto another digest', applies: always, make: instead(() => ({ digest: OTHER_DIGEST })) },
  {
    name: 'replayed from a platform',
    applies: always,
    make: instead(({ platform }) => ({ digest: platform })),
  },
  {
    name: 'payload changed',
    applies: always,
    make: changed((right) => ({
      ...right,
      content: { ...right.content, bytes: Buffer.concat([right.content.bytes, Buffer.from(' ')]) },
    })),
  },
  {
    name: 'certificate changed',
    applies: keyless,
    make: changed((right) => ({
      ...right,
      certificates: [flipped(right.certificates[0] as Buffer), ...right.certificates.slice(1)],
    })),
  },
  {
    name: 'promise of the log changed',
    applies: keyless,
    make: changed((right) => ({
      ...right,
      entry: right.entry && { ...right.entry, promise: flipped(right.entry.promise as Buffer) },
    })),
  },
  { name: 'without SCT', applies: keyless, make: instead(() => ({ sct: false })) },
  {
    name: 'proof of another entry',
    applies: ({ holds, by }) => by !== 'key' && (holds === '0.2' || holds === '0.3'),
    make: changed((right, other) => ({
      ...right,
      entry: right.entry && other.entry && { ...right.entry, proof: other.entry.proof },
    })),
  },
  {
    name: 'log entry of another signature',
    applies: keyless,
    make: changed((right, other) => ({ ...right, entry: other.entry })),
  },
  { name: 'logged after the certificate ended', applies: keyless, make: instead(() => ({ later: 3_600 })) },
  { name: 'without log entry', applies: keyless, make: changed((right) => ({ ...right, entry: null })) },
  {
    name: 'other predicate',
    applies: ({ what, holds }) => what === 'attestation' || holds !== 'tag',
    make: instead(() => ({ predicate: OTHER_PREDICATE })),
  },
  { name: 'nothing attached', applies: always, make: () => Promise.resolve([]) },
  {
    // In a tag all of them are in one manifest, of which registries take 4 MiB.
    name: 'last of 999 (of 200 in a tag)',
    good: true,
    applies: ({ path }) => path === 'sig-keyless' || path === 'b03',
    make: async (format, subject, signers) => {
      const wrong = await make(format, subject, signers, { digest: OTHER_DIGEST });
      const others = Array.from({ length: format.holds === 'tag' ? 199 : 998 }, (_, at) => ({
        ...wrong,
        signature: Buffer.from(`none ${at}`),
      }));
      return [...others, await make(format, subject, signers)];
    },
  },
];
