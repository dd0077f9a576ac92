/**
 * Golden cases: one folder each beside this file, with a tag file, what the run is about and what the registries hold
 * (case.yaml), and what must come out: the plan (plan.json), for some the job summary (summary.md), and the registries
 * after apply (after.yaml). `UPDATE_GOLDEN=1` writes them; read them before you commit them.
 *
 * Besides, every case is held to the promises: a plan writes nothing; apply writes what the plan showed and nothing
 * else; the next apply writes nothing.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { afterEach, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';

import { type BuiltImage, image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry, type FaultRule } from '../../testing/registry/server.js';
import type { Gatekeeper, GateState } from '../../src/gates/gates.js';
import { summary } from '../../src/report/summary.js';
import type { Request } from '../../src/request.js';
import { testBuilder, type TestBuilderOptions } from '../support/builder.js';
import { flow, flowRequest, tagsOf, writesOf, type FlowResult } from '../support/flow.js';
import { factsOf, SHA } from '../support/policies.js';

const FOLDER = new URL('./', import.meta.url);
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

interface Case {
  /** a sentence: what this case is about */
  readonly about: string;
  readonly ref?: string;
  /** git tags of the repository, the nearest in the history of the commit first */
  readonly git_tags?: readonly string[];
  readonly stable?: boolean;
  readonly force?: readonly string[];
  readonly only?: 'images' | 'builds';
  readonly policy?: string;
  readonly images?: readonly string[];
  readonly registry_map?: readonly string[];
  /** host → repository → tag → image */
  readonly registries: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, ImageSpec>>>>>
  >;
  /** check → how it stands */
  readonly checks?: Readonly<Record<string, GateState['state']>>;
  readonly builder?: TestBuilderOptions;
  readonly faults?: readonly FaultRule[];
  /** is the job summary looked at as well? */
  readonly summary?: boolean;
  /** exit status of apply; default 0 */
  readonly exit?: number;
}

/** Its content by name, or with its platforms and the commit that it says it is made from. */
type ImageSpec =
  string | { readonly content: string; readonly platforms?: readonly string[]; readonly revision?: string };

const names = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

function makeImage(spec: ImageSpec): BuiltImage {
  const {
    content,
    platforms = ['linux/amd64', 'linux/arm64'],
    revision,
  } = typeof spec === 'string' ? { content: spec } : spec;
  const labels =
    revision === undefined
      ? {}
      : { 'org.opencontainers.image.revision': revision === 'HEAD' ? SHA : revision };
  return index(platforms.map((platform) => image({ platform, labels, layers: [{ files: { content } }] })));
}

/** The embedded registries of a case. Texts speak of them by the hosts of the case, never by their ports. */
class World {
  readonly registries = new Map<string, EmbeddedRegistry>();
  private readonly contents = new Map<string, string>();

  async start({ registries, faults = [] }: Case): Promise<void> {
    for (const [host, repositories] of Object.entries(registries)) {
      const registry = await startRegistry({ faults });
      this.registries.set(host, registry);
      for (const [repository, tags] of Object.entries(repositories)) {
        for (const [tag, spec] of Object.entries(tags)) {
          const made = makeImage(spec);
          this.contents.set(made.digest, typeof spec === 'string' ? spec : spec.content);
          seed(registry, repository, tag, made);
        }
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.registries.values()].map((registry) => registry.close()));
    this.registries.clear();
  }

  at(host: string): EmbeddedRegistry {
    for (const [name, registry] of this.registries)
      if (name === host || registry.host === host) return registry;
    throw new Error(`the case has no registry ${host}`);
  }

  /** hosts of the case → where they are */
  real(text: string): string {
    return [...this.registries].reduce((all, [host, registry]) => all.replaceAll(host, registry.host), text);
  }

  /** and back; what a build gave depends on the port, so it is called by that */
  shown(text: string): string {
    const named = [...this.registries].reduce(
      (all, [host, registry]) => all.replaceAll(registry.host, host),
      text,
    );
    return named.replace(/sha256:[0-9a-f]{12,64}/g, (digest) => {
      const known = [...this.contents.keys()].some((each) => each.startsWith(digest));
      return known ? digest : digest.length === 71 ? `sha256:${'b'.repeat(64)}` : `sha256:${'b'.repeat(12)}`;
    });
  }

  /** `host/repository:tag` → the name of its content */
  tags(): Record<string, string> {
    const all: [string, string][] = [];
    for (const [host, registry] of this.registries) {
      const repositories = new Set([...registry.history.map(({ repository }) => repository)]);
      for (const [name, digest] of Object.entries(tagsOf(registry, [...repositories].sort()))) {
        all.push([`${host}/${name}`, this.contents.get(digest) ?? 'built']);
      }
    }
    return Object.fromEntries(all);
  }

  writes(): string[] {
    return [...this.registries.values()].flatMap(({ requests }) => writesOf(requests));
  }

  /** every state that a tag took since, by request */
  moves(): { name: string; digest: string | null }[] {
    return [...this.registries.values()].flatMap((registry) =>
      registry.history
        .filter(({ request }) => request !== null)
        .map(({ repository, tag, digest }) => ({ name: `${registry.host}/${repository}:${tag}`, digest })),
    );
  }
}

const world = new World();
afterEach(() => world.stop());

describe.each(names)('%s', (name) => {
  const folder = new URL(`${name}/`, FOLDER);
  const given = parse(readFileSync(new URL('case.yaml', folder), 'utf8')) as Case;
  const golden = (file: string, text: string): void => {
    const url = new URL(file, folder);
    if (UPDATE) writeFileSync(url, text);
    expect(text).toBe(readFileSync(url, 'utf8'));
  };

  test(given.about, async () => {
    await world.start(given);
    const builder = testBuilder((host) => world.at(host), builderOf(given));
    const once = (command: Request['command']): Promise<FlowResult> =>
      flow(requestOf(command, given, folder), { builder: () => builder, gatekeeper: gatekeeperOf(given) });

    const planned = await once('plan');
    golden('plan.json', world.shown(planText(planned)));
    if (given.summary === true) golden('summary.md', world.shown(summary(planned.report)));
    expect(world.writes()).toEqual([]);

    const applied = await once('apply');
    expect(applied.exitCode).toBe(given.exit ?? 0);
    golden('after.yaml', stringify(world.tags()));
    const promised = planned.report.actions.filter(({ action }) => action === 'create' || action === 'move');
    const moves = world.moves();
    for (const { name: tag, digest } of moves) {
      const action = promised.find((each) => `${each.image}:${each.tag}` === tag);
      expect(action).toBeDefined();
      expect([null, digest]).toContain(action?.digest);
    }
    if (applied.exitCode === 0) expect(moves).toHaveLength(promised.length);

    const written = world.writes().length;
    const bakes = builder.baked.length;
    const again = await once('apply');
    expect(world.writes()).toHaveLength(written);
    expect(builder.baked).toHaveLength(given.builder?.fails === undefined ? bakes : bakes + 1);
    expect(again.exitCode).toBe(applied.exitCode);
  });
});

function requestOf(command: Request['command'], given: Case, folder: URL): Request {
  const file = readdirSync(folder).includes('image-tags.yaml')
    ? world.real(readFileSync(new URL('image-tags.yaml', folder), 'utf8'))
    : null;
  const { ref, git_tags: gitTags = [], registry_map: map = [] } = given;
  const tags = () => Promise.resolve(gitTags);
  const facts =
    ref === undefined
      ? null
      : factsOf(ref, { gitTags: tags, reachableTags: tags, shallow: () => Promise.resolve(false) });
  return flowRequest(command, file, {
    facts,
    policy: given.policy ?? '',
    images: (given.images ?? []).map((image) => world.real(image)),
    only: given.only ?? '',
    stable: given.stable ?? false,
    force: (given.force ?? []).map((each) => world.real(each)),
    registryMap: map.map((each) => world.real(each)),
  });
}

function builderOf({ builder = {} }: Case): TestBuilderOptions {
  return { ...builder, ...(builder.fails === undefined ? {} : { fails: world.real(builder.fails) }) };
}

function gatekeeperOf({ checks = {} }: Case): Gatekeeper {
  return {
    judge: (gates) => {
      const stateOf = ({ check = '' }: (typeof gates)[number]) => checks[check] ?? 'unknown';
      const worst = (['unknown', 'failed', 'pending'] as const).find((one) =>
        gates.some((gate) => stateOf(gate) === one),
      );
      const state = worst ?? 'open';
      const texts = gates
        .filter((gate) => stateOf(gate) === state)
        .map(({ check }) => `check ${check ?? '?'} is ${state}`);
      return Promise.resolve({ state, text: texts.join('; ') });
    },
  };
}

/** Without what differs from run to run. */
function planText({ report, exitCode }: FlowResult): string {
  const { version, command, ref, classification, actions, counts } = report;
  return `${JSON.stringify({ exit: exitCode, version, command, ref, classification, actions, counts }, null, 2)}\n`;
}
