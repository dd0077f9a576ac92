import { afterEach, beforeEach, expect, test } from '@jest/globals';

import {
  compareEntries,
  countsForPullRequest,
  planComment,
  planMarker,
  unreviewed,
} from '../../../src/github/review/comment.js';
import { parseConfig } from '../../../src/config/config.js';
import { reviewsOf, upsertComment } from '../../../src/github/review/review.js';
import { readText } from '../../../src/github/refs.js';
import type { ReportAction } from '../../../src/report/model.js';
import { type LocalGitHub, startGitHub } from '../../support/github/local-github.js';
import { open } from '../../support/github/open.js';
import { action, digest, report } from '../../support/github/report.js';

const FILE = '.github/image-tags.yaml';
const entry = (name: string, build: string): string =>
  `  - name: quay.io/org/${name}\n    src_build_tag: ${build}\n    tag: '1.0'\n`;
const before = `images:\n${entry('old', 'b1')}`;
const after = before + entry('new', 'b1');
const images = (text: string) => parseConfig([{ path: FILE, bytes: Buffer.from(text) }]).images;

let local: LocalGitHub;
beforeEach(async () => {
  local = await startGitHub({ [FILE]: { mode: '100644', text: before } });
});
afterEach(() => local.close());

/** What `plan` would give for the two entries; the source of `new` points at the given digest. */
function planned(source: string): ReportAction[] {
  const refused = { code: 'different-digest', text: 'the tag has another digest' } as const;
  return [
    action({
      image: 'quay.io/org/old',
      tag: '1.0',
      action: 'refuse',
      reason: refused,
      location: { file: FILE, line: 2, column: 5 },
    }),
    action({
      image: 'quay.io/org/new',
      tag: '1.0',
      digest: source,
      location: { file: FILE, line: 5, column: 5 },
    }),
  ];
}

test('story: plan on a pull request, merge, and the source tag moved in between', async () => {
  const base = local.repo.main;
  const head = local.repo.push('add', { [FILE]: { mode: '100644', text: after } });
  const pull = local.repo.open('Add new', 'dev', '', {
    head: 'add',
    base: 'main',
    headSha: head,
    merged: null,
    mergedAt: null,
    reviews: [],
  });
  const marker = planMarker(FILE);

  // On the pull request: the plan is shown, and the entry that was broken before does not fail it.
  const github = await open(local);
  const baseText = await readText(github, FILE, base);
  const changes = compareEntries(images(baseText ?? ''), images(after));
  const actions = planned(digest('a'));
  expect(
    actions.filter((one) => one.action === 'refuse' && countsForPullRequest(one, changes)),
  ).toStrictEqual([]);
  const comment = () => planComment({ report: report(actions), changes, key: FILE, head, summaryUrl: null });
  expect(await upsertComment(github, pull.number, marker, comment())).toMatchObject({ state: 'created' });

  // The second run of the same plan changes nothing.
  const writes = local.writes();
  expect(await upsertComment(await open(local), pull.number, marker, comment())).toMatchObject({
    state: 'unchanged',
  });
  expect(local.writes()).toBe(writes);

  // Merged; meanwhile somebody built the source tag again.
  const merge = local.repo.merge(pull.number);
  const reviews = await reviewsOf(await open(local), [merge], marker, 'main');
  expect(reviews.last).toMatchObject({ pull: pull.number, head, reviewed: { head } });
  const now = { image: 'quay.io/org/new', tag: '1.0', digest: digest('b') };
  expect(unreviewed(now, reviews)).toStrictEqual({
    pull: pull.number,
    reviewed: digest('a'),
    now: digest('b'),
  });
  expect(unreviewed({ ...now, digest: digest('a') }, reviews)).toBeNull();
});

test('story: a pull request from a fork shows its plan in the summary alone', async () => {
  const pull = local.repo.open('Add new', 'stranger');
  const text = planComment({
    report: report([]),
    changes: compareEntries([], []),
    key: FILE,
    head: 'a'.repeat(40),
    summaryUrl: null,
  });
  expect(
    await upsertComment(await open(local, { token: 'fork' }), pull.number, planMarker(FILE), text),
  ).toMatchObject({
    state: 'read-only',
    notice: expect.stringContaining('the plan is in the summary only'),
  });
  expect(local.writes()).toBe(0);
});
