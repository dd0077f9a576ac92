import { OperationError } from '../errors.js';
import {
  bareMediaType,
  type Descriptor,
  isManifest,
  isObject,
  type JsonObject,
  type Manifest,
  MAX_MANIFEST_BYTES,
  OCI_INDEX,
  parseJson,
  parseManifest,
} from '../oci/manifest.js';
import { formatRepository, isDigest, type Repository, type TagRef } from '../oci/reference.js';
import { ask, type Context, failure, nameOf, nextLink, refusal, type Task } from './request.js';
import { digestOf, referrersTag } from '../oci/digest.js';
import type { RegistryResponse } from './http/types.js';
import { once, mutex } from '../shared/concurrency.js';
import { putTag } from './put.js';
import { readUnparsed } from './read.js';
import type { TreeNode } from './tree.js';

/** What refers to a manifest by its `subject` (distribution-spec "Listing Referrers"). */
export interface Referrers {
  /** The descriptors of all referrers, by the API or, where there is none, from the fallback tag. */
  list(repository: Repository, digest: string): Promise<readonly Descriptor[]>;
  /**
   * Makes `node`, which is in the repository, findable from its `subject`: nothing to do where the registry has the API, else the
   * fallback tag gets its descriptor. Reading, adding and writing is a race that the specification concedes; within this run the
   * writers of one tag take turns.
   */
  register(repository: Repository, node: Pick<TreeNode, 'manifest' | 'parsed'>): Promise<void>;
}

const MAX_PAGES = 100;
const MAX_REFERRERS = 1000;
/** Of all pages together, as for lists of tags. */
const MAX_BYTES = 16 * 1024 * 1024;
/** How registries say that they do not have the API. Any other refusal may hide what is attached, and is reported. */
const NO_API: readonly number[] = [404, 405, 501];

export function createReferrers(context: Context): Referrers {
  /** repositories whose registry has no referrers API */
  const without = new Set<string>();
  const pages = once<Listed>(false);
  const inTurn = mutex();

  const byApi = async (repository: Repository, digest: string): Promise<readonly Descriptor[] | null> => {
    const name = formatRepository(repository);
    if (without.has(name)) return null;
    const asked = (): Promise<Listed> =>
      pages.run(`${name}@${digest}`, () => askApi(context, repository, digest));
    // Asked twice before the API is given up: a stray refusal would hide what is attached.
    const first = await asked();
    const answer = 'refused' in first ? await asked() : first;
    if (!('refused' in answer)) return answer.entries;
    const { refused } = answer;
    if (!without.has(name) && !NO_API.includes(refused.status ?? 0)) {
      context.log.warning(`${refused.message}; only what the fallback tag lists is seen`);
    }
    without.add(name);
    return null;
  };

  return {
    async list(repository, digest) {
      const found = await byApi(repository, digest);
      if (found !== null) return found;
      try {
        return (await readFallback(context, fallbackRef(repository, digest)))?.entries ?? [];
      } catch (error) {
        // distribution-spec "Listing Referrers": what is no index lists nothing.
        if (!(error instanceof NoList)) throw error;
        context.log.warning(`${error.message}; nothing that it may stand for is copied or counted`);
        return [];
      }
    },
    async register(repository, node) {
      const subject = node.parsed.subject?.digest;
      if (subject === undefined || (await byApi(repository, subject)) !== null) return;
      const ref = fallbackRef(repository, subject);
      await inTurn(nameOf(ref), () => addToFallback(context, ref, node));
    },
  };
}

/** What the API says; `refused` when this registry does not have it, whatever it answers instead. */
type Listed = { readonly entries: readonly Descriptor[] } | { readonly refused: OperationError };

/** All pages of the API. */
async function askApi(context: Context, repository: Repository, digest: string): Promise<Listed> {
  const task: Task = {
    operation: 'list what is attached',
    ref: { registry: repository.registry, repository: repository.repository, digest },
  };
  const found = new Map<string, Descriptor>();
  let path: string | URL = `referrers/${digest}`;
  let bytes = 0;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const response: RegistryResponse = await ask(context, task, {
      method: 'GET',
      repository,
      path,
      headers: { accept: OCI_INDEX },
      access: 'pull',
      maxBytes: Math.min(MAX_MANIFEST_BYTES, MAX_BYTES - bytes),
      redirect: 'follow',
      repeatable: true,
    });
    if (response.status === 429 || response.status >= 500) throw refusal(task, response);
    const isList = response.status === 200 && bareMediaType(response.headers['content-type']) === OCI_INDEX;
    if (!isList && page === 1) return { refused: refusal(task, response) };
    if (!isList) throw refusal(task, response);
    bytes += response.body.length;
    const known = found.size;
    const list: Manifest = { bytes: response.body, mediaType: OCI_INDEX, digest: '' };
    for (const entry of entriesOf(list, nameOf(task.ref))) found.set(entry.digest, entry);
    if (found.size > MAX_REFERRERS) throw tooMany(nameOf(task.ref));
    const next = nextLink(response.headers['link']);
    if (next === null || found.size === known) return { entries: [...found.values()] };
    path = context.transport.resolve(response.url, next);
  }
  throw failure('protocol', task, `the list has more than ${MAX_PAGES} pages`, 'remove what nobody needs', {
    status: 200,
  });
}

interface Fallback {
  readonly digest: string;
  readonly body: JsonObject;
  readonly entries: readonly Descriptor[];
}

function fallbackRef({ registry, repository }: Repository, digest: string): TagRef {
  return { registry, repository, tag: referrersTag(digest) };
}

async function readFallback(context: Context, ref: TagRef): Promise<Fallback | null> {
  try {
    const manifest = await readUnparsed(context, ref);
    const body = parseJson(manifest.bytes);
    return {
      digest: manifest.digest,
      body: isObject(body) ? body : {},
      entries: entriesOf(manifest, nameOf(ref)),
    };
  } catch (error) {
    if (error instanceof OperationError && error.code === 'absent') return null;
    throw error;
  }
}

async function addToFallback(
  context: Context,
  ref: TagRef,
  node: Pick<TreeNode, 'manifest' | 'parsed'>,
): Promise<void> {
  const held = await readFallback(context, ref);
  if (held?.entries.some(({ digest }) => digest === node.manifest.digest)) return;
  const body = {
    ...(held?.body ?? { schemaVersion: 2, mediaType: OCI_INDEX }),
    manifests: [...(held?.entries.map(({ raw }) => raw) ?? []), entryFor(node)],
  };
  const bytes = Buffer.from(JSON.stringify(body));
  const index: Manifest = { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
  await putTag(context, ref, index, held?.digest ?? null);
}

/** The descriptor of a referrer (distribution-spec "Pushing Manifests with Subject"). */
function entryFor({ manifest, parsed }: Pick<TreeNode, 'manifest' | 'parsed'>): JsonObject {
  const artifactType = parsed.artifactType || (parsed.kind === 'image' ? parsed.config.mediaType : '');
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...(artifactType === '' ? {} : { artifactType }),
    ...(parsed.annotations.size === 0 ? {} : { annotations: Object.fromEntries(parsed.annotations) }),
  };
}

/** What should list what is attached is something else. */
class NoList extends OperationError {}

function entriesOf(list: Manifest, name: string): readonly Descriptor[] {
  const entries = indexEntries(list, name).filter(({ digest }) => isDigest(digest));
  if (entries.length <= MAX_REFERRERS) return entries;
  throw tooMany(name);
}

function tooMany(name: string): OperationError {
  return new OperationError(
    'mismatch',
    `${name}: more than ${MAX_REFERRERS} things are attached; remove what nobody needs`,
  );
}

function indexEntries(list: Manifest, name: string): readonly Descriptor[] {
  let why = `it is "${list.mediaType}"`;
  try {
    const parsed = parseManifest(list, name);
    if (parsed.kind === 'index' && list.mediaType === OCI_INDEX) return parsed.manifests;
  } catch (error) {
    if (!(error instanceof OperationError) || !isManifest(list.mediaType)) throw error;
    why = error.message;
  }
  throw new NoList(
    'mismatch',
    `${name} should list what is attached, but is no OCI index (${why}); remove it or move it away`,
  );
}
