/** What is attached to an image: found at the source, proved by its own subject, carried without overwriting anything. */
import { OperationError } from '../errors.js';
import { cosignTags } from '../oci/digest.js';
import { type ParsedManifest, parseManifest } from '../oci/manifest.js';
import {
  formatReference,
  formatRepository,
  type ImageRef,
  type Repository,
  type TagRef,
} from '../oci/reference.js';
import type { TagState } from '../ports.js';
import { pool } from '../shared/concurrency.js';
import type { Content, Tally } from './content.js';
import { look, headByBody } from './head.js';
import { putTag } from './put.js';
import type { Reader } from './read.js';
import type { Referrers } from './referrers.js';
import { type Context, repeating } from './request.js';
import { type Budget, budgetFor, OverBudget, readTree, type TreeNode } from './tree.js';

/** A signature, attestation, SBOM or other artifact that belongs to a manifest, and all below it. */
export interface Attachment {
  /** where it is at the source: by tag for cosign's scheme, by digest for referrers */
  readonly ref: ImageRef;
  /** null when the source lists it but cannot give it; `problem` says why */
  readonly nodes: readonly TreeNode[] | null;
  readonly problem: OperationError | null;
}

/** Attached things of attached things (the signature of an SBOM) are followed this deep. */
const MAX_ROUNDS = 3;
const MAX_ATTACHMENTS = 1000;
/** Lists may name one thing several times: for an index and for its children. */
const MAX_CLAIMS = 4 * MAX_ATTACHMENTS;
const ATTACHMENT_LANES = 8;

interface Attachments {
  /**
   * Reads all that is attached to the manifests with these digests: three cosign tags and the referrers of each. A listed
   * referrer counts only if its own `subject` is the manifest; a tag of cosign's binds by its name, and may name no other subject.
   */
  find(source: Repository, digests: readonly string[]): Promise<readonly Attachment[]>;
  /**
   * Copies them. What cannot be carried is a warning, never an overwrite.
   * @param strict throw instead of warning
   * @returns how many are at the destination now
   */
  carry(
    source: Repository,
    destination: Repository,
    found: readonly Attachment[],
    tally: Tally,
    strict: boolean,
  ): Promise<number>;
}

/** What a source says is attached, and to which manifests it says so. Only the content can prove it. */
interface Claim {
  readonly ref: ImageRef;
  readonly to: readonly string[];
}

export function createAttachments(
  context: Context,
  reader: Reader,
  referrers: Referrers,
  children: Content,
): Attachments {
  const claimsFor = async (source: Repository, digest: string): Promise<readonly Claim[]> => {
    const { registry, repository } = source;
    const tags = await pool(
      cosignTags(digest),
      ATTACHMENT_LANES,
      async (tag): Promise<readonly ImageRef[]> => {
        const ref = { registry, repository, tag };
        const found = await lookTwice(context, ref);
        if (found.state === 'unknown') {
          throwUnlessSettled(found.error);
          context.log.warning(
            `whether ${formatReference(ref)} exists cannot be told: ${found.error.message}`,
          );
        }
        return found.state === 'present' ? [ref] : [];
      },
    );
    const listed = await referrers.list(source, digest);
    const refs = [...tags.flat(), ...listed.map((entry) => ({ registry, repository, digest: entry.digest }))];
    return refs.map((ref) => ({ ref, to: [digest] }));
  };

  /** A list is the word of whoever writes it. What the manifest itself names is what registries attach it to. */
  const open = async (source: Repository, { ref, to }: Claim, budget: Budget): Promise<Attachment | null> => {
    try {
      return await twice(async () => {
        const manifest = await reader.manifest(ref);
        const { subject } = parseManifest(manifest, formatReference(ref));
        const proved = subject === null ? 'tag' in ref : to.includes(subject.digest);
        if (!proved) return null;
        return { ref, nodes: await readTree(reader, source, manifest, undefined, budget), problem: null };
      });
    } catch (error) {
      if (error instanceof OverBudget) throw error;
      return { ref, nodes: null, problem: throwUnlessSettled(error) };
    }
  };

  const warnOfStrays = (strays: readonly Claim[]): void => {
    const [first] = strays;
    if (first === undefined) return;
    const more = strays.length === 1 ? '' : ` (and ${strays.length - 1} more like it)`;
    context.log.warning(
      `${formatReference(first.ref)} is listed as attached to ${first.to.join(', ')}, but its manifest names another ` +
        `subject or none; it is not copied and does not count${more}`,
    );
  };

  const carryOne = async (
    source: Repository,
    destination: Repository,
    { ref, nodes, problem }: Attachment,
    tally: Tally,
  ): Promise<void> => {
    if (nodes === null) throw problem ?? new Error('an attachment without content has no problem');
    const root = nodes.at(-1);
    // What is whole already is left alone: mounting its blobs again would be a write that changes nothing.
    if (root && (await isThere(context, destination, ref, root.manifest.digest))) {
      return 'tag' in ref ? undefined : referrers.register(destination, root);
    }
    if (!('tag' in ref) || !root) return children.bring(source, destination, nodes, tally);
    await children.bring(source, destination, nodes.slice(0, -1), tally);
    await children.bringParts(source, destination, root);
    const at = { ...repositoryOf(destination), tag: ref.tag };
    if (await writeOnce(context, reader, at, root)) tally.manifests++;
  };

  return {
    async find(source, digests) {
      const seen = new Set(digests);
      const found = new Map<string, Attachment>();
      const name = `${formatRepository(source)}: what is attached to the image has`;
      const budget = budgetFor(name, 'remove what nobody needs');
      let round = digests;
      let left = MAX_CLAIMS;
      const counted = async (digest: string): Promise<readonly Claim[]> => {
        const claims = await claimsFor(source, digest);
        if ((left -= claims.length) < 0) throw tooMany(source);
        return claims;
      };
      for (let depth = 1; depth <= MAX_ROUNDS && round.length > 0; depth++) {
        const claims = merged((await pool(round, ATTACHMENT_LANES, counted)).flat());
        const fresh = claims.filter(({ ref }) => !found.has(formatReference(ref)));
        if (found.size + fresh.length > MAX_ATTACHMENTS) throw tooMany(source);
        const answers = await pool(fresh, ATTACHMENT_LANES, (claim) => open(source, claim, budget));
        warnOfStrays(fresh.filter((_, at) => answers[at] === null));
        const opened = answers.filter((attachment) => attachment !== null);
        for (const attachment of opened) found.set(formatReference(attachment.ref), attachment);
        round = opened
          .flatMap(({ nodes }) => nodes?.at(-1)?.manifest.digest ?? [])
          .filter((digest) => !seen.has(digest));
        for (const digest of round) seen.add(digest);
      }
      return [...found.values()];
    },

    async carry(source, destination, found, tally, strict) {
      let carried = 0;
      await pool(found, ATTACHMENT_LANES, async (attachment) => {
        try {
          await twice(() => carryOne(source, destination, attachment, tally));
          carried++;
        } catch (error) {
          const settled = throwUnlessSettled(error);
          if (strict) throw settled;
          context.log.warning(
            `${formatReference(attachment.ref)} is not carried to ${formatRepository(destination)}: ${settled.message}`,
          );
        }
      });
      return carried;
    },
  };
}

/** Each thing once, with all that it claims to be attached to. */
function merged(claims: readonly Claim[]): readonly Claim[] {
  const byName = new Map<string, Claim>();
  for (const { ref, to } of claims) {
    const name = formatReference(ref);
    byName.set(name, { ref, to: [...(byName.get(name)?.to ?? []), ...to] });
  }
  return [...byName.values()];
}

/**
 * A tag of cosign's: written when absent, left when equal, and brought up to date when the source has all that is there and more:
 * cosign appends signatures as layers of one manifest. Any other content there is somebody's signature, which is never dropped.
 * @returns was it written?
 */
async function writeOnce(
  context: Context,
  reader: Reader,
  ref: TagRef,
  { manifest, parsed }: TreeNode,
): Promise<boolean> {
  const now = await headByBody(context, ref);
  if (now.state === 'unknown') throw now.error;
  if (now.state === 'absent') {
    await putTag(context, ref, manifest, null);
    return true;
  }
  if (now.digest === manifest.digest) return false;
  const there = await reader.manifest({ ...repositoryOf(ref), digest: now.digest });
  if (goesOn(parseManifest(there, formatReference(ref)), parsed)) {
    await putTag(context, ref, manifest, now.digest);
    return true;
  }
  throw new OperationError(
    'mismatch',
    `${formatReference(ref)} holds ${now.digest}, the source has ${manifest.digest}; it is not overwritten: ` +
      'compare the two and remove the one that is wrong',
  );
}

/** Has `after` every layer of `before`, as it is there, annotations (which hold cosign's signatures) included? */
function goesOn(before: ParsedManifest, after: ParsedManifest): boolean {
  if (before.kind !== 'image' || after.kind !== 'image' || before.layers.length === 0) return false;
  const layers = new Set(after.layers.map(({ raw }) => JSON.stringify(raw)));
  return before.layers.every(({ raw }) => layers.has(JSON.stringify(raw)));
}

/** A registry takes a manifest only when all below it is there, so the digest alone tells that nothing is missing. */
async function isThere(
  context: Context,
  { registry, repository }: Repository,
  ref: ImageRef,
  digest: string,
): Promise<boolean> {
  const at: ImageRef =
    'tag' in ref ? { registry, repository, tag: ref.tag } : { registry, repository, digest };
  const now = await look(context, at, 'unconfirmed');
  return now.state === 'present' && now.digest === digest;
}

/** A tag that cannot be told is asked for once more. */
async function lookTwice(context: Context, ref: TagRef): Promise<TagState> {
  const found = await headByBody(context, ref);
  return found.state === 'unknown' ? headByBody(repeating(context), ref) : found;
}

/** What is only warned about is tried twice: the next run finds the tag done and does not come back for it. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throwUnlessSettled(error);
    return work();
  }
}

/** Faults that another run may cure end this one; refusals can be reported and passed over. */
function throwUnlessSettled(error: unknown): OperationError {
  if (error instanceof OperationError && !['unavailable', 'timeout', 'cancelled'].includes(error.code))
    return error;
  throw error;
}

function tooMany(source: Repository): OperationError {
  return new OperationError(
    'mismatch',
    `${formatRepository(source)}: more than ${MAX_ATTACHMENTS} things are attached to the image; remove what nobody needs`,
  );
}

function repositoryOf({ registry, repository }: Repository): Repository {
  return { registry, repository };
}
