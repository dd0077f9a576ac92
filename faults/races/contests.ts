/** What runs race for: one tag, one channel, one number. Each contest tells who believes to have won and who did. */
import { image, index, type BuiltImage } from '../../testing/registry/image.js';
import type { ClaimTag } from '../../src/policy/policy.js';
import { rawManifest, type Raw } from '../../__tests__/support/registry-contract/place.js';
import { digestOf } from '../../src/oci/digest.js';
import { countingBuilder } from '../world/builder.js';
import { attempt, type Attempt, type ReleaseTask } from '../world/engine.js';
import type { Clock } from '../../src/ports.js';

/** Where a contest is held. */
export interface Arena {
  readonly host: string;
  readonly raw: Raw;
  /** the clock of one racer */
  clock(racer: string): Clock;
  /** a new one for each run */
  signal(): AbortSignal;
  seed(repository: string, tag: string | null, image: BuiltImage): Promise<void>;
}

/** What protects a tag from two who write it at the same time; `read-back` is Retag with `settle: 0`, `settle` as it is. */
export type Protection = 'none' | 'read-back' | 'settle' | 'claim';

/** One round: racers by name, and what came of it once all have ended. */
export interface Round {
  readonly racers: ReadonlyMap<string, () => Promise<void>>;
  verdict(): Promise<Verdict>;
}

/**
 * - `lost`: somebody believes to have won, and the registry holds something else: nobody was told
 * - `told`: not all won, and those who did not were told
 * - `fine`: nobody stood in another's way
 */
export type Verdict = 'fine' | 'told' | 'lost';

export interface Contest {
  readonly name: string;
  readonly protections: readonly Protection[];
  prepare(arena: Arena, repository: string, count: number, protection: Protection): Promise<Round>;
}

const SHAS = ['1', '2', '3'].map((digit) => digit.repeat(40));

/** Each racer's own image, which says which commit it is made from. */
function imageOf(racer: number, salt: string): BuiltImage {
  const labels = { 'org.opencontainers.image.revision': SHAS[racer] ?? '' };
  return index([image({ labels, layers: [{ files: { racer: `${racer} ${salt}` } }] })]);
}

const racerName = (racer: number): string => `racer-${racer}`;

/** Promotions of different images to one new tag. */
export const ONE_TAG: Contest = {
  name: 'one tag',
  protections: ['none', 'read-back', 'settle'],
  async prepare(arena, repository, count, protection) {
    const images = range(count).map((racer) => imageOf(racer, repository));
    for (const [racer, each] of images.entries()) await arena.seed(repository, `source-${racer}`, each);
    const won = new Map<number, boolean>();
    const racers = range(count).map((racer): [string, () => Promise<void>] => {
      const task = {
        tagFile: `images:\n  - name: ${arena.host}/${repository}\n    src_build_tag: source-${racer}\n    tag: "1.0"\n    attachments: ignore\n`,
      };
      return [
        racerName(racer),
        async () => {
          const ours = images[racer] as BuiltImage;
          won.set(
            racer,
            protection === 'none'
              ? await naive(arena, repository, '1.0', ours, racerName(racer))
              : (await apply(arena, racer, protection, task)).exitCode === 0,
          );
        },
      ];
    });
    return {
      racers: new Map(racers),
      async verdict() {
        const held = await digestAt(arena, repository, '1.0');
        const winners = [...won].filter(([, yes]) => yes).map(([racer]) => images[racer]?.digest);
        if (winners.some((digest) => digest !== held)) return 'lost';
        return winners.length === count ? 'fine' : 'told';
      },
    };
  },
};

const CHANNEL_POLICY = `policy:
  rules:
    - class: final
      git_tag: 'v{major}.{minor}.{patch}'
      tag: '{git_tag}'
      channels: [latest]
`;

/** Releases of different versions that all move `latest`; the highest one must have it in the end. */
export const ONE_CHANNEL: Contest = {
  name: 'one channel',
  protections: ['read-back', 'settle'],
  async prepare(arena, repository, count, protection) {
    const versions = range(count).map((racer) => `v1.${racer}.0`);
    const images = range(count).map((racer) => imageOf(racer, repository));
    await arena.seed(repository, 'v0.9.0', imageOf(9, repository));
    await arena.seed(repository, 'latest', imageOf(9, repository));
    const ended = new Map<number, Attempt>();
    const racers = range(count).map((racer): [string, () => Promise<void>] => [
      racerName(racer),
      async () => {
        const build = images[racer] as BuiltImage;
        const tagFile = `${CHANNEL_POLICY}builds:\n  - name: ${arena.host}/${repository}\n    context: .\n`;
        const release = releaseOf(arena, `refs/tags/${versions[racer] ?? ''}`, racer, build);
        ended.set(racer, await apply(arena, racer, protection, { tagFile, release }));
      },
    ]);
    return {
      racers: new Map(racers),
      async verdict() {
        const held = await digestAt(arena, repository, 'latest');
        const holder = images.findIndex(({ digest }) => digest === held);
        const winners = [...ended].filter(([, { exitCode }]) => exitCode === 0);
        // A lower version that was replaced by a higher one has lost nothing. One that left the channel to a higher
        // version has lost nothing either, if the run of that one was told that it did not get it.
        const told = Math.max(
          ...[...ended].filter(([, { exitCode }]) => exitCode !== 0).map(([racer]) => racer),
        );
        const lost = winners.some(([racer, { report }]) => {
          const left = report?.actions.some(({ kind, action }) => kind === 'channel' && action === 'keep');
          return holder < racer && !(left === true && told > racer);
        });
        if (lost) return 'lost';
        return winners.length === count ? 'fine' : 'told';
      },
    };
  },
};

const numberPolicy = (claim: boolean): string => `policy:
  rules:
    - class: snapshot
      branch: [main]
      tag: 'v0.0.{date}{seq:2}'${claim ? '\n      claim: git-tag' : ''}
`;

/** Snapshots of different commits that all take the next number of the day. */
export const ONE_NUMBER: Contest = {
  name: 'one number',
  protections: ['read-back', 'settle', 'claim'],
  prepare(arena, repository, count, protection) {
    const images = range(count).map((racer) => imageOf(racer, repository));
    const ended = new Map<number, Attempt>();
    const claim = claims();
    const racers = range(count).map((racer): [string, () => Promise<void>] => [
      racerName(racer),
      async () => {
        const build = images[racer] as BuiltImage;
        const tagFile = `${numberPolicy(protection === 'claim')}builds:\n  - name: ${arena.host}/${repository}\n    context: .\n`;
        const release = { ...releaseOf(arena, 'refs/heads/main', racer, build), claim };
        ended.set(racer, await apply(arena, racer, protection, { tagFile, release }));
      },
    ]);
    const round: Round = {
      racers: new Map(racers),
      async verdict() {
        const winners = [...ended].filter(([, { exitCode }]) => exitCode === 0);
        for (const [racer, { report }] of winners) {
          const tag = report?.actions.find(({ action }) => action === 'create')?.tag ?? '';
          if ((await digestAt(arena, repository, tag)) !== images[racer]?.digest) return 'lost';
        }
        return winners.length === count ? 'fine' : 'told';
      },
    };
    return Promise.resolve(round);
  },
};

type Task = { readonly tagFile: string; readonly release?: ReleaseTask };

function apply(arena: Arena, racer: number, protection: Protection, task: Task): Promise<Attempt> {
  return attempt({
    ...task,
    clock: arena.clock(racerName(racer)),
    signal: arena.signal(),
    concurrency: 1,
    ...(protection === 'settle' ? {} : { settle: 0 }),
    transport: { userAgent: racerName(racer) },
  });
}

/** What scripts do: look, write, believe. */
async function naive(
  arena: Arena,
  repository: string,
  tag: string,
  ours: BuiltImage,
  agent: string,
): Promise<boolean> {
  const headers = { 'user-agent': agent, accept: ours.mediaType };
  const path = `/v2/${repository}/manifests/${tag}`;
  const found = await arena.raw('HEAD', path, repository, headers);
  if (found.status !== 404) return false;
  const put = await arena.raw(
    'PUT',
    path,
    repository,
    { ...headers, 'content-type': ours.mediaType },
    ours.bytes,
  );
  return put.status === 201;
}

function releaseOf(arena: Arena, ref: string, racer: number, build: BuiltImage): ReleaseTask {
  const builder = countingBuilder(
    (repository, built) => arena.seed(repository, null, built),
    () => build,
  );
  return { ref, sha: SHAS[racer] ?? '', builder };
}

/** Git tags as GitHub keeps them: whoever creates one first has it. */
function claims(): ClaimTag {
  const tags = new Map<string, string>();
  return (name, sha) => {
    const holder = tags.get(name);
    if (holder === undefined) tags.set(name, sha);
    const state = holder === undefined ? 'created' : holder === sha ? 'ours' : 'taken';
    return Promise.resolve(state === 'taken' ? { state, sha: holder ?? '' } : { state });
  };
}

async function digestAt(arena: Arena, repository: string, tag: string): Promise<string | null> {
  const { host, raw } = arena;
  const bytes = await rawManifest({ host, raw }, repository, tag);
  return bytes === null ? null : digestOf(bytes);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

export const CONTESTS: readonly Contest[] = [ONE_TAG, ONE_CHANNEL, ONE_NUMBER];
