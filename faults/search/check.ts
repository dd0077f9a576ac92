/** One case of the search: its events one after the other, with a ledger of what was released, and what must never be. */
import { tagFileOf, type Case, type CaseEvent, type CasePolicy } from './cases.js';
import {
  comparable,
  compare,
  gitTagOf,
  mayHaveGiven,
  PRESET_RULES,
  versionOf,
  winnerOf,
  type NamedRule,
  type Version,
  type Won,
} from './names.js';
import { createWorld, sha256, type LoadedFile, type RunTold, type TagLine, type World } from './world.js';

export interface Verdict {
  readonly runs: number;
  /** writes that replaced a digest: without any, nothing is searched */
  readonly moves: number;
  /** names refused with `name-taken` */
  readonly taken: number;
  /** what is broken, with the event after which it was seen */
  readonly broken: readonly string[];
}

interface Release {
  readonly tag: string;
  readonly rule: string;
  readonly channels: readonly string[];
  readonly version: Version;
}

interface Ledger {
  readonly rules: readonly NamedRule[];
  readonly suffix: string;
  readonly releases: Release[];
  /** names that one rule wrote, and that an earlier one would give to the git tag of that name */
  readonly shared: Release[];
  /** what a name was first written as, and by which rule */
  readonly owners: Map<string, { readonly fixed: boolean; readonly rule: string }>;
  /** may the registry hold names that look like another rule's, pushed past Retag or made of free text? */
  doubtful: boolean;
}

/** Plays the case to its end, or to the first event that breaks something. @param file that of the case's policy */
export async function checkCase({ policy, story }: Case, file: LoadedFile): Promise<Verdict> {
  const world = createWorld(file);
  const ledger: Ledger = {
    rules: rulesOf(policy),
    suffix: policy.suffix,
    releases: [],
    shared: [],
    owners: new Map(),
    doubtful: story.registry.length > 0,
  };
  for (const tag of story.registry) world.strange(tag);
  let [runs, moves, taken] = [0, 0, 0];
  const broken: string[] = [];
  for (const [i, event] of story.events.entries()) {
    if (broken.length > 0) break;
    if ('strange' in event) {
      if (!world.tags.has(event.strange)) {
        world.strange(event.strange);
        ledger.doubtful = true;
      }
      continue;
    }
    const told = await runFor(event, world, i);
    runs += 1;
    moves += told.writes.filter(({ before }) => before !== null).length;
    taken += told.lines.filter(({ reason }) => reason === 'name-taken').length;
    broken.push(
      ...judge(told, event.push, ledger, world).map((what) => `event ${i + 1}, ${event.push}: ${what}`),
    );
    if (i + 1 < story.events.length || told.exitCode !== 0 || !event.push.startsWith('refs/tags/')) continue;
    const again = await runFor(event, world, i);
    runs += 1;
    for (const { tag } of again.writes) broken.push(`event ${i + 1}, ${event.push}, run again: wrote ${tag}`);
  }
  return { runs, moves, taken, broken };
}

function rulesOf({ rules, preset }: CasePolicy): readonly NamedRule[] {
  const own = rules.map((rule, i) => ({ ...rule, name: `policy/${i + 1}` }));
  return [...own, ...(preset === null ? [] : (PRESET_RULES[preset] ?? []))];
}

function runFor(event: Extract<CaseEvent, { push: string }>, world: World, i: number): Promise<RunTold> {
  // A git tag stays at its commit; a branch goes on. Several refs may be at one commit.
  const of = event.fresh ? (event.push.startsWith('refs/tags/') ? event.push : `push ${i}`) : 'one commit';
  return world.release(event.push, sha256(of).slice(0, 40), event.day);
}

function judge(told: RunTold, ref: string, ledger: Ledger, world: World): string[] {
  const won = winnerOf(ledger.rules, ref);
  const broken = [...wrongRule(told, won), ...moved(told, ledger), ...twoOwners(told, ledger)];
  if (won === null || told.rule === null) return broken;
  const release = releaseOf(told, won, world);
  if (told.writes.some(({ tag }) => isDoubtful(tag, won.rule, ledger))) ledger.doubtful = true;
  broken.push(
    ...backwards(told, release, ledger),
    ...pinned(told, release, ledger),
    ...unlike(told, ledger, world),
  );
  if (release !== null && told.lines.some((line) => isReleased(line, release.tag)))
    ledger.releases.push(release);
  for (const { tag } of told.writes) {
    const other = gitTagOf(ledger.rules, tag);
    if (other !== null && other.index < ledger.rules.indexOf(won.rule)) {
      ledger.shared.push({ ...other, tag, rule: ledger.rules[other.index]?.name ?? '' });
    }
    const kind = told.lines.find((line) => line.tag === tag && line.action !== 'keep')?.kind;
    if (!ledger.owners.has(tag)) ledger.owners.set(tag, { fixed: kind !== 'channel', rule: won.rule.name });
  }
  return broken;
}

function isReleased({ kind, tag, action }: TagLine, primary: string): boolean {
  return kind !== 'channel' && tag === primary && (action === 'create' || action === 'keep');
}

/** Does nothing in the name tell which rule wrote it? */
function isDoubtful(tag: string, { name, tags }: NamedRule, { rules }: Ledger): boolean {
  return tags.some(isFree) || rules.some((other) => other.name !== name && mayHaveGiven(other, tag));
}

/** Does a tag of this template hold text that could be anything? A git tag is its own name. */
function isFree(template: string): boolean {
  return template !== '{git_tag}' && /\{(?:git_tag|branch|name|version|pre|sha)\b/.test(template);
}

function wrongRule(told: RunTold, won: Won | null): string[] {
  if (told.refused !== null || told.rule === (won?.rule.name ?? null)) return [];
  return [`the rule is ${told.rule ?? 'none'}, and the first that matches is ${won?.rule.name ?? 'none'}`];
}

/** No fixed tag moves. */
function moved(told: RunTold, { owners }: Ledger): string[] {
  return told.writes.flatMap(({ tag, before, after }) => {
    if (before === null || before === after) return [];
    const kinds = told.lines.filter((line) => line.tag === tag).map(({ kind }) => kind);
    const owner = owners.get(tag);
    if (owner?.fixed === true) return [`${tag}, a fixed tag of ${owner.rule}, moved (as ${kinds.join()})`];
    return kinds.every((kind) => kind === 'channel') ? [] : [`${tag} moved as ${kinds.join()}`];
  });
}

/** No name is fixed once and a channel another time, nor right as the one while it is the other. */
function twoOwners(told: RunTold, { owners }: Ledger): string[] {
  const names = new Map<string, boolean>();
  const broken: string[] = [];
  for (const { kind, tag, action } of told.lines) {
    if (action === 'refuse' || action === 'hold') continue;
    const fixed = kind !== 'channel';
    const owner = owners.get(tag);
    if (owner !== undefined && owner.fixed !== fixed) {
      broken.push(`${tag} was ${word(owner.fixed)} of ${owner.rule}, and is ${action} as ${kind}`);
    }
    if (names.has(tag) && names.get(tag) !== fixed) broken.push(`${tag} is fixed and a channel in one run`);
    names.set(tag, fixed);
  }
  return broken;
}

const word = (fixed: boolean): string => (fixed ? 'a fixed tag' : 'a channel');

/** The version that the run released, if it has one: the first primary tag whose template has numbers. */
function releaseOf(told: RunTold, won: Won, world: World): Release | null {
  const primaries = told.lines.filter(({ kind }) => kind === 'primary').map(({ tag }) => tag);
  const channels = told.lines.filter(({ kind }) => kind === 'channel').map(({ tag }) => tag);
  for (const template of won.rule.tags) {
    for (const tag of primaries) {
      if (!world.tags.has(tag)) continue;
      const version = versionOf(won, template, tag);
      if (version !== null) return { tag, rule: won.rule.name, channels, version };
    }
  }
  return null;
}

function higherOf(channel: string, release: Release, among: readonly Release[]): Release | undefined {
  return among.find(
    (other) =>
      other.channels.includes(channel) &&
      comparable(other.version, release.version) &&
      compare(other.version, release.version) > 0,
  );
}

/** No channel moves to a version below one that was released through it. */
function backwards(told: RunTold, release: Release | null, ledger: Ledger): string[] {
  if (release === null) return [];
  return told.writes.flatMap(({ tag }) => {
    if (!release.channels.includes(tag)) return [];
    const higher = higherOf(tag, release, ledger.releases);
    return higher === undefined
      ? []
      : [`${tag} went back to ${release.tag} of ${release.rule}, after ${higher.tag} of ${higher.rule}`];
  });
}

/** No channel stays behind for a version that nobody released through it. */
function pinned(told: RunTold, release: Release | null, ledger: Ledger): string[] {
  if (release === null || ledger.doubtful) return [];
  return told.lines.flatMap(({ kind, tag, reason }) =>
    kind === 'channel' &&
    reason === 'older' &&
    higherOf(tag, release, [...ledger.releases, ...ledger.shared]) === undefined
      ? [`${tag} stays behind ${release.tag} of ${release.rule}, and nothing newer was released through it`]
      : [],
  );
}

/** A stable tag is the digest of its primary. */
function unlike(told: RunTold, { suffix }: Ledger, world: World): string[] {
  if (told.exitCode !== 0) return [];
  return told.lines.flatMap(({ kind, tag }) => {
    if (kind !== 'stable' || !tag.endsWith(suffix)) return [];
    const primary = tag.slice(0, -suffix.length);
    const isPrimary = told.lines.some((line) => line.kind === 'primary' && line.tag === primary);
    if (!isPrimary || world.tags.get(tag) === world.tags.get(primary)) return [];
    return [`${tag} is not ${primary}, and the run ended with exit status 0`];
  });
}

/** Everything that is needed to play a case again. */
export function showCase({ policy, story }: Case, broken: readonly string[]): string {
  const events = story.events.map((event, i) => {
    if ('strange' in event) return `  ${i + 1}. somebody pushes ${event.strange}`;
    return `  ${i + 1}. ${event.push}, day ${event.day}, ${event.fresh ? 'a commit of its own' : 'the common commit'}`;
  });
  return [
    ...broken.map((what) => `broken: ${what}`),
    tagFileOf(policy).trimEnd(),
    `registry: ${story.registry.join(' ') || '(empty)'}`,
    'events:',
    ...events,
  ].join('\n');
}
