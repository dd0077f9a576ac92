import { OperationError } from '../errors.js';
import type { TagState, Registry } from '../ports.js';
import { type Manifest, parseManifest } from '../oci/manifest.js';
import { formatReference, formatRepository, type TagRef } from '../oci/reference.js';
import { look, headByBody } from './head.js';
import { readImage } from './image.js';
import type { Transport } from './http/types.js';
import { once } from '../shared/concurrency.js';
import { PartUnknown, putByDigest, putTag } from './put.js';
import { createReader } from './read.js';
import { listRepositories, listTags } from './tags.js';
import { createCandidates } from './candidates.js';
import { createCopy } from './copy.js';
import type { Context } from './request.js';
import { checkCopyable } from './tree.js';

/** Time, chance and the log; none of them is taken from the surroundings. */
type RegistryOptions = Omit<Context, 'transport'>;

/** The one door to container registries: the operations of ports.ts on a transport. */
export function createRegistry(transport: Transport, options: RegistryOptions): Registry {
  const context: Context = { transport, clock: options.clock, log: options.log };
  const reader = createReader(context);
  const { transfer, referrers, attach, attached, carry } = createCopy(context, reader);
  const candidates = createCandidates(reader, referrers);
  const looks = once<TagState>(false);
  const lists = once<readonly string[]>(false);
  /**
   * A manifest with a subject is made findable before its tag is written: a run that is stopped in between is
   * completed by the next, which would otherwise find the tag done. The fallback index may only name what exists.
   */
  const announce = async (ref: TagRef, manifest: Manifest): Promise<void> => {
    const parsed = parseManifest(manifest, formatReference(ref));
    if (parsed.subject === null) return;
    const byDigest = { registry: ref.registry, repository: ref.repository, digest: manifest.digest };
    const { subjectListed } = await putByDigest(context, byDigest, manifest);
    if (!subjectListed) await referrers.register(ref, { manifest, parsed });
  };
  return {
    head: (ref, absence) =>
      absence === 'unconfirmed'
        ? look(context, ref, absence)
        : looks.run(formatReference(ref), () => look(context, ref)),
    headFresh: (ref) => headByBody(context, ref),
    async manifest(ref) {
      const manifest = await reader.manifest(ref);
      await checkCopyable(reader, ref, manifest);
      return manifest;
    },
    inspect: (source, manifest, need) => readImage(reader, source, manifest, need),
    copyImage: transfer,
    attach,
    attached,
    carry,
    candidates,
    async put(ref, manifest, previous) {
      try {
        if ('digest' in ref) await putByDigest(context, ref, manifest);
        else {
          await announce(ref, manifest);
          await putTag(context, ref, manifest, previous);
        }
      } catch (error) {
        throw error instanceof PartUnknown ? error.refusal : error;
      } finally {
        // A look that began before the write must not answer one that is asked for after it.
        looks.forget(formatReference(ref));
      }
    },
    tagsAtOnce: (repository) =>
      listTags(context, repository, 1).then(
        (tags) => new Set(tags),
        (error: unknown) => {
          if (error instanceof OperationError) return null;
          throw error;
        },
      ),
    tags: (repository) => lists.run(formatRepository(repository), () => listTags(context, repository)),
    repositories: (registry) => lists.run(registry, () => listRepositories(context, registry)),
    usage: () => transport.usage(),
    close: () => transport.close(),
  };
}
