/** Facts about the repository for OCI labels, from the runner's environment and the event. */
import { readFile } from 'node:fs/promises';
import { createdAt } from '../builds/labels.js';
import type { SourceFacts } from '../builds/model.js';
import { at, textAt } from '../shared/text.js';

interface SourceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly sha: string | null;
  /** milliseconds since the epoch */
  readonly commitTime: number | null;
  readonly now: number;
}

/** Null when the commit is not known. What the environment does not say is left out of the labels. */
export async function sourceFacts({ env, sha, commitTime, now }: SourceOptions): Promise<SourceFacts | null> {
  if (sha === null) return null;
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const run = env['GITHUB_RUN_ID'] ?? '';
  const described = await describedBy(env['GITHUB_EVENT_PATH']);
  const url = repository === '' ? null : `${server.replace(/\/+$/, '')}/${repository}`;
  const commit = commitTime === null ? null : new Date(commitTime).toISOString();
  return {
    revision: sha,
    url,
    title: repository === '' ? null : (repository.split('/').at(-1) ?? null),
    ...described,
    created: createdAt(env['SOURCE_DATE_EPOCH'], commit, now),
    run: url === null || run === '' ? null : `${url}/actions/runs/${run}`,
  };
}

interface Described {
  readonly description: string | null;
  readonly licenses: string | null;
  readonly isPrivate: boolean;
}

async function describedBy(path: string | undefined): Promise<Omit<Described, 'isPrivate'>> {
  const { description, licenses } = await readRepository(path);
  return { description, licenses };
}

/**
 * What an entry without `provenance` gets, as docker/build-push-action chooses it: everything for a public repository, as
 * little as possible for a private one, whose build arguments may be secret.
 */
export async function defaultProvenance(env: SourceOptions['env']): Promise<string> {
  const { isPrivate } = await readRepository(env['GITHUB_EVENT_PATH']);
  return isPrivate ? 'mode=min' : 'mode=max';
}

async function readRepository(path: string | undefined): Promise<Described> {
  const unknown = { description: null, licenses: null, isPrivate: true };
  if (path === undefined || path === '') return unknown;
  try {
    const event = JSON.parse(await readFile(path, 'utf8')) as unknown;
    const licence = textAt(event, 'repository', 'license', 'spdx_id');
    return {
      description: textAt(event, 'repository', 'description'),
      licenses: licence === 'NOASSERTION' ? null : licence,
      isPrivate: at(event, 'repository', 'private') !== false,
    };
  } catch {
    return unknown;
  }
}

// The commit that a change is compared with: what a pull request goes into, or what was there before a push.

const NOBODY = /^0+$/;

/** 40 hexadecimal digits, or null when the event has none (a new branch, a schedule, no event file). */
export async function baseCommit(env: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  const path = env['GITHUB_EVENT_PATH'];
  if (path === undefined || path === '') return null;
  const event = await readFile(path, 'utf8')
    .then((text) => JSON.parse(text) as unknown)
    .catch(() => null);
  const sha =
    at(event, 'pull_request', 'base', 'sha') ?? at(event, 'merge_group', 'base_sha') ?? at(event, 'before');
  return typeof sha === 'string' && /^[0-9a-f]{40,64}$/.test(sha) && !NOBODY.test(sha) ? sha : null;
}
