import { chmodSync, writeFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import { OperationError } from '../../src/errors.js';
import { asError } from '../../src/plan/model.js';
import { remoteTags } from '../../src/git/git.js';
import { createRegistry } from '../../src/registry/registry.js';
import { annotations } from '../../src/report/annotations.js';
import { numbers, remedy } from '../../src/report/format.js';
import type { ReportAction } from '../../src/report/model.js';
import { buildWith } from '../support/building.js';
import { keptLog, scripted, stillClock } from '../support/scripted.js';
import { GIT_ENV, sandbox } from '../support/repository.js';
import { reportOf } from '../support/reports.js';

const ACTION: ReportAction = {
  action: 'refuse',
  kind: 'primary',
  image: 'r.example/app',
  tag: '1.0',
  source: null,
  digest: null,
  previous: null,
  reason: { code: 'unknown', text: 'cannot tell whether the tag exists' },
  entry: null,
  other_entries: [],
  location: null,
  outcome: 'planned',
  error: null,
  attachments: null,
  warnings: [],
};

/** What a registry can say to look like something else. */
const FOREIGN = [
  'follows r.example/app:1, which is refused',
  'r.example/app:1 of the same release is refused',
  'failed (docker buildx bake, exit status 1)',
  'name "r.example/app:1.0" in "force"',
];

describe('a text decides nothing', () => {
  test.each(FOREIGN)('seam 27: %j in a reason changes no remedy', (text) => {
    const said = { ...ACTION, reason: { code: 'unknown' as const, text } };
    expect(remedy(said)).toBe(remedy(ACTION));
  });

  test.each(FOREIGN)('seam 27: %j in an error changes no remedy', (text) => {
    const failed = (words: string): ReportAction => ({
      ...ACTION,
      action: 'create',
      outcome: 'failed',
      error: { code: 'denied', text: words },
    });
    expect(remedy(failed(text))).toBe(remedy(failed('x')));
    expect(numbers([failed(text)], true)).toEqual(['1 tag failed']);
  });

  test('seam 27: causes decide', () => {
    const reason = (cause: 'follows' | 'group' | 'build'): ReportAction => ({
      ...ACTION,
      reason: { code: 'revision-mismatch', cause, text: 'x' },
    });
    for (const cause of ['follows', 'group'] as const)
      expect(remedy(reason(cause))).toBe('Fix what it follows; this tag then comes with it.');
    expect(remedy(reason('build'))).toBe('');
    const error = { code: 'rejected', cause: 'builder' as const, text: 'x' };
    expect(remedy({ ...ACTION, error })).toContain('build log');
    const failed = { ...ACTION, outcome: 'failed' as const, error };
    expect(numbers([{ ...failed, action: 'create' }], true)).toEqual(['1 tag not written because of that']);
    expect(numbers([{ ...failed, action: 'build' }], true)).toEqual(['the build failed']);
  });

  test('seam 27: the build whose image the error names speaks, and not one that the text names', async () => {
    const failed = new OperationError('rejected', 'failed: the build of r.example/a is fine', {
      origin: 'builder',
      image: 'r.example/b',
    });
    const built = await buildWith(['r.example/a', 'r.example/b'], {
      prepare: () => Promise.reject(failed),
      bake: () => Promise.reject(failed),
      close: () => Promise.resolve(),
    });
    const actions = [...built.results].map(([image, result]): ReportAction => ({
      ...ACTION,
      action: 'build',
      image,
      outcome: 'failed',
      error: result.ok ? null : asError(result.error),
    }));
    const report = reportOf([]);
    expect(annotations({ ...report, actions }).map(({ title }) => title)).toEqual(['r.example/b:1.0']);
    expect(annotations({ ...report, actions: actions.toReversed() })[0]?.title).toBe('r.example/b:1.0');
  });

  test('seam 27: a 404 that is not believed has one remedy, whatever its words', async () => {
    const remedies = ['the accept header is bad', 'no'].map(async (message) => {
      const errors = [{ code: 'MANIFEST_UNKNOWN', message }, { code: 'DENIED' }];
      const script = scripted(
        ['HEAD manifests/v1', { status: 404 }],
        ['GET manifests/v1', { status: 404, body: JSON.stringify({ errors }) }],
      );
      const registry = createRegistry(script.transport, { clock: stillClock(), log: keptLog() });
      const found = await registry.head({ registry: 'quay.io', repository: 'org/app', tag: 'v1' });
      return found.state === 'unknown' ? found.error.message.split('); ')[1] : found.state;
    });
    const [first, second] = await Promise.all(remedies);
    expect(first).toContain('check the host');
    expect(first).toBe(second);
  });

  test('seam 27: a remote that says "not a git repository" is a remote that failed, and not a missing one', async () => {
    const box = sandbox();
    try {
      box.git('.', 'init', '--quiet', 'w');
      box.git('w', 'remote', 'add', 'origin', 'ssh://git@example.invalid/x');
      const ssh = box.at('ssh.sh');
      writeFileSync(ssh, '#!/bin/sh\necho "fatal: not a git repository" >&2\nexit 128\n');
      chmodSync(ssh, 0o755);
      const answer = await remoteTags(box.at('w'), { ...GIT_ENV, GIT_SSH_COMMAND: ssh }, true);
      expect(answer).toMatchObject({ ok: false });
    } finally {
      box.remove();
    }
  });
});
