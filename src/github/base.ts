/** The commit that a change is compared with: what a pull request goes into, or what was there before a push. */
import { readFile } from 'node:fs/promises';

import { at } from '../shared/text.js';

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
