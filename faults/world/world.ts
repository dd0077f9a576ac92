/** One promotion with everything around it, fresh for every test. */
import { referrersTag } from '../../testing/registry/images.js';
import { index, type BuiltImage } from '../../testing/registry/image.js';
import type { FaultList, LoggedRequest, TagEvent } from '../../testing/registry/server.js';
import type { createTransport } from '../../src/registry/http/transport.js';
import type { Raw } from '../../__tests__/support/registry-contract/place.js';
import type { Backend, Login, Room } from './backend.js';
import { countingBuilder } from './builder.js';
import { createAuthority, type Authority } from './certificate.js';
import { attempt, type Attempt } from './engine.js';
import { startGate, type Gate } from './gate.js';
import { serveNames, setName } from './names.js';
import {
  COMMIT,
  IMAGE,
  OLDER,
  RELEASE_POLICY,
  RELEASE_REF,
  RIVAL,
  SBOM,
  SIGNATURE,
  signatureOf,
  SOURCE_TAG,
  type Scenario,
  type WantedTag,
} from './scenario.js';
import type { FakeTime } from './time.js';

type TransportOptions = Parameters<typeof createTransport>[0];

/** How Retag reaches the registries: as they are, or through a door that can be shut, with or without TLS. */
export type Doors = 'none' | 'plain' | 'tls';

/** One registry as Retag and as the test see it. */
export interface Side {
  /** as it stands in image names */
  readonly host: string;
  /** scheme and host as Retag connects to it */
  readonly origin: string;
  readonly faults: Pick<FaultList, 'set' | 'fired'>;
  readonly requests: readonly LoggedRequest[];
  readonly history: readonly TagEvent[] | null;
  readonly tokens: readonly string[];
  readonly raw: Raw;
  readonly door: Door | null;
}

/** What can become of the way to a registry. */
export interface Door {
  shut(): void;
  open(): Promise<void>;
  /** The host name is gone, or back. */
  name(exists: boolean): void;
  /** Shows another certificate from now on. */
  certificate(kind: CertificateKind): void;
}
export type CertificateKind = 'good' | 'expired' | 'for another host' | 'of an unknown authority';

export interface World {
  readonly scenario: Scenario;
  readonly source: Side;
  /** the same object as `source` when there is one registry */
  readonly target: Side;
  /** of the source tag; null when images are built */
  readonly sourceRepository: string | null;
  /** tags with their repositories as they are in this world */
  readonly wanted: readonly WantedTag[];
  /** what Retag may put under a tag of this repository; grows when a builder builds */
  planned(repository: string): readonly BuiltImage[];
  /** passwords and what is made of them */
  readonly secrets: readonly string[];
  /** what Retag is asked for, for runs that are started in another way than `promote` */
  readonly tagFile: string;
  readonly force: readonly string[];
  readonly logins: readonly (Login & { readonly host: string })[];
  /** Retag does its work once. `patience`: the longest silence of a registry, milliseconds. */
  promote(time: FakeTime, patience: number): Promise<Attempt>;
  /** Somebody else writes the first wanted tag. */
  rival(): Promise<void>;
  /** Somebody else makes the very tag that Retag is about to make. */
  twin(): Promise<void>;
  /** Somebody else moves the source tag. */
  moveSource(): Promise<void>;
  /** `destination REPOSITORY:TAG` (and `source …` in another registry or repository) → digest, seen from outside */
  tags(): Promise<ReadonlyMap<string, string>>;
  /** what is missing of `image` in a repository of the destination */
  gaps(repository: string, image: BuiltImage): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** How `tags` calls a wanted tag. */
export function nameOfTag({ repository, tag }: Pick<WantedTag, 'repository' | 'tag'>): string {
  return `destination ${repository}:${tag}`;
}

const authority: { made?: Authority } = {};
let worlds = 0;

export async function createWorld(scenario: Scenario, backend: Backend, doors: Doors): Promise<World> {
  serveNames();
  const number = worlds++;
  const prefix = backend.nextPrefix();
  const opened: OpenSide[] = [];
  for (const role of scenario.sides === 2 ? ['source', 'target'] : ['target']) {
    opened.push(await openSide(scenario, backend, doors, role, `${role}-${number}`));
  }
  const [first, last] = [opened[0] as OpenSide, opened.at(-1) as OpenSide];
  const wanted = scenario.wanted.map((tag) => ({ ...tag, repository: prefix + tag.repository }));
  const repositories = [...new Set(wanted.map(({ repository }) => repository))];
  const sourceRepository = scenario.source === null ? null : prefix + scenario.source;
  await fill(scenario, prefix, first.room, last.room);
  const builder = countingBuilder((repository, image) => last.room.seed(repository, null, image));
  const tagFile = tagFileOf(
    scenario,
    last.side.host,
    repositories,
    `${first.side.host}/${sourceRepository ?? ''}`,
  );
  const force = wanted
    .filter((tag) => tag.force)
    .map(({ repository, tag }) => `${last.side.host}/${repository}:${tag}`);
  const write = (image: BuiltImage): Promise<void> =>
    last.room.seed(wanted[0]?.repository ?? '', wanted[0]?.tag ?? '', image);
  return {
    scenario,
    source: first.side,
    target: last.side,
    sourceRepository,
    wanted,
    planned: (repository) => (scenario.source === null ? (builder.built.get(repository) ?? []) : [IMAGE]),
    secrets: opened.flatMap(({ login }) => (login === null ? [] : secretsOf(login))),
    tagFile,
    force,
    logins: opened.flatMap(({ side, login }) => (login === null ? [] : [{ ...login, host: side.host }])),
    promote: (time, patience) =>
      attempt({
        tagFile,
        force,
        concurrency: 4,
        clock: time.clock,
        signal: time.signal,
        transport: { ...transportOf(opened, doors, backend.http2), requestTimeoutMs: patience },
        ...(scenario.source === null ? { release: { ref: RELEASE_REF, sha: COMMIT, builder } } : {}),
      }),
    rival: () => write(RIVAL),
    twin: () => write(IMAGE),
    moveSource: () => first.room.seed(sourceRepository ?? '', SOURCE_TAG, RIVAL),
    async tags() {
      const all = new Map<string, string>();
      for (const repository of repositories) {
        for (const [tag, digest] of await tagsOf(last.side.raw, repository)) {
          all.set(nameOfTag({ repository, tag }), digest);
        }
      }
      if (sourceRepository === null || (first === last && repositories.includes(sourceRepository)))
        return all;
      for (const [tag, digest] of await tagsOf(first.side.raw, sourceRepository))
        all.set(`source ${tag}`, digest);
      return all;
    },
    gaps: (repository, image) => last.room.gaps(repository, image),
    async close() {
      await Promise.all(opened.map((side) => side.close()));
    },
  };
}

interface OpenSide {
  readonly side: Side;
  readonly room: Room;
  readonly login: Login | null;
  close(): Promise<void>;
}

async function openSide(
  scenario: Scenario,
  backend: Backend,
  doors: Doors,
  role: string,
  name: string,
): Promise<OpenSide> {
  const login: Login | null =
    scenario.login === null || !backend.logins
      ? null
      : { kind: scenario.login, user: `${role}-user`, password: `${role}-pässword:${name}` };
  const hostname = `${name}.registry.test`;
  const gate = doors === 'none' ? null : await startGate(doors === 'tls' ? pairOf('good') : null);
  const scheme = doors === 'tls' || backend.http2 !== null ? 'https' : 'http';
  const named = gate !== null || backend.http2 !== null;
  const hostOf = (port: number): string => (named ? hostname : '127.0.0.1') + `:${gate?.port ?? port}`;
  const realm = (port: number): string | null => (named ? `${scheme}://${hostOf(port)}/token` : null);
  const room = await backend.open({ login, behaviour: scenario.behaviour, realm });
  gate?.leadTo(room.port);
  const host = hostOf(room.port);
  const { faults, requests, history, tokens, raw } = room;
  return {
    side: {
      host,
      origin: `${scheme}://${host}`,
      faults,
      requests,
      history,
      tokens,
      raw,
      door: gate && doorOf(gate, hostname),
    },
    room,
    login,
    async close() {
      await gate?.close();
      await room.close();
    },
  };
}

function doorOf(gate: Gate, hostname: string): Door {
  return {
    shut: () => gate.shut(),
    open: () => gate.open(),
    name(exists) {
      setName(hostname, exists);
      gate.drop();
    },
    certificate: (kind) => gate.show(pairOf(kind)),
  };
}

function pairOf(kind: CertificateKind): { readonly cert: string; readonly key: string } {
  const known = (authority.made ??= createAuthority());
  switch (kind) {
    case 'good':
      return known.issue({ names: ['*.registry.test'] });
    case 'expired':
      return known.issue({ names: ['*.registry.test'], validFor: -1 });
    case 'for another host':
      return known.issue({ names: ['other.test'] });
    case 'of an unknown authority':
      return createAuthority('somebody else').issue({ names: ['*.registry.test'] });
  }
}

function transportOf(
  opened: readonly OpenSide[],
  doors: Doors,
  http2: string | null,
): Partial<TransportOptions> {
  const logins = new Map(opened.map(({ side, login }) => [side.host, login]));
  return {
    insecureRegistries: doors === 'plain' && http2 === null ? opened.map(({ side }) => side.host) : [],
    // A client that trusts one more authority reads all of Node's anew, which takes longer than its run.
    ...(http2 === null ? {} : { ca: http2 }),
    ...(doors !== 'tls' || authority.made === undefined ? {} : { ca: authority.made.cert }),
    credentials(registry) {
      const login = logins.get(registry);
      if (!login) return Promise.resolve(null);
      const { user, password } = login;
      return Promise.resolve({ kind: 'basic', username: user, password, source: 'the test' });
    },
  };
}

async function fill(scenario: Scenario, prefix: string, from: Room, to: Room): Promise<void> {
  if (scenario.source !== null) await from.seed(prefix + scenario.source, SOURCE_TAG, IMAGE);
  if (scenario.source !== null && scenario.attachments !== 'none') {
    const repository = prefix + scenario.source;
    const { tag, image } = signatureOf(scenario);
    await from.seed(repository, tag, image);
    await from.seed(repository, null, SBOM);
    // Only where there is no referrers API, which would make it needless.
    if (!from.listsReferrers) await from.seed(repository, referrersTag(IMAGE.digest), index([SBOM]));
  }
  for (const { repository, tag, before } of scenario.wanted) {
    if (before) await to.seed(prefix + repository, tag, before);
    if (scenario.attachments === 'late') await to.seed(prefix + repository, SIGNATURE.tag, SIGNATURE.image);
  }
  // Something that nobody asked about: it must stay as it is.
  for (const { repository, tag } of scenario.bystanders) await to.seed(prefix + repository, tag, OLDER);
}

function tagFileOf(
  scenario: Scenario,
  host: string,
  repositories: readonly string[],
  source: string,
): string {
  const entry = (lines: readonly string[]): string[] =>
    lines.map((line, at) => `${at === 0 ? '  - ' : '    '}${line}`);
  if (scenario.source === null) {
    const builds = repositories.map((repository) => [
      `name: ${host}/${repository}`,
      'context: .',
      'platforms: [linux/amd64]',
    ]);
    return [RELEASE_POLICY, 'builds:', ...builds.flatMap(entry), ''].join('\n');
  }
  const [target = ''] = repositories;
  const lines = [`name: ${host}/${target}`, `src_name: ${source}`, `src_build_tag: ${SOURCE_TAG}`];
  return ['images:', ...entry([...lines, ...scenario.lines]), ''].join('\n');
}

function secretsOf({ user, password }: Login): string[] {
  return [password, Buffer.from(`${user}:${password}`).toString('base64'), encodeURIComponent(password)];
}

/** Every tag of a repository with its digest, as anybody could ask for them. */
async function tagsOf(raw: Raw, repository: string): Promise<[string, string][]> {
  const list = await raw('GET', `/v2/${repository}/tags/list?n=100`, repository);
  const tags =
    list.status === 404 ? [] : ((JSON.parse(list.body.toString()) as { tags: string[] | null }).tags ?? []);
  const found: [string, string][] = [];
  for (const tag of tags) {
    const answer = await raw('HEAD', `/v2/${repository}/manifests/${tag}`, repository, { accept: ACCEPT });
    // distribution lists a tag from the moment in which its first write begins
    if (answer.status === 404) continue;
    found.push([tag, answer.headers.get('docker-content-digest') ?? `HTTP ${answer.status}`]);
  }
  return found;
}

const ACCEPT =
  'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, ' +
  'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
