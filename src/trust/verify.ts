/**
 * Candidates → verdict. Every rule must hold for the very digest; one authority of a rule is enough. What is read comes one after
 * another, and reading ends when all rules hold. Every candidate that does not count has its reason.
 */
import { messageOf } from '../errors.js';
import type { Candidate, CandidateNeed } from '../ports.js';
import { certificateFacts, type CertificateFacts, signerOf, whyNot } from './certificate.js';
import { type Claim, NoClaim, readClaim } from './claim.js';
import { isSignedBy, type PublicKey } from './keys.js';
import type { Material } from './material.js';
import { SLSA_PROVENANCE } from './model.js';
import type { CandidateVerdict, RuleVerdict, Signer, TrustVerdict } from '../plan/model.js';
import type { Authority, CompiledRule } from './rules.js';
import type { Prover } from './sigstore.js';

/** One manifest, or an index, and what is attached to it. */
export interface VerifiedImage {
  readonly digest: string;
  candidates(need: CandidateNeed): AsyncIterable<Candidate>;
  /** the bytes of the manifest; asked only for a signature of these bytes */
  manifest(): Promise<Uint8Array>;
  /** of an index, the images of its platforms; asked only for rules with `platforms: each` that the index does not meet */
  platforms(): Promise<readonly VerifiedImage[]>;
}

/** @throws OperationError when a registry or a root gives no clear answer: then nothing is known */
export async function verifyImage(
  image: VerifiedImage,
  rules: readonly CompiledRule[],
  material: Material,
): Promise<TrustVerdict> {
  const states = rules.map(stateOf);
  for await (const candidate of image.candidates(needOf(rules))) {
    const judge = judgeOf(candidate, image, material);
    for (const state of states.filter(({ met }) => met === undefined))
      await consider(state, candidate, judge);
    if (states.every(({ met }) => met !== undefined)) break;
  }
  const verdicts: RuleVerdict[] = [];
  for (const state of states) {
    const verdict = verdictOf(state, image);
    const each = state.compiled.rule.eachPlatform && !verdict.holds;
    verdicts.push(each ? await eachPlatform(verdict, state.compiled, image, material) : verdict);
  }
  return { holds: verdicts.every(({ holds }) => holds), rules: verdicts };
}

async function eachPlatform(
  whole: RuleVerdict,
  rule: CompiledRule,
  image: VerifiedImage,
  material: Material,
): Promise<RuleVerdict> {
  const signers: Signer[] = [];
  const platforms = await image.platforms();
  if (platforms.length === 0) return whole;
  for (const platform of platforms) {
    const { rules } = await verifyImage(
      { ...platform, platforms: () => Promise.resolve([]) },
      [rule],
      material,
    );
    const [verdict = whole] = rules;
    if (!verdict.holds) {
      const why = `${whole.why}; and of its platforms, ${verdict.why}`;
      return { ...whole, candidates: [...whole.candidates, ...verdict.candidates], why };
    }
    signers.push(...verdict.signers.filter((signer) => !signers.some((other) => same(signer, other))));
  }
  return { ...whole, holds: true, signers, why: '' };
}

const same = (a: Signer, b: Signer): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What all rules together want to see. */
function needOf(rules: readonly CompiledRule[]): CandidateNeed {
  const wanted = rules.flatMap(({ authorities }) => authorities.map(typesOf));
  return {
    signature: wanted.some((types) => types === null),
    predicateTypes: [...new Set(wanted.flatMap((types) => types ?? []))],
  };
}

/** The predicate types that an authority must have signed; null: a signature. */
function typesOf({ config: { attestations, github } }: Authority): readonly string[] | null {
  if (attestations.length > 0) return attestations;
  return github === undefined ? null : [SLSA_PROVENANCE];
}

/** What was found for one rule so far. */
interface State {
  readonly compiled: CompiledRule;
  /** for each authority, its signers by predicate type; a signature is under the empty text */
  readonly found: readonly Map<string, Signer>[];
  readonly candidates: CandidateVerdict[];
  /** the authority that is enough; undefined: none yet */
  met: number | undefined;
}

function stateOf(compiled: CompiledRule): State {
  return { compiled, found: compiled.authorities.map(() => new Map()), candidates: [], met: undefined };
}

type Judge = (authority: Authority) => Promise<Signer>;

async function consider(state: State, { name }: Candidate, judge: Judge): Promise<void> {
  const whys = new Set<string>();
  let counted: Signer | null = null;
  for (const [index, authority] of state.compiled.authorities.entries()) {
    try {
      const signer = await judge(authority);
      const found = state.found[index];
      found?.set(signer.predicateType ?? '', signer);
      counted = signer;
      if ((typesOf(authority) ?? ['']).every((type) => found?.has(type))) state.met ??= index;
    } catch (error) {
      if (!(error instanceof NoClaim)) throw error;
      whys.add(error.message);
    }
  }
  state.candidates.push(
    counted === null
      ? { name, counts: false, why: [...whys].join(', or ') }
      : { name, counts: true, signer: counted },
  );
}

/** Judges one candidate for any authority; what all of them need is done once. */
function judgeOf(candidate: Candidate, image: VerifiedImage, material: Material): Judge {
  let claim: Claim | NoClaim | undefined;
  let proved: Promise<CertificateFacts> | undefined;
  const proof = async (about: Claim): Promise<CertificateFacts> => {
    const prover = await material.prover();
    return prove(prover, about, about.signed === null ? await image.manifest() : null);
  };
  return async (authority) => {
    claim ??= claimFor(candidate, image.digest);
    if (claim instanceof NoClaim) throw claim;
    checkKind(claim, authority);
    const { key } = authority.config;
    if (key !== undefined) return byKey(claim, material.keyOf(authority), image);
    if (claim.certified === null)
      throw new NoClaim('it is signed with a key, and the rule asks for a certificate');
    const facts = await (proved ??= proof(claim));
    const why = whyNot(facts, authority);
    if (why !== null) throw new NoClaim(why);
    return signerOf(facts, claim.predicateType);
  };
}

/** @throws NoClaim for whatever the library has against it */
function prove(prover: Prover, claim: Claim, artifact: Uint8Array | null): CertificateFacts {
  try {
    return certificateFacts(prover(claim, artifact));
  } catch (error) {
    if (error instanceof NoClaim) throw error;
    throw new NoClaim(`it is not proved: ${messageOf(error).slice(0, 200)}`);
  }
}

function claimFor(candidate: Candidate, digest: string): Claim | NoClaim {
  try {
    const claim = readClaim(candidate);
    if (claim.digests.includes(digest)) return claim;
    return new NoClaim(`it is about ${claim.digests[0]?.slice(0, 80) ?? 'no digest'}, not about this image`);
  } catch (error) {
    if (error instanceof NoClaim) return error;
    throw error;
  }
}

/** An attestation is no signature where one is asked for, nor the other way round. */
function checkKind({ kind, predicateType }: Claim, authority: Authority): void {
  const types = typesOf(authority);
  const is =
    kind === 'signature' ? 'a signature' : `an attestation of type ${predicateType?.slice(0, 120) ?? ''}`;
  if (types === null && kind !== 'signature')
    throw new NoClaim(`it is ${is}, and the rule asks for a signature`);
  if (types !== null && (predicateType === null || !types.includes(predicateType)))
    throw new NoClaim(`it is ${is}, and the rule asks for ${types.join(' and ')}`);
}

/** The key hint of a bundle is the signer's word: only the trusted key is tried. */
async function byKey(claim: Claim, key: PublicKey, image: VerifiedImage): Promise<Signer> {
  if (claim.certified !== null)
    throw new NoClaim('it is signed with a certificate, and the rule asks for a key');
  const bytes = claim.signed ?? (await image.manifest());
  if (!claim.signatures.some((signature) => isSignedBy(key, bytes, signature)))
    throw new NoClaim(`it is not signed with the key ${key.id.slice(0, 19)}`);
  const { predicateType } = claim;
  return {
    identity: null,
    key: key.id,
    repository: null,
    commit: null,
    workflow: null,
    ref: null,
    predicateType,
  };
}

function verdictOf({ compiled, found, candidates, met }: State, { digest }: VerifiedImage): RuleVerdict {
  const { rule, label } = compiled;
  const signers = met === undefined ? [] : [...(found[met]?.values() ?? [])];
  const holds = met !== undefined;
  return {
    rule,
    label,
    holds,
    signers,
    candidates,
    why: holds ? '' : whyOf(compiled, found, candidates, digest),
  };
}

/** Candidates that are named; the report has all of them. */
const MOST_NAMED = 5;

function whyOf(
  { authorities }: CompiledRule,
  found: State['found'],
  candidates: readonly CandidateVerdict[],
  digest: string,
): string {
  const short = digest.slice(0, 19);
  const partly = authorities.flatMap((authority, index) => {
    const missing = (typesOf(authority) ?? []).filter((type) => !found[index]?.has(type));
    return found[index]?.size === 0
      ? []
      : [`no attestation of type ${missing.join(' and ')} is attached to ${short}`];
  });
  if (partly[0] !== undefined) return partly[0];
  if (candidates.length === 0) return `nothing that is signed is attached to ${short}`;
  const named = candidates
    .slice(0, MOST_NAMED)
    .map((each) => `${shortName(each.name)}: ${each.counts ? 'counts' : each.why}`);
  const more = candidates.length > MOST_NAMED ? `; and ${candidates.length - MOST_NAMED} more` : '';
  return `nothing that is attached to ${short} counts: ${named.join('; ')}${more}`;
}

/** `sha256-0123456789ab….sig` and `sha256:0123456789ab…`, as far as people compare them. */
function shortName(name: string): string {
  return name.replace(/^(sha\d{3}[:-][0-9a-f]{12})[0-9a-f]+/, '$1');
}
