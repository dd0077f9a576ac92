/** How names of the tag file become names in this run: registry-map and force. Pure. */
import type { ImageConfig, ImageName } from '../config/model.js';
import { type Parsed, type Problem, UserError } from '../errors.js';
import { parseRepository, parseTag, type Repository, sameRepository, tagOrDigest } from '../oci/reference.js';
import { suggest } from '../shared/text.js';
import type { TagKind, WantedTag } from './model.js';

/** `docker.io` → `localhost:5000`, optionally with a path in front: `docker.io` → `localhost:5000/mirror`. */
export type RegistryMap = ReadonlyMap<string, { readonly registry: string; readonly prefix: string }>;

/** Parses `docker.io=localhost:5000` lines. Every line that is not one, or contradicts another, is a problem of the UserError. */
export function parseRegistryMap(lines: readonly string[]): RegistryMap {
  const map = new Map<string, { registry: string; prefix: string }>();
  const problems: Problem[] = [];
  for (const line of lines) {
    const [from = '', to = '', ...rest] = line.split('=');
    const source = parseRepository(`${from}/x`);
    const target = parseRepository(`${to}/x`);
    const isHost = source.ok && source.value.registry === canonicalHost(from);
    const path = target.ok ? target.value.repository.split('/').slice(0, -1).join('/') : '';
    const implied = target.ok && target.value.registry === 'docker.io' && !NAMES_HUB.test(to);
    if (!isHost || !target.ok || rest.length > 0 || implied) {
      problems.push({
        what: `registry-map: "${line}" is not "registry=registry"`,
        hint: 'write it as "docker.io=localhost:5000"',
      });
      continue;
    }
    const host = canonicalHost(from);
    const before = map.get(host);
    const mapped = { registry: target.value.registry, prefix: path === 'library' ? '' : path };
    if (before === undefined) map.set(host, mapped);
    else if (textOf(before) !== textOf(mapped)) {
      problems.push({
        what: `registry-map: ${host} is mapped to ${textOf(before)} and to ${textOf(mapped)}`,
        hint: 'give one of them',
      });
    }
  }
  if (problems.length > 0) throw new UserError(problems);
  return map;
}

/** A word that is no host would be taken for the first part of a name on Docker Hub. */
const NAMES_HUB = /^(?:index\.)?docker\.io(?:\/|$)/;

function textOf({ registry, prefix }: { readonly registry: string; readonly prefix: string }): string {
  return prefix === '' ? registry : `${registry}/${prefix}`;
}

function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return lower === 'index.docker.io' || lower === 'registry-1.docker.io' ? 'docker.io' : lower;
}

/** The repository that this run speaks to. */
export function mapRepository(name: Repository, map: RegistryMap): Repository {
  const target = map.get(name.registry);
  if (target === undefined) return name;
  const path = target.prefix === '' ? name.repository : `${target.prefix}/${name.repository}`;
  return { registry: target.registry, repository: path };
}

/** The name as in the tag file, or the mapped one where a mapping applies. */
export function shownName(text: string, name: Repository, map: RegistryMap): string {
  if (!map.has(name.registry)) return text;
  const mapped = mapRepository(name, map);
  return `${mapped.registry}/${mapped.repository}`;
}

/** `name` or `name:tag`, as given to force. */
export interface Force {
  readonly text: string;
  readonly repository: Repository;
  readonly tag: string | null;
}

/** Parses the lines of `force`. Names are compared after parsing, so `ubuntu` and `docker.io/library/ubuntu` are one. */
export function parseForce(lines: readonly string[]): Force[] {
  return lines.map((text) => {
    const colon = text.lastIndexOf(':');
    const tag = colon > text.lastIndexOf('/') ? text.slice(colon + 1) : null;
    const name = parseRepository(tag === null ? text : text.slice(0, colon));
    const checked: Parsed<unknown> = !name.ok || tag === null ? name : parseTag(tag);
    if (!checked.ok || !name.ok) {
      const { what, hint } = checked as Extract<Parsed<unknown>, { ok: false }>;
      throw new UserError({ what: `force: ${what}`, hint });
    }
    return { text, repository: name.value, tag };
  });
}

/** Does one of `forces` name this tag, by its name in the tag file or by the mapped one? */
export function isForced(forces: readonly Force[], names: readonly Repository[], tag: string): boolean {
  return forces.some(
    (force) =>
      (force.tag === null || force.tag === tag) &&
      names.some((name) => sameRepository(name, force.repository)),
  );
}

// Lines of `force` that no tag of this run is meant by: most likely a typing error, and said, since force does nothing then. Pure.

/** One problem for each line of `force` that matches nothing, with the nearest name that is wanted. */
export function unusedForces(
  forces: readonly Force[],
  wanted: readonly WantedTag[],
  map: RegistryMap,
): Problem[] {
  return forces.flatMap((force) => {
    const inRepository = wanted.filter(({ destination }) => isMeant(force, destination, map));
    if (inRepository.some(({ destination }) => force.tag === null || force.tag === tagOrDigest(destination)))
      return [];
    const what = `force: "${force.text}" matches nothing that is wanted in this run`;
    return [{ what, hint: hintOf(force, inRepository, wanted) }];
  });
}

/** By its name in the tag file or by the mapped one, as `isForced`. */
function isMeant({ repository }: Force, destination: Repository, map: RegistryMap): boolean {
  return [repository, mapRepository(repository, map)].some((name) => sameRepository(name, destination));
}

function hintOf(force: Force, inRepository: readonly WantedTag[], wanted: readonly WantedTag[]): string {
  const [first] = inRepository;
  if (first !== undefined) {
    const tags = inRepository.map(({ destination }) => tagOrDigest(destination));
    const near = suggest(force.tag ?? '', tags);
    if (near !== undefined) return `did you mean "${first.image}:${near}"?`;
    return `of ${first.image} are wanted: ${[...new Set(tags)].join(', ')}`;
  }
  const name = force.tag === null ? force.text : force.text.slice(0, -force.tag.length - 1);
  const near = suggest(
    name,
    wanted.map(({ image }) => image),
  );
  if (near !== undefined) return `did you mean "${near}${force.tag === null ? '' : `:${force.tag}`}"?`;
  return 'give the name of an image as in the tag file, or name:tag';
}
/** The choices of this run that change what is wanted. */

export interface WantOptions {
  readonly registryMap: RegistryMap;
  readonly forces: readonly Force[];
  /** appended to a tag to name its stable tag */
  readonly stableSuffix: string;
  /** who has the name of a tag that an entry wants, in words */
  readonly taken?: (entry: ImageConfig, image: ImageName, tag: string, kind: TagKind) => string | null;
}
