import { describe, expect, test } from '@jest/globals';

import { OperationError } from '../../src/errors.js';
import { commitOfEntry, createGatekeeper, type Subject, withoutGitHub } from '../../src/gates/gates.js';
import { parseCommit } from '../../src/config/commit.js';
import type { ApprovalQuery, CheckQuery, Checks, Light, RunQuery } from '../../src/gates/port.js';
import { gate } from '../support/github/gate.js';

const NOW = Date.parse('2026-03-31T12:00:00Z');
const sha = 'a'.repeat(40);
const subject: Subject = { home: 'o/home', commit: { repo: 'o/home', sha } };

function checksThatSay(light: Light) {
  const asked: { checks: CheckQuery[]; runs: RunQuery[]; approvals: ApprovalQuery[] } = {
    checks: [],
    runs: [],
    approvals: [],
  };
  const signal = { light, said: light, source: 's', at: NOW - 1000 };
  const checks: Checks = {
    check: (query) => {
      asked.checks.push(query);
      const commits = [{ committedAt: NOW - 5000, signals: [signal] }];
      return Promise.resolve({ repo: query.repo, ref: query.ref ?? 'main', commits, complete: true });
    },
    runs: (query) => {
      asked.runs.push(query);
      return Promise.resolve({
        repo: query.repo,
        branch: query.branch ?? 'main',
        runs: [signal],
        complete: true,
      });
    },
    approvals: (query) => {
      asked.approvals.push(query);
      return Promise.resolve({ approvals: [], pull: null, since: NOW });
    },
  };
  return { checks, asked };
}

describe('what is asked for', () => {
  test.each([
    [
      'the commit of the image',
      gate({ check: 'e2e' }),
      { repo: 'o/home', ref: sha, name: 'e2e', backTo: null },
    ],
    [
      'another repository, default branch',
      gate({ check: 'e2e', repo: 'x/y' }),
      { repo: 'x/y', ref: null, name: 'e2e', backTo: null },
    ],
    [
      'another repository at a ref',
      gate({ check: 'e2e', repo: 'x/y', ref: 'v1' }),
      { repo: 'x/y', ref: 'v1', name: 'e2e', backTo: null },
    ],
    [
      'a ref at home',
      gate({ check: 'e2e', ref: 'v1' }),
      { repo: 'o/home', ref: 'v1', name: 'e2e', backTo: null },
    ],
    [
      'how far back',
      gate({ check: 'e2e', greenFor: 5000 }),
      { repo: 'o/home', ref: sha, name: 'e2e', backTo: NOW - 5000 },
    ],
  ])('check: %s', async (_, one, query) => {
    const { checks, asked } = checksThatSay('green');
    await createGatekeeper(checks, NOW).judge([one], subject);
    expect(asked.checks).toStrictEqual([query]);
  });

  test('workflow: last run on the default branch at home', async () => {
    const { checks, asked } = checksThatSay('green');
    await createGatekeeper(checks, NOW).judge([gate({ workflow: 'ci.yml' })], subject);
    expect(asked.runs).toStrictEqual([
      { repo: 'o/home', workflow: 'ci.yml', branch: null, atLeast: 1, backTo: null },
    ]);
  });

  test('approval: who brought the entry in', async () => {
    const { checks, asked } = checksThatSay('green');
    const contains = (text: string) => text.includes('x');
    const entry = { sha, file: 'tags.yaml', contains };
    const verdict = await createGatekeeper(checks, NOW).judge([gate({ approvedBy: 'release' })], {
      ...subject,
      entry,
    });
    expect(asked.approvals).toStrictEqual([
      { repo: 'o/home', who: 'release', sha, entry: { file: 'tags.yaml', contains } },
    ]);
    expect(verdict.state).toBe('pending');
  });

  test('equal questions once in a run, over all tags', async () => {
    const { checks, asked } = checksThatSay('green');
    const keeper = createGatekeeper(checks, NOW);
    const gates = [gate({ check: 'e2e' }), gate({ workflow: 'ci.yml' })];
    await Promise.all([keeper.judge(gates, subject), keeper.judge(gates, subject)]);
    await keeper.judge(gates, subject);
    expect([asked.checks.length, asked.runs.length]).toStrictEqual([1, 1]);
  });
});

describe('all of a list must hold', () => {
  const LIGHTS = { open: 'green', pending: 'pending', failed: 'red' } as const;
  type State = keyof typeof LIGHTS | 'unknown';
  /** The gate `STATE-N` is in that state since N ms after the epoch. */
  const checks: Checks = {
    ...checksThatSay('green').checks,
    check: ({ name, repo }) => {
      const [state = '', at] = name.split('-');
      if (state === 'unknown') return Promise.reject(new OperationError('denied', 'no entry'));
      const light = LIGHTS[state as keyof typeof LIGHTS];
      const signals = [{ light, said: light, source: 's', at: Number(at) }];
      const commits = [{ committedAt: 0, signals }];
      return Promise.resolve({ repo, ref: 'main', commits, complete: true });
    },
  };
  const judged = (...names: string[]) => {
    const gates = names.map((check) => gate({ check }));
    return createGatekeeper(checks, NOW).judge(gates, subject);
  };
  test.each<[State[], State, number[], number | null]>([
    [['open', 'open'], 'open', [0, 1], 1],
    [['open', 'pending'], 'pending', [1], 1],
    [['pending', 'pending'], 'pending', [0, 1], 0],
    [['pending', 'failed'], 'failed', [1], 1],
    [['failed', 'unknown', 'open'], 'unknown', [1], null],
  ])('%j is %s', async (states, state, decisive, since) => {
    const names = states.map((one, i) => `${one}-${i}`);
    const alone = await Promise.all(decisive.map((i) => judged(names[i] ?? '')));
    const verdict = await judged(...names);
    expect(verdict).toMatchObject({ state, text: alone.map(({ text }) => text).join('; ') });
    expect(verdict.since ?? null).toBe(since);
  });
  test('none is open', async () => {
    expect(await judged()).toStrictEqual({ state: 'open', text: '' });
  });
});

describe('what cannot be told', () => {
  test('a commit that is not on GitHub', async () => {
    const { checks } = checksThatSay('green');
    const verdict = await createGatekeeper(checks, NOW).judge([gate({ check: 'e2e' })], {
      ...subject,
      commit: { why: 'not here' },
    });
    expect(verdict).toMatchObject({ state: 'unknown', text: 'check "e2e" green: not here' });
  });
  test('no GitHub at all', async () => {
    const verdict = await createGatekeeper(withoutGitHub('there is no token; set GITHUB_TOKEN'), NOW).judge(
      [gate({ workflow: 'ci.yml' }), gate({ approvedBy: '@me' })],
      { ...subject, entry: { sha } },
    );
    expect(verdict.state).toBe('unknown');
    expect(verdict.text).toContain('set GITHUB_TOKEN');
  });
  test('an approval without a known change', async () => {
    const { checks } = checksThatSay('green');
    const verdict = await createGatekeeper(checks, NOW).judge([gate({ approvedBy: 'release' })], subject);
    expect(verdict.state).toBe('unknown');
  });
  test('cancelling the run is not an answer', async () => {
    const { checks } = checksThatSay('green');
    const cancelled = new OperationError('cancelled', 'stop');
    const stopped: Checks = { ...checks, check: () => Promise.reject(cancelled) };
    await expect(createGatekeeper(stopped, NOW).judge([gate({ check: 'e2e' })], subject)).rejects.toBe(
      cancelled,
    );
  });
});

describe('the commit of an entry', () => {
  const home = 'o/home';
  const serverUrl = 'https://github.com';
  const of = (srcRef: string | undefined, revision: string | null = null) =>
    commitOfEntry(srcRef === undefined ? { commit: null } : { srcRef, commit: parseCommit(srcRef) }, {
      revision,
      home,
      serverUrl,
    });
  test.each([
    ['a commit page', of(`https://github.com/o/r/commit/${sha}`), { repo: 'o/r', sha }],
    ['a tree page', of(`https://github.com/o/r/tree/${sha}/`), { repo: 'o/r', sha }],
    ['its patch', of(`https://github.com/o/r/commit/${sha}.patch`), { repo: 'o/r', sha }],
    ['a bare commit id', of('1234567'), { repo: home, sha: '1234567' }],
    ['the label of the image', of(undefined, sha), { repo: home, sha }],
  ])('%s', (_, found, expected) => expect(found).toStrictEqual(expected));
  test.each([
    ['another host', of(`https://opendev.org/starlingx/integ/commit/${sha}`), 'a commit on opendev.org'],
    [
      'another host that looks alike',
      of(`https://github.com.evil.example/o/r/commit/${sha}`),
      'github.com.evil.example',
    ],
    ['a page without a commit', of('https://github.com/o/r/pull/1'), 'names no commit'],
    ['words', of('the one of yesterday'), 'names no commit'],
    ['nothing', of(undefined), 'is not known'],
  ])('%s', (_, found, expected) => expect(found).toMatchObject({ why: expect.stringContaining(expected) }));
});
