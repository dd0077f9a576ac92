/** Registry caches of a build: besides the digests of its images, the one thing that a builder writes by a name. Pure. */
import type { BuildConfig } from '../config/model.js';
import type { Problem } from '../errors.js';
import { formatReference, formatRepository, type TagRef } from '../oci/reference.js';
import { mapRepository, type RegistryMap } from '../plan/overrides.js';
import { formatCsv } from './csv.js';
import { imageOf } from './machines.js';
import { cacheRef, parseCache } from './options.js';

/** A value of `cache_from` or `cache_to` with registry-map applied; what does not parse is left to the checks. */
export function mapCache(text: string, map: RegistryMap): string {
  const read = readCache(text);
  if (read === null || !map.has(read.ref.repository.registry)) return text;
  const ref = formatRepository(mapRepository(read.ref.repository, map)) + read.ref.rest;
  return formatCsv(read.fields.map((field) => (field.key === 'ref' ? { ...field, value: ref } : field)));
}

/**
 * One problem for each registry cache that would be written over a tag which is not the cache's to write.
 * @param ownerOf whose the tag is, in words; null: nobody's
 */
export function cacheProblems(
  builds: readonly BuildConfig[],
  ownerOf: (ref: TagRef) => string | null,
): Problem[] {
  return builds.flatMap((build) =>
    build.cacheTo.flatMap((text, i): Problem[] => {
      const { repository, tag = null } = readCache(text)?.ref ?? {};
      if (repository === undefined || tag === null) return [];
      const owner = ownerOf({ ...repository, tag });
      if (owner === null) return [];
      const input = build.fromInputs?.includes('cache_to') === true;
      const name = formatReference({ ...repository, tag });
      const what = `${imageOf(build)}: cache_to: the cache would be written over the tag ${name}: ${owner}`;
      const hint = `give the cache a tag of its own, such as "${formatRepository(repository)}:buildcache"`;
      return [{ ...(input ? {} : { location: build.origin.at('cache_to', i) }), what, hint }];
    }),
  );
}

function readCache(text: string) {
  const fields = parseCache(text);
  const ref = fields.ok ? cacheRef(fields.value) : null;
  return fields.ok && ref?.ok === true ? { fields: fields.value, ref: ref.value } : null;
}
