import { OperationError } from '../errors.js';
import {
  type DigestRef,
  formatReference,
  formatRepository,
  type Repository,
  sameRepository,
} from '../oci/reference.js';
import type { AttachmentMode, Manifest } from '../oci/manifest.js';
import type { Registry, CopyReport } from '../ports.js';
import { pool } from '../shared/concurrency.js';
import { PROMOTION } from '../trust/model.js';
import { artifactOf } from './artifact.js';
import { type Attachment, createAttachments } from './attachments.js';
import { createBlobs, createContent, isForeign, type Tally } from './content.js';
import type { Reader } from './read.js';
import { createReferrers, type Referrers } from './referrers.js';
import type { Context } from './request.js';
import { readTree, type TreeNode } from './tree.js';

type Copy = (
  source: DigestRef,
  manifest: Manifest,
  destination: Repository,
  mode: AttachmentMode,
) => Promise<CopyReport>;

const LANES = 8;
const NOTHING = (): Tally => ({ manifests: 0 });

/**
 * Carries images between repositories: first everything is read that says what there is to carry, so that an incomplete
 * source is refused before any write, then blobs, then manifests from the inside out, then what is attached. The root
 * manifest stays out: writing it is what makes a tag.
 */
export function createCopy(
  context: Context,
  reader: Reader,
): { transfer: Copy; referrers: Referrers } & Pick<Registry, 'attach' | 'attached' | 'carry'> {
  const blobs = createBlobs(context);
  const referrers = createReferrers(context);
  const children = createContent(context, blobs, referrers);
  const attachments = createAttachments(context, reader, referrers, children);

  const findAttached = async (
    source: DigestRef,
    nodes: readonly TreeNode[],
    mode: AttachmentMode,
  ): Promise<readonly Attachment[]> => {
    if (mode === 'ignore') return [];
    const found = await attachments.find(
      source,
      nodes.map(({ manifest }) => manifest.digest),
    );
    if (mode === 'require' && found.every(isRecord)) {
      throw new OperationError(
        'absent',
        `${formatReference(source)}: no signature, attestation or SBOM is attached, but "attachments: require" asks for one; ` +
          'sign the source image, or set "attachments: copy"',
      );
    }
    const broken = found.find(({ problem }) => problem !== null)?.problem;
    if (mode === 'require' && broken) throw broken;
    return found;
  };

  /** Mounting never shows the bytes, so presence and size of the blobs are asked for beforehand. Streams show them anyway. */
  const checkMountable = async (
    source: Repository,
    destination: Repository,
    nodes: readonly TreeNode[],
  ): Promise<void> => {
    if (source.registry !== destination.registry) return;
    const needed = new Map(nodes.flatMap((node) => node.blobs).map((blob) => [blob.digest, blob] as const));
    const own = [...needed.values()].filter((blob) => !isForeign(blob) && blob.urls.length === 0);
    await pool(own, LANES, (blob) => blobs.check(source, blob));
  };

  const transfer: Copy = async (source, manifest, destination, mode) => {
    const here = sameRepository(source, destination);
    if (here && mode !== 'require') return report([], 0);
    const nodes = await readTree(reader, source, manifest);
    const found = await findAttached(source, nodes, mode);
    if (here) return report(found, found.length);
    const tally = NOTHING();
    await checkMountable(source, destination, nodes);
    await children.bring(source, destination, nodes.slice(0, -1), tally);
    const root = nodes.at(-1);
    if (root) await children.bringParts(source, destination, root);
    const carried = await attachments.carry(source, destination, found, tally, mode === 'require');
    return report(found, carried);
  };
  const findOn = async (image: DigestRef, manifest: Manifest): Promise<readonly Attachment[]> =>
    findAttached(image, await readTree(reader, image, manifest), 'copy');

  return {
    referrers,
    async attach({ registry, repository }, subject, artifact) {
      const destination = { registry, repository };
      const { manifest, parsed, parts } = artifactOf(subject, artifact);
      await pool(parts, LANES, ({ bytes, blob }) => blobs.ensure(bytes, destination, blob));
      const node = { manifest, parsed, children: [], blobs: parts.map(({ blob }) => blob) };
      await children.bring(destination, destination, [node], NOTHING());
    },
    attached: async (image, manifest) => {
      const found = await findOn(image, manifest);
      return found.filter((each) => !isRecord(each)).length;
    },
    async carry(source, manifest, destination, mode) {
      const tally = NOTHING();
      try {
        const found = await findOn(source, manifest);
        const carried = await attachments.carry(source, destination, found, tally, mode === 'require');
        return { found: found.length, carried, written: tally.manifests };
      } catch (error) {
        throw named(error, destination);
      }
    },
    async transfer(source, manifest, destination, mode) {
      try {
        return await transfer(source, manifest, destination, mode);
      } catch (error) {
        throw named(error, destination);
      }
    },
  };
}

/** A record says that a tag was written, not that anybody signed the image: it is carried, and meets no condition. */
function isRecord({ nodes }: Attachment): boolean {
  const { annotations } = nodes?.at(-1)?.parsed ?? {};
  return annotations?.get('dev.sigstore.bundle.predicateType') === PROMOTION;
}

/** The error of a part names that part; this adds where all of it was to go. */
function named(error: unknown, destination: Repository): unknown {
  if (!(error instanceof OperationError)) return error;
  return error.within(`copying to ${formatRepository(destination)} stopped: `);
}

function report(found: readonly Attachment[], carried: number): CopyReport {
  return { attachmentsFound: found.length, attachmentsCarried: carried };
}
