/** What must hold after every cell, told from outside: from the registries' own answers, their history and request logs. */
import { referrersTag } from '../../testing/registry/images.js';
import type { TagEvent } from '../../testing/registry/server.js';
import { IMAGE, OLDER, RIVAL, SBOM, signatureOf, SOURCE_TAG, type WantedTag } from '../world/scenario.js';
import type { Attempt } from '../world/engine.js';
import type { Stranger } from '../world/stranger.js';
import { nameOfTag, type World } from '../world/world.js';

/** All that a cell left behind. */
export interface Evidence {
  readonly world: World;
  readonly stranger: Stranger;
  /** somebody else writes: the tag may end with the other's content */
  readonly rival: boolean;
  /** the fault cannot be told from the truth */
  readonly believable: boolean;
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
  readonly attempt: Attempt;
  /** what was missing below a wanted tag at the moments when it was about to be written */
  readonly hasty: readonly string[];
  /** requests that reached a registry, the stranger included, and the number of a run without faults */
  readonly requests: number;
  readonly normal: number;
  /** milliseconds of fake time, and the limit that the run had */
  readonly elapsed: number;
  readonly limit: number;
}

/** Digests that a wanted tag may have at some moment. */
function allowed({ world, rival }: Evidence, { repository, before }: WantedTag): readonly (string | null)[] {
  const planned = world.planned(repository).map(({ digest }) => digest);
  return [before?.digest ?? null, ...planned, ...(rival ? [RIVAL.digest, IMAGE.digest] : [])];
}

/** I1: each wanted tag is as it was or as planned, at every moment that the registry remembers. */
export function tagsAreOldOrPlanned(evidence: Evidence): string[] {
  const { world, after } = evidence;
  return world.wanted.flatMap((wanted) => {
    const may = allowed(evidence, wanted);
    const now = after.get(nameOfTag(wanted)) ?? null;
    const past = eventsOf(world, wanted).map(({ digest }) => digest);
    return [...past, now]
      .filter((digest) => !may.includes(digest))
      .map((digest) => `I1: ${wanted.repository}:${wanted.tag} was ${digest ?? 'absent'}`);
  });
}

function eventsOf(world: World, { repository, tag }: WantedTag): readonly TagEvent[] {
  return (world.target.history ?? []).filter((event) => event.repository === repository && event.tag === tag);
}

/** I2: no other tag appeared, changed or went. What cosign and the fallback for referrers need is part of the plan. */
export function othersAreUntouched({ world, before, after, rival }: Evidence): string[] {
  const wanted = new Set(world.wanted.map(nameOfTag));
  const signature = signatureOf(world.scenario);
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    if (wanted.has(name) || before.get(name) === after.get(name)) return [];
    if (name.endsWith(`:${signature.tag}`) && after.get(name) === signature.image.digest) return [];
    if (name.endsWith(`:${referrersTag(IMAGE.digest)}`)) return [];
    if (rival && name.endsWith(SOURCE_TAG)) return [];
    return [`I2: ${name} went from ${before.get(name) ?? 'absent'} to ${after.get(name) ?? 'absent'}`];
  });
}

/** I3: what a wanted tag points at is all there, now and when the tag was written. */
export async function tagsAreWhole({ world, after, hasty }: Evidence): Promise<string[]> {
  const broken = hasty.map((gap) => `I3: a tag was written before its ${gap}`);
  for (const wanted of world.wanted) {
    const digest = after.get(nameOfTag(wanted));
    const known = [...world.planned(wanted.repository), OLDER, RIVAL, IMAGE];
    const image = known.find((candidate) => candidate.digest === digest);
    if (image === undefined) continue;
    for (const gap of await world.gaps(wanted.repository, image))
      broken.push(`I3: ${wanted.tag} lacks ${gap}`);
  }
  return broken;
}

/** Is every wanted tag what was planned, and every tag of a repository the same as its primary? */
export function isRight({ world, after, rival }: Pick<Evidence, 'world' | 'after' | 'rival'>): boolean {
  return world.wanted.every((wanted) => {
    const primary = world.wanted.find(({ repository }) => repository === wanted.repository) ?? wanted;
    const leading = after.get(nameOfTag(primary));
    const good = world.planned(wanted.repository).some(({ digest }) => digest === leading);
    return (good || (rival && leading === RIVAL.digest)) && after.get(nameOfTag(wanted)) === leading;
  });
}

/** I10: a tag that follows another (stable, channel) never points at what its primary is not. */
export function followersFollow({ world, after, rival }: Evidence): string[] {
  if (rival) return [];
  return world.wanted.flatMap((wanted) => {
    const primary = world.wanted.find(({ repository }) => repository === wanted.repository) ?? wanted;
    const now = after.get(nameOfTag(wanted));
    const moved = world.planned(wanted.repository).some(({ digest }) => digest === now);
    return moved && after.get(nameOfTag(primary)) !== now
      ? [`I10: ${wanted.tag} is new, but ${primary.tag} is not the same`]
      : [];
  });
}

/** I4: exit status 0 says that every wanted tag is right; 1 is the only other one, and nothing ends in a crash. */
export function exitTellsTheTruth(evidence: Evidence): string[] {
  const { attempt, rival } = evidence;
  if (attempt.crash !== null) return [`I4: it crashed: ${String((attempt.crash as Error).stack)}`];
  if (attempt.exitCode === 0 && !rival && !isRight(evidence))
    return ['I4: exit status 0, but not every tag is right'];
  if (attempt.exitCode === 0 && rival && !wasRight(evidence))
    return ['I4: exit status 0, but the tag was never right'];
  return attempt.exitCode === 0 || attempt.exitCode === 1 || attempt.error !== null
    ? []
    : [`I4: exit status ${String(attempt.exitCode)}`];
}

/** With a rival the tag may have changed hands after it was read back: then it was right at some time. */
function wasRight(evidence: Evidence): boolean {
  if (isRight(evidence)) return true;
  const { world } = evidence;
  if (world.target.history === null) return true;
  return world.wanted.every((wanted) => {
    const good = world.planned(wanted.repository).map(({ digest }) => digest);
    return eventsOf(world, wanted).some(({ digest }) => digest !== null && good.includes(digest));
  });
}

/** I6: no password and no token is said or sent to a host that it is not for. */
export function secretsStayHome({ world, stranger, attempt }: Evidence): string[] {
  const secrets = [...world.secrets, ...world.source.tokens, ...world.target.tokens];
  const said = secrets
    .filter((secret) => attempt.said.includes(secret))
    .map((secret) => `I6: said aloud: ${secret}`);
  const sent = stranger.seen.flatMap((request) => {
    const text = JSON.stringify(request);
    const found =
      secrets.some((secret) => text.includes(secret)) || request.headers.authorization !== undefined;
    return found ? [`I6: sent to a stranger: ${text}`] : [];
  });
  const crossed = world.source === world.target ? [] : crossTalk(world);
  return [...said, ...sent, ...crossed];
}

/** The password and the tokens of one registry must not be shown to the other. */
function crossTalk(world: World): string[] {
  const half = world.secrets.length / 2;
  const sides = [
    { at: world.target, of: world.source, own: world.secrets.slice(0, half) },
    { at: world.source, of: world.target, own: world.secrets.slice(half) },
  ];
  return sides.flatMap(({ at, of, own }) => {
    const seen = JSON.stringify(at.requests.map(({ headers, url }) => [headers, url]));
    return [...own, ...of.tokens]
      .filter((secret) => seen.includes(secret))
      .map((secret) => `I6: ${secret} was sent to ${at.host}`);
  });
}

/** I7: no storm of requests, and no end later than the time limit. */
export function runIsBounded({ requests, normal, elapsed, limit }: Evidence): string[] {
  return [
    ...(requests > 5 * normal ? [`I7: ${requests} requests where ${normal} are normal`] : []),
    ...(elapsed > limit + 5_000 ? [`I7: it took ${elapsed / 1000} s, the limit is ${limit / 1000} s`] : []),
  ];
}

const NEXT_STEP =
  /\b(?:run again|check|see |see that|log in|give |list |make |use |build and push|push |choose|find out|look at|have the|correct|compare|raise|sign |set |switch|remove|decide|publish|take |move it|wait|pull it|put this|renewed|issued|fix|answer with|once it)/i;

/** I8: a failure names registry and repository, and what to do about it. */
export function failureIsExplained({ world, attempt }: Evidence): string[] {
  if (attempt.exitCode === 0) return [];
  const texts = textsOf(attempt);
  if (texts.length === 0) return [`I8: nothing says what is wrong: ${attempt.said.slice(-500)}`];
  const hosts = [world.source.host, world.target.host, 'stopped by SIGTERM', 'time limit'];
  return texts.flatMap((text) => [
    ...(hosts.some((host) => text.includes(host)) ? [] : [`I8: no registry is named: ${text}`]),
    ...(NEXT_STEP.test(text) ? [] : [`I8: no next step: ${text}`]),
  ]);
}

/** What a person reads about each tag that is not right, with the remedy that the summary adds. */
function textsOf(attempt: Attempt): string[] {
  if (attempt.report === null) return attempt.error === null ? [] : [attempt.error.message];
  return attempt.annotations
    .filter(({ level }) => level === 'error')
    .map(({ title, message }) => `${title}: ${message}`);
}

/** I9: signatures and SBOMs that were asked for are there, or somebody was told that they are not. */
export async function attachmentsAreCarriedOrMissed(evidence: Evidence): Promise<string[]> {
  const { world, after, attempt, rival, believable } = evidence;
  if (attempt.exitCode !== 0 || rival || believable || attempt.said.includes('warning:')) return [];
  return (await missing(world, after)).map((what) => `I9: ${what} was left behind without a word`);
}

/** What of the signature and the SBOM is not at the destination. */
export async function missing(world: World, now: ReadonlyMap<string, string>): Promise<string[]> {
  if (world.scenario.attachments === 'none') return [];
  const repository = world.wanted[0]?.repository ?? '';
  const { tag, image } = signatureOf(world.scenario);
  const signed = now.get(nameOfTag({ repository, tag })) === image.digest;
  const described = (await world.gaps(repository, SBOM)).length === 0;
  return [...(signed ? [] : ['the signature']), ...(described ? [] : ['the SBOM'])];
}
