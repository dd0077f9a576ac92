/** What a proved certificate says of its signer, and whether that is who an authority means. Pure. */
import { X509Certificate } from 'node:crypto';
import { matchPattern } from '../policy/pattern.js';
import { NoClaim } from './claim.js';
import type { Signer } from '../plan/model.js';
import type { Authority } from './rules.js';
import type { Proved } from './sigstore.js';

export interface CertificateFacts {
  /** the one subject alternative name: the address of a workflow with its ref, a mail address */
  readonly subject: string;
  readonly issuer: string;
  /** by the last number of the identifier 1.3.6.1.4.1.57264.1.N (Fulcio, docs/oid-info.md) */
  readonly extensions: ReadonlyMap<number, string>;
}

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const FULCIO = '1.3.6.1.4.1.57264.1.';

/** @throws NoClaim for a certificate that is not for signing, or has more than one name */
export function certificateFacts({ der, subject, issuer, extensions }: Proved): CertificateFacts {
  const certificate = new X509Certificate(der);
  // An authority of one's own may also issue certificates for servers and clients.
  if (!(certificate.keyUsage as readonly string[] | undefined)?.includes(CODE_SIGNING))
    throw new NoClaim('its certificate is not one for signing code');
  if (subject === '' || !['URI:', 'email:'].some((kind) => kind + subject === certificate.subjectAltName))
    throw new NoClaim('its certificate has not exactly one name that is an address or a mail address');
  const known = new Map<number, string>();
  for (const { id, value } of extensions) {
    if (!id.startsWith(FULCIO)) continue;
    const number = Number(id.slice(FULCIO.length));
    const text = number < FIRST_DER ? value.toString('utf8') : utf8String(value);
    if (text !== null) known.set(number, text);
  }
  return { subject, issuer, extensions: known };
}

/** The extensions before it hold text as it is, those from it on a DER string. */
const FIRST_DER = 8;

/** A DER UTF8String; null for anything else. */
function utf8String(der: Buffer): string | null {
  const [tag, first = 0] = der;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (tag !== 0x0c || lengthBytes > 2 || der.length < 2 + lengthBytes) return null;
  const length = lengthBytes === 0 ? first : der.readUIntBE(2, lengthBytes);
  return der.length === 2 + lengthBytes + length ? der.toString('utf8', 2 + lengthBytes) : null;
}

const GITHUB = 'https://github.com/';
const ACTIONS_ISSUER = 'https://token.actions.githubusercontent.com';

/** The extensions of a source, and those that older certificates have in their place (Fulcio, docs/oid-info.md). */
const repositoryOf = ({ extensions }: CertificateFacts): string | null =>
  extensions.get(12)?.replace(GITHUB, '') ?? extensions.get(5) ?? null;
const refOf = ({ extensions }: CertificateFacts): string | null =>
  extensions.get(14) ?? extensions.get(6) ?? null;
const commitOf = ({ extensions }: CertificateFacts): string | null =>
  extensions.get(13) ?? extensions.get(3) ?? null;

/** The signer for the plan and the report. */
export function signerOf(facts: CertificateFacts, predicateType: string | null): Signer {
  const { subject, issuer } = facts;
  const workflow = subject.startsWith(GITHUB) ? subject.slice(GITHUB.length).replace(/@.*$/s, '') : null;
  return {
    identity: { subject, issuer },
    key: null,
    repository: repositoryOf(facts),
    commit: commitOf(facts),
    workflow,
    ref: refOf(facts),
    predicateType,
  };
}

/** Why a certificate's signer is not who the authority means; null when it is. */
export function whyNot(
  facts: CertificateFacts,
  { config: { github }, identities, ref }: Authority,
): string | null {
  const { subject, issuer } = facts;
  const who = `it is signed by ${subject} (${issuer})`;
  if (identities !== null) {
    const known = identities.some(
      (each) => matchPattern(each.issuer, issuer) !== null && matchPattern(each.subject, subject) !== null,
    );
    return known ? null : who;
  }
  if (github === undefined || issuer !== ACTIONS_ISSUER) return who;
  const repository = repositoryOf(facts) ?? 'no repository';
  if (!sameName(repository, github.repository)) return `it was built from ${repository}`;
  if (!isWorkflow(subject, github)) return who;
  const built = refOf(facts);
  if (ref !== null && (built === null || matchPattern(ref, built) === null))
    return `it was built for ${built ?? 'no git ref'}`;
  return null;
}

/** The workflow that signed: the named one, or any of the repository, as `gh attestation verify` does without `--signer-workflow`. */
function isWorkflow(
  subject: string,
  { repository, workflow }: { repository: string; workflow?: string },
): boolean {
  const end = subject.lastIndexOf('@');
  const [, owner, path] = /^https:\/\/github\.com\/([^/]+\/[^/]+)\/(.+)$/s.exec(subject.slice(0, end)) ?? [];
  if (end < 0 || owner === undefined || path === undefined) return false;
  if (workflow === undefined) return sameName(owner, repository);
  const [, from = repository, file = ''] = /^(?:([^./][^/]*\/[^/]+)\/)?(\.github\/.+)$/.exec(workflow) ?? [];
  return sameName(owner, from) && path === file;
}

/** GitHub does not tell upper from lower case in names of owners and repositories. */
function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
