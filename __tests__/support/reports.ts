import type { Report, ReportAction } from '../../src/report/model.js';
import { countActions, makeReport } from '../../src/report/report.js';
import { digestOf } from './wanted.js';

/** A created primary tag `reg.example/app:1.0`, with the given changes. */
export function reportAction(changes: Partial<ReportAction> = {}): ReportAction {
  return {
    action: 'create',
    kind: 'primary',
    image: 'reg.example/app',
    tag: '1.0',
    source: 'reg.example/app:build',
    digest: digestOf('a'),
    previous: null,
    reason: { code: 'absent', text: 'the tag does not exist yet' },
    entry: 1,
    other_entries: [],
    location: { file: 'tags.yaml', line: 2, column: 5 },
    outcome: 'done',
    error: null,
    attachments: null,
    warnings: [],
    ...changes,
  };
}

/** A report of `apply` with these actions, with the given changes. */
export function reportOf(actions: readonly ReportAction[], changes: Partial<Report> = {}): Report {
  const empty = makeReport({
    command: 'apply',
    ref: null,
    classification: null,
    outcomes: [],
    stages: [],
    drift: null,
    bake: null,
    http: { requests: 3, retries: 0, bytes_in: 0, bytes_out: 0 },
    durationMs: 1.4,
  });
  return { ...empty, actions: [...actions], counts: countActions(actions), ...changes };
}

export const REFUSED = reportAction({
  action: 'refuse',
  tag: '2.0',
  digest: null,
  previous: digestOf('b'),
  outcome: 'skipped',
  reason: {
    code: 'different-digest',
    text: `the tag exists as ${digestOf('b')}, and the source is ${digestOf('a')}`,
  },
});
export const KEPT = reportAction({
  action: 'keep',
  tag: '0.9',
  previous: digestOf('a'),
  outcome: 'skipped',
  reason: { code: 'same-digest', text: 'the tag already is this digest' },
});
export const FAILED = reportAction({
  tag: '3.0',
  outcome: 'failed',
  error: { code: 'denied', text: 'PUT reg.example: 403' },
});
export const HELD = reportAction({
  action: 'hold',
  tag: '1.0-stable',
  kind: 'stable',
  digest: null,
  outcome: 'skipped',
  reason: { code: 'gate-pending', text: 'check e2e is running' },
});
