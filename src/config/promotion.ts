/** Promotions without a tag file: words of `retag promote`, lines of the action's input `promote` → entries of `images`. Pure. */
import { collect, type Location, type Parsed, type Problem, UserError } from '../errors.js';
import {
  formatRepository,
  type ImageRef,
  parseReference,
  parseRepository,
  parseTag,
} from '../oci/reference.js';
import type { ImageConfig, ImageName, Origin } from './model.js';

/** What people wrote the promotion in, for messages. */
type Given = 'promote' | 'input promote';

const LINE_HINT = 'write it as "SOURCE => TAG" or "SOURCE => IMAGE:TAG, IMAGE:TAG"';

/**
 * The lines `SOURCE => DESTINATION, DESTINATION` of the action's input. Empty lines and those that start with `#` are left out.
 * @throws UserError with every line that cannot be read
 */
export function parsePromotions(text: string): ImageConfig[] {
  const problems: Problem[] = [];
  const lines = text.split('\n').map((line) => line.trim());
  const entries = lines.flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const [source = '', destinations = '', ...more] = line.split('=>').map((part) => part.trim());
    if (more.length > 0 || source === '' || destinations === '') {
      problems.push({ what: `input promote: "${line}" is not a promotion`, hint: LINE_HINT });
      return [];
    }
    const words = destinations.split(',').map((word) => word.trim());
    return collect(problems, [], () => promotionOf(source, words, 'input promote'));
  });
  if (problems.length > 0) throw new UserError(problems);
  return entries;
}

/**
 * One promotion as entries of `images`, one for each repository that gets tags. `load` numbers them.
 * @param source `IMAGE:TAG` or `IMAGE@DIGEST`
 * @param destinations each `IMAGE:TAG`; a tag of the source's repository is `:TAG`, or a word without `:` and `/`
 * @throws UserError with everything that is no reference, and for a destination that is named twice
 */
export function promotionOf(source: string, destinations: readonly string[], given: Given): ImageConfig[] {
  const problems: Problem[] = [];
  const add = (what: string, hint?: string): void =>
    void problems.push({ what: `${given}: ${what}`, ...(hint === undefined ? {} : { hint }) });
  const from = parseReference(source);
  if (!from.ok) add(`the source: ${from.what}`, from.hint);
  const pinned = /^(.*):([^:/@]+)@/.exec(source);
  const srcBuildTag = from.ok && 'digest' in from.value ? pinned?.[2] : undefined;
  // Destinations are checked beside a source that cannot be read, too.
  const own = from.ok ? nameOf(source, from.value) : UNREAD;
  const wanted = new Map<string, { readonly name: ImageName; readonly tags: string[] }>();
  for (const word of destinations) {
    const found = destinationOf(word, own);
    if (!found.ok) {
      add(found.what, found.hint);
      continue;
    }
    const { name, tag } = found.value;
    const key = formatRepository(name.repository);
    const tags = wanted.get(key)?.tags ?? [];
    if (tags.includes(tag)) add(`${key}:${tag} is named twice`, 'name it once');
    wanted.set(key, { name, tags: [...tags, tag] });
  }
  if (!from.ok || problems.length > 0) throw new UserError(problems);
  return [...wanted.values()].map(({ name, tags }) => ({
    number: 0,
    names: [name],
    srcName: own.text,
    srcRepository: own.repository,
    ...('digest' in from.value ? { srcDigest: from.value.digest } : { srcBuildTag: from.value.tag }),
    ...(srcBuildTag === undefined ? {} : { srcBuildTag }),
    commit: null,
    tags,
    stable: false,
    platforms: [],
    requires: [],
    references: [],
    origin: originIn(given),
  }));
}

function destinationOf(
  word: string,
  source: ImageName,
): Parsed<{ readonly name: ImageName; readonly tag: string }> {
  const bare = word.startsWith(':') ? word.slice(1) : word;
  if (!/[:/@]/.test(bare)) {
    const tag = parseTag(bare);
    return tag.ok ? { ok: true, value: { name: source, tag: tag.value } } : tag;
  }
  const parsed = parseReference(word);
  if (!parsed.ok) {
    // A name alone is never `latest`.
    return parseRepository(word).ok
      ? { ok: false, what: `the destination "${word}" has no tag`, hint: `write "${word}:TAG"` }
      : { ...parsed, what: `the destination: ${parsed.what}` };
  }
  const { value } = parsed;
  if ('digest' in value)
    return { ok: false, what: `the destination "${word}" is a digest`, hint: 'write "IMAGE:TAG"' };
  return { ok: true, value: { name: nameOf(word, value), tag: value.tag } };
}

/** The name in a reference, as it was written. */
function nameOf(reference: string, { registry, repository }: ImageRef): ImageName {
  const [name = ''] = reference.split('@');
  const colon = name.lastIndexOf(':');
  const text = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
  return { text, repository: { registry, repository } };
}

const UNREAD: ImageName = { text: '', repository: { registry: '', repository: '' } };

function originIn(file: Given): Origin {
  const at = (): Location => ({ file, line: 1, column: 1, nowhere: true });
  return { at, keyAt: at, inside: at };
}
