/** A repository whose refs are built under one policy, one run after another, on a registry over the wire. */
import { image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import type { ClaimTag, RefFacts } from '../../src/policy/policy.js';
import type { ReportAction } from '../../src/report/model.js';
import { testBuilder } from './builder.js';
import { flow, flowRequest, SOURCE, tagsOf } from './flow.js';
import { factsOf } from './policies.js';

export interface Pushed {
  readonly exitCode: number;
  /** tag → `action reason` */
  readonly tags: Readonly<Record<string, string>>;
  readonly actions: readonly ReportAction[];
  readonly warnings: readonly string[];
}

export interface Releases {
  readonly registry: EmbeddedRegistry;
  /** puts tags of one more image into the repository, as somebody else might */
  holds(...tags: string[]): void;
  /** pushes a ref with a commit of its own and applies the tag file */
  push(ref: string, facts?: Partial<RefFacts>, claim?: ClaimTag): Promise<Pushed>;
  /** `app:tag` → digest */
  tags(): Record<string, string>;
  close(): Promise<void>;
}

/** @param file gives the tag file for the name of the image; `policy: …` alone gets a build of it */
export async function releasesOf(file: string | ((image: string) => string)): Promise<Releases> {
  const registry = await startRegistry();
  const name = `${registry.host}/app`;
  const text =
    typeof file === 'string'
      ? `${file.trimEnd()}\nbuilds: [ { name: '${name}', platforms: [linux/amd64] } ]\n`
      : file(name);
  let pushes = 0;
  return {
    registry,
    holds: (...tags) => {
      pushes += 1;
      const made = index([
        image({ platform: 'linux/amd64', layers: [{ files: { content: `held ${pushes}` } }] }),
      ]);
      for (const tag of tags) seed(registry, 'app', tag, made);
    },
    push: async (ref, facts = {}, claim) => {
      pushes += 1;
      const sha = facts.sha ?? pushes.toString(16).padStart(8, '0').repeat(5);
      const request = flowRequest('apply', text, {
        facts: factsOf(ref, { sha, gitTags: () => Promise.resolve([]), ...facts }),
      });
      const source = { ...SOURCE, revision: sha };
      const { report, exitCode } = await flow(
        { ...request, build: { ...request.build, source } },
        { builder: () => testBuilder(() => registry), ...(claim && { claim }) },
      );
      const actions = report.actions.filter(({ action }) => action !== 'build');
      return {
        exitCode,
        actions,
        tags: Object.fromEntries(actions.map(({ tag, action, reason }) => [tag, `${action} ${reason.code}`])),
        warnings: actions.flatMap(({ warnings = [] }) => warnings),
      };
    },
    tags: () => tagsOf(registry, ['app']),
    close: () => registry.close(),
  };
}
