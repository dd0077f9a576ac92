/**
 * Signatures and attestations of an image, read for verification: cosign's tags (specs/SIGNATURE_SPEC.md) and what refers to
 * the image (distribution-spec "Listing Referrers"). They come one after another, the likeliest first, so that whoever has
 * found what it needs stops before the rest is read.
 */
import { OperationError } from '../errors.js';
import { cosignTags } from '../oci/digest.js';
import { type Descriptor, type Manifest, parseManifest } from '../oci/manifest.js';
import { type DigestRef, formatReference, formatRepository, type ImageRef } from '../oci/reference.js';
import type { Candidate, CandidateNeed, Registry } from '../ports.js';
import { pool } from '../shared/concurrency.js';
import { COSIGN_SIGN } from '../trust/model.js';
import type { Reader } from './read.js';
import type { Referrers } from './referrers.js';
import { OverBudget } from './tree.js';

/** As many as a list of referrers may have (referrers.ts). */
const MAX_CANDIDATES = 1_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** The first candidate alone is nearly always the right one; where there are many, waiting for each would take minutes. */
const ONE_BY_ONE = 2;
const LANES = 8;

const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v\d+\.\d+)?\+json(?:;.*)?$/;
const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
const DSSE_ENVELOPE = 'application/vnd.dsse.envelope.v1+json';
const NEVER_COUNT: ReadonlyMap<string, string> = new Map([
  ['application/jose+json', 'a Notation signature, which Retag does not verify'],
  ['application/cose', 'a Notation signature, which Retag does not verify'],
  ['application/vnd.in-toto+json', 'a statement without a signature'],
]);

type Stage = 'referrers' | 'tags';

/** Where candidates are read; what was found where in a repository decides what is asked first for its next image. */
export function createCandidates(reader: Reader, referrers: Referrers): Registry['candidates'] {
  const found = new Map<string, Stage>();
  return async function* (image, need) {
    const repository = formatRepository(image);
    const budget: Budget = { candidates: MAX_CANDIDATES, bytes: MAX_BYTES };
    const stages: readonly Stage[] =
      found.get(repository) === 'tags' ? ['tags', 'referrers'] : ['referrers', 'tags'];
    for (const stage of stages) {
      const refs = stage === 'tags' ? tagsOf(image, need) : await listed(referrers, image, need);
      for await (const candidates of opened(reader, image, refs, budget)) {
        for (const candidate of candidates) {
          let enough = true;
          try {
            yield candidate;
            enough = false;
          } finally {
            if (enough) found.set(repository, stage);
          }
        }
      }
    }
  };
}

interface Budget {
  candidates: number;
  bytes: number;
}

/** cosign binds by the name of the tag. */
function tagsOf({ registry, repository, digest }: DigestRef, need: CandidateNeed): readonly ImageRef[] {
  const [signature, attestation] = cosignTags(digest);
  return [need.signature ? signature : undefined, need.predicateTypes.length > 0 ? attestation : undefined]
    .filter((tag) => tag !== undefined)
    .map((tag) => ({ registry, repository, tag }));
}

/** Referrers, those first that say they are what is looked for: their word orders the list, and decides nothing. */
async function listed(
  referrers: Referrers,
  { registry, repository, digest }: DigestRef,
  need: CandidateNeed,
): Promise<readonly ImageRef[]> {
  const entries = await referrers.list({ registry, repository }, digest);
  const rank = ({ annotations, raw }: Descriptor): number => {
    const type = annotations.get('dev.sigstore.bundle.predicateType');
    if (type !== undefined && need.predicateTypes.includes(type)) return 0;
    if (type === COSIGN_SIGN) return need.signature ? 0 : 3;
    if (type !== undefined) return 2;
    return BUNDLE.test(String(raw['artifactType'])) ? 1 : 2;
  };
  return [...entries]
    .sort((a, b) => rank(a) - rank(b))
    .map((entry) => ({ registry, repository, digest: entry.digest }));
}

async function* opened(
  reader: Reader,
  image: DigestRef,
  refs: readonly ImageRef[],
  budget: Budget,
): AsyncGenerator<readonly Candidate[]> {
  for (let at = 0; at < refs.length;) {
    const batch = refs.slice(at, at + (at < ONE_BY_ONE ? 1 : LANES));
    at += batch.length;
    const read = await pool(batch, LANES, (ref) => open(reader, image, ref, budget));
    for (const candidates of read) yield candidates;
  }
}

/** What one manifest holds; what another run may read better ends this one. */
async function open(
  reader: Reader,
  image: DigestRef,
  ref: ImageRef,
  budget: Budget,
): Promise<readonly Candidate[]> {
  const name = 'tag' in ref ? ref.tag : ref.digest;
  try {
    const manifest = await reader.manifest(ref);
    return await contentsOf(reader, image, ref, manifest, budget);
  } catch (error) {
    if (error instanceof OverBudget) throw error;
    if (!(error instanceof OperationError) || TRANSIENT.includes(error.code)) throw error;
    if ('tag' in ref && error.code === 'absent') return [];
    return [other(name, error.message)];
  }
}

const TRANSIENT = ['unavailable', 'timeout', 'cancelled', 'denied'];

async function contentsOf(
  reader: Reader,
  image: DigestRef,
  ref: ImageRef,
  manifest: Manifest,
  budget: Budget,
): Promise<readonly Candidate[]> {
  const name = 'tag' in ref ? ref.tag : ref.digest;
  const parsed = parseManifest(manifest, formatReference(ref));
  const subject = parsed.subject?.digest ?? null;
  if (subject === null ? !('tag' in ref) : subject !== image.digest)
    return [other(name, `it refers to ${subject ?? 'no image'}, although it is listed for this one`)];
  if (parsed.kind === 'index') return [other(name, 'an index, which holds no signature')];
  const layers = parsed.layers.filter(({ mediaType }) => kindOf(mediaType) !== null);
  const [first] = parsed.layers;
  if (layers.length === 0) {
    const known = NEVER_COUNT.get(first?.mediaType ?? '');
    return [
      other(
        name,
        known ?? `its content is "${(first?.mediaType ?? '').slice(0, 80)}", which holds no signature`,
      ),
    ];
  }
  const candidates: Candidate[] = [];
  for (const layer of layers) {
    budget.candidates -= 1;
    budget.bytes -= layer.size;
    if (budget.candidates < 0 || budget.bytes < 0) throw tooMany(image);
    candidates.push(await layerOf(reader, image, name, layer));
  }
  return candidates;
}

async function layerOf(
  reader: Reader,
  image: DigestRef,
  name: string,
  layer: Descriptor,
): Promise<Candidate> {
  const kind = kindOf(layer.mediaType) ?? 'bundle';
  try {
    const bytes = await reader.blob(image, layer, 'signature');
    return {
      name,
      content: kind === 'bundle' ? { kind, bytes } : { kind, bytes, annotations: layer.annotations },
    };
  } catch (error) {
    if (!(error instanceof OperationError) || TRANSIENT.includes(error.code)) throw error;
    return other(name, error.message);
  }
}

function kindOf(mediaType: string): 'bundle' | 'signature' | 'attestation' | null {
  if (mediaType === SIMPLE_SIGNING) return 'signature';
  if (mediaType === DSSE_ENVELOPE) return 'attestation';
  return BUNDLE.test(mediaType) ? 'bundle' : null;
}

function other(name: string, why: string): Candidate {
  return { name, content: { kind: 'other', why } };
}

function tooMany(image: DigestRef): OperationError {
  return new OverBudget(
    'mismatch',
    `${formatReference(image)}: more than ${MAX_CANDIDATES} signatures or ${MAX_BYTES / 1024 / 1024} MiB of them are attached; remove what nobody needs`,
  );
}
