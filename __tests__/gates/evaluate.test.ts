import { describe, expect, test } from '@jest/globals';

import { evaluateGate, type GateFacts } from '../../src/gates/evaluate.js';
import type { CommitSignals, Light, Signal } from '../../src/gates/port.js';
import { gate } from '../support/github/gate.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-31T12:00:00Z');
const ago = (days: number): number => NOW - days * DAY;
const signal = (light: Light, days: number, source = 'github-actions', said: string = light): Signal => ({
  light,
  said,
  source,
  at: ago(days),
});
const commit = (...signals: Signal[]): CommitSignals => ({
  committedAt: ago(9),
  signals,
});
const check = (commits: CommitSignals[], complete = true): GateFacts => ({
  kind: 'check',
  history: { repo: 'o/r', ref: 'aaaaaaa', commits, complete },
});
const workflow = (runs: Signal[], complete = true): GateFacts => ({
  kind: 'workflow',
  history: { repo: 'o/r', branch: 'main', runs, complete },
});

describe('a check', () => {
  const e2e = gate({ check: 'e2e' });
  const soak = gate({ check: 'e2e', greenFor: 30 * DAY });
  test.each([
    ['green', e2e, [commit(signal('green', 2))], 'open', ago(2), 'green since 2026-03-29 12:00 UTC'],
    ['red', e2e, [commit(signal('red', 2))], 'failed', ago(2), 'red (red, since 2026-03-29 12:00 UTC, 2 d)'],
    ['running', e2e, [commit(signal('pending', 1))], 'pending', ago(1), 'not done'],
    ['skipped says nothing', e2e, [commit(signal('skipped', 1))], 'pending', ago(1), 'not done'],
    [
      'never appeared',
      e2e,
      [commit()],
      'pending',
      ago(9),
      'has not appeared on aaaaaaa of o/r (the commit is 9 d old)',
    ],
    [
      're-run: the newest counts',
      e2e,
      [commit(signal('green', 1), signal('red', 2))],
      'open',
      ago(1),
      'green',
    ],
    ['re-run that fails', e2e, [commit(signal('red', 1), signal('green', 2))], 'failed', ago(1), 'red'],
    [
      'red since the first of a row',
      e2e,
      [commit(signal('red', 1), signal('red', 3))],
      'failed',
      ago(3),
      '3 d',
    ],
    [
      'asked for again while green',
      e2e,
      [commit(signal('pending', 1), signal('green', 2))],
      'pending',
      ago(1),
      'not done',
    ],
    [
      'two apps, one red',
      e2e,
      [commit(signal('green', 1), signal('red', 2, 'other'))],
      'failed',
      ago(2),
      'red',
    ],
    [
      'two apps, one running',
      e2e,
      [commit(signal('green', 1), signal('pending', 2, 'other'))],
      'pending',
      ago(2),
      'not done',
    ],
    [
      'a status and a check, both green',
      e2e,
      [commit(signal('green', 1), signal('green', 3, 'status'))],
      'open',
      ago(1),
      'green',
    ],
    [
      'green for too short a time',
      soak,
      [commit(signal('green', 3))],
      'pending',
      ago(3),
      'green for 3 d, and 30 d are asked for',
    ],
    ['green for long enough', soak, [commit(signal('green', 30))], 'open', ago(30), 'green'],
    [
      'green for long enough over several commits, one of them without the check',
      soak,
      [commit(signal('green', 3)), commit(), commit(signal('green', 31)), commit(signal('red', 60))],
      'open',
      ago(31),
      'green since',
    ],
    [
      'red in between',
      soak,
      [commit(signal('green', 3)), commit(signal('red', 10)), commit(signal('green', 60))],
      'pending',
      ago(3),
      'green for 3 d',
    ],
    ['no commit at all', e2e, [], 'unknown', undefined, 'no commit'],
  ] as const)('%s', (_, one, commits, state, since, text) => {
    const result = evaluateGate(one, check([...commits]), NOW);
    expect(result).toMatchObject({ state, text: expect.stringContaining(text) });
    expect(result.since).toBe(since);
  });

  test('says when it did not look far enough', () => {
    const result = evaluateGate(soak, check([commit(signal('green', 20))], false), NOW);
    expect(result).toMatchObject({
      state: 'pending',
      text: expect.stringContaining('older ones were not looked at'),
    });
  });
});

describe('a workflow', () => {
  const nightly = gate({ workflow: 'nightly.yml', branch: 'main', consecutive: 3 });
  const green = (days: number) => signal('green', days, 'nightly.yml');
  const red = (days: number) => signal('red', days, 'nightly.yml', 'failure');
  test.each([
    ['the last three green', nightly, [green(1), green(2), green(3), red(4)], 'open', ago(3), 'green since'],
    [
      'the last red',
      nightly,
      [red(1), green(2), green(3)],
      'failed',
      ago(1),
      'its last run is not green (failure',
    ],
    [
      'one of three red',
      nightly,
      [green(1), red(2), red(3), green(4)],
      'failed',
      ago(3),
      'one of its last 3 runs',
    ],
    ['only two so far', nightly, [green(1), green(2)], 'pending', ago(2), '2 of 3 completed runs'],
    ['none so far', nightly, [], 'pending', undefined, '0 of 3'],
    ['one is enough by default', gate({ workflow: 'ci.yml' }), [green(1), red(2)], 'open', ago(1), 'green'],
    [
      'green for a week',
      gate({ workflow: 'ci.yml', greenFor: 7 * DAY }),
      [green(1), green(8), red(9)],
      'open',
      ago(8),
      'green',
    ],
    [
      'not yet',
      gate({ workflow: 'ci.yml', greenFor: 7 * DAY }),
      [green(1), red(2)],
      'pending',
      ago(1),
      '7 d are asked for',
    ],
  ] as const)('%s', (_, one, runs, state, since, text) => {
    const result = evaluateGate(one, workflow([...runs]), NOW);
    expect(result).toMatchObject({ state, text: expect.stringContaining(text) });
    expect(result.since).toBe(since);
  });
});

describe('an approval', () => {
  const team = gate({ approvedBy: 'org/release' });
  const facts = (approvals: { by: string }[]): GateFacts => ({
    kind: 'approval',
    facts: {
      approvals: approvals.map(({ by }) => ({ by, via: 'review', at: ago(1) })),
      pull: '#12',
      since: ago(2),
    },
  });
  test('given', () => {
    expect(evaluateGate(team, facts([{ by: 'octocat' }]), NOW)).toStrictEqual({
      state: 'open',
      text: 'octocat of org/release approved (review, 2026-03-30 12:00 UTC)',
      since: ago(1),
    });
  });
  test('missing', () => {
    expect(evaluateGate(team, facts([]), NOW)).toStrictEqual({
      state: 'pending',
      text: 'nobody of org/release has approved: pull request #12, merged 2 d ago',
      since: ago(2),
    });
  });
});

test('what cannot be told is unknown, and says why', () => {
  expect(
    evaluateGate(gate({ check: 'e2e', repo: 'o/r' }), { kind: 'unknown', why: 'GitHub is down' }, NOW),
  ).toStrictEqual({
    state: 'unknown',
    text: 'check "e2e" in o/r green: GitHub is down',
  });
});

test('a gate without a condition never opens', () => {
  expect(evaluateGate(gate({}), check([commit(signal('green', 1))]), NOW).state).toBe('unknown');
});
