/** Several names for one build: the same digest in every repository, before any tag is written. */
import { OperationError, messageOf } from '../errors.js';
import type { AttachmentMode, Manifest, Registry } from '../ports.js';
import { formatRepository, sameRepository, type Repository } from '../reference.js';
import type { BuiltImage, Checked } from './model.js';

/**
 * The builder pushes to the first repository only; from there the image is copied by digest, bytes unchanged.
 * So one registry that is down leaves a digest to complete from and not a half-built image, and a re-run
 * copies again without building. An index that was joined here is put by digest first.
 * @returns the manifest, now in every repository under its digest; no tag is written
 */
export async function placeEverywhere(
  image: BuiltImage,
  repositories: readonly Repository[],
  registry: Pick<Registry, 'manifest' | 'transfer' | 'put'>,
  attachments: AttachmentMode = 'copy',
): Promise<Checked<Manifest>> {
  const source = { ...image.repository, digest: image.digest };
  let at: Repository = image.repository;
  try {
    const manifest = image.manifest ?? (await registry.manifest(source));
    if (image.manifest !== null) await registry.put(source, manifest, null);
    for (const repository of repositories) {
      if (sameRepository(repository, image.repository)) continue;
      at = repository;
      await registry.transfer(source, manifest, repository, attachments);
      await registry.put({ ...repository, digest: image.digest }, manifest, null);
    }
    return { ok: true, value: manifest };
  } catch (error) {
    const code = error instanceof OperationError ? error.code : 'protocol';
    const text = `${image.image}@${image.digest} could not be put into ${formatRepository(at)}: ${messageOf(error)}`;
    return { ok: false, error: new OperationError(code, text, { cause: error }) };
  }
}
