/** The flow as a library: `run` over embedded registries, with everything else passed in. */
import { realRegistry } from '../../src/cli/registry.js';
import type { EmbeddedRegistry, LoggedRequest } from '../../testing/registry/server.js';
import { withoutGitHub, createGatekeeper } from '../../src/gates/gates.js';
import type { Clock } from '../../src/ports.js';
import { type Ports, promotionRequest, type Request } from '../../src/request.js';
import { run, type RunResult } from '../../src/run.js';
import { recordedLog, type RecordedLog } from './memory-registry.js';
import { SHA, TIME } from './policies.js';

/** Time stands still, and nobody waits. */
export const STILL: Clock = { now: () => TIME, sleep: () => Promise.resolve(), random: () => 0 };

export interface FlowResult extends RunResult {
  readonly log: RecordedLog;
}

/** A request of this command for the text of a tag file, with the given changes. */
export function flowRequest(
  command: Request['command'],
  tagFile: string | null,
  changes: Partial<Request> = {},
): Request {
  const files =
    tagFile === null ? [] : [{ path: 'image-tags.yaml', bytes: new TextEncoder().encode(tagFile) }];
  const request = promotionRequest(command, files);
  return { ...request, build: { ...request.build, source: SOURCE }, ...changes };
}

/** What is known of the repository that is built. */
export const SOURCE: NonNullable<Request['build']['source']> = {
  revision: SHA,
  url: 'https://github.com/o/r',
  title: 'r',
  description: null,
  licenses: null,
  created: '2021-11-01T12:00:00.000Z',
  run: null,
};

/** Runs the request with a registry client of its own; what parts leave out is refused when it is asked. */
export async function flow(request: Request, parts: Partial<Ports> = {}): Promise<FlowResult> {
  const log = recordedLog();
  const { signal } = new AbortController();
  const refuse = (what: string) => () => {
    throw new Error(`${what} must not be asked`);
  };
  const registry = realRegistry({
    env: {},
    log,
    signal: parts.signal ?? signal,
    concurrency: request.concurrency,
    anonymous: true,
  });
  try {
    const result = await run(request, {
      registry,
      log,
      clock: STILL,
      signal,
      gatekeeper: createGatekeeper(withoutGitHub('this test has no GitHub'), TIME),
      subject: () => ({ home: 'o/r', commit: { repo: 'o/r', sha: SHA } }),
      claim: refuse('claim'),
      checkedOut: () => Promise.resolve(null),
      uncommitted: () => Promise.resolve({ modified: [], untracked: [] }),
      sources: () => Promise.resolve([]),
      builder: refuse('the builder'),
      changes: () => Promise.resolve(null),
      review: (plan) => Promise.resolve(plan),
      recorder: () => Promise.resolve(null),
      ...parts,
    });
    return { ...result, log };
  } finally {
    registry.close();
  }
}

/** Requests that write, as `METHOD /path`. */
export function writesOf(requests: readonly LoggedRequest[]): string[] {
  return requests
    .filter(({ method }) => !['GET', 'HEAD'].includes(method))
    .map(({ method, url }) => `${method} ${url}`);
}

/** Every tag of these repositories and what it points at: `repository:tag` → digest. */
export function tagsOf(registry: EmbeddedRegistry, repositories: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    repositories.flatMap((repository) =>
      registry
        .tags(repository)
        .map((tag) => [`${repository}:${tag}`, registry.manifest(repository, tag)?.digest ?? '']),
    ),
  );
}
