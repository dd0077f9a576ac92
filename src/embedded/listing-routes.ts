import { isDigest } from '../oci/reference.js';
import { bytes, json, pageNotFound, refusal, type Answer } from './answer.js';
import type { Behaviour } from './behaviour.js';
import type { Call } from './call.js';
import { factsOf } from './manifest-check.js';
import { badDigest } from './manifest-routes.js';
import { OCI_INDEX } from './media-types.js';
import type { Store, StoredManifest } from './store.js';

/** GET tags/list, paged by `n` and `last` with a Link to the next page (distribution-spec "Listing Tags"). */
export function listTags(store: Store, behaviour: Behaviour, repository: string, call: Call): Answer {
  if (!store.knows(repository)) {
    return refusal(404, 'NAME_UNKNOWN', 'repository name not known to registry', { name: repository });
  }
  const tags = store.tags(repository);
  if (tags.length === 0 && behaviour.nullTags) return json(200, { name: repository, tags: null });
  if (!behaviour.pagedTags) return json(200, { name: repository, tags });
  const asked = call.query.get('n');
  if (asked !== null && !/^\d{1,9}$/.test(asked)) {
    return refusal(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested', { n: asked });
  }
  const page = pageOf([...tags].sort(), call, behaviour.pageSize);
  const link = page.next === null ? {} : nextLink(`/v2/${repository}/tags/list`, page.next, page.size);
  return json(200, { name: repository, tags: page.entries }, link);
}

/** GET referrers (distribution-spec "Listing Referrers"): an index of the manifests whose subject this is. */
export function listReferrers(store: Store, behaviour: Behaviour, repository: string, call: Call): Answer {
  if (!behaviour.referrers) return pageNotFound();
  const subject = call.reference ?? '';
  if (!isDigest(subject)) return badDigest(subject);
  const wanted = call.query.get('artifactType');
  const all = store
    .manifests(repository)
    .flatMap((manifest) => describe(manifest, subject))
    .filter((descriptor) => wanted === null || descriptor.artifactType === wanted);
  const byDigest = new Map(all.map((descriptor) => [descriptor.digest, descriptor]));
  const page = pageOf([...byDigest.keys()].sort(), call, behaviour.pageSize);
  const filter: Record<string, string> = wanted === null ? {} : { artifactType: wanted };
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: page.entries.map((digest) => byDigest.get(digest)),
  };
  return bytes(200, Buffer.from(JSON.stringify(index)), {
    'content-type': OCI_INDEX,
    ...(wanted === null ? {} : { 'oci-filters-applied': 'artifactType' }),
    ...(page.next === null
      ? {}
      : nextLink(`/v2/${repository}/referrers/${subject}`, page.next, page.size, filter)),
  });
}

function describe(manifest: StoredManifest, subject: string) {
  const facts = factsOf(manifest.bytes, manifest.mediaType);
  if (facts?.subject !== subject) return [];
  return [
    {
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.bytes.length,
      ...(facts.artifactType === null ? {} : { artifactType: facts.artifactType }),
      ...(Object.keys(facts.annotations).length === 0 ? {} : { annotations: facts.annotations }),
    },
  ];
}

interface Page {
  readonly entries: readonly string[];
  /** the `last` of the next page */
  readonly next: string | null;
  readonly size: number;
}

function pageOf(sorted: readonly string[], call: Call, most: number | null): Page {
  const last = call.query.get('last');
  const rest = last === null ? sorted : sorted.filter((entry) => entry > last);
  const asked = call.query.get('n') ?? '';
  const size = Math.min(/^\d+$/.test(asked) ? Number(asked) : Infinity, most ?? Infinity);
  const entries = rest.slice(0, size);
  const final = entries.at(-1);
  return { entries, next: final !== undefined && entries.length < rest.length ? final : null, size };
}

function nextLink(
  path: string,
  last: string,
  size: number,
  more: Readonly<Record<string, string>> = {},
): { link: string } {
  const query = new URLSearchParams({ ...more, last, n: String(size) });
  return { link: `<${path}?${query.toString()}>; rel="next"` };
}
