import type { Report, ReportAction } from '../../../src/report/model.js';

export const digest = (char: string): string => `sha256:${char.repeat(64)}`;

/** A report's action as `plan` gives it, a tag to create unless told otherwise. */
export function action(parts: Partial<ReportAction> = {}): ReportAction {
  return {
    action: 'create',
    kind: 'primary',
    image: 'docker.io/starlingx/k8s-cni-sriov',
    tag: 'stx.4.0-v2.2',
    source: `docker.io/starlingx/k8s-cni-sriov@${digest('a')}`,
    digest: digest('a'),
    previous: null,
    reason: { code: 'absent', text: 'the tag does not exist' },
    entry: 1,
    other_entries: [],
    location: { file: 'tags.yaml', line: 2, column: 5 },
    outcome: 'planned',
    error: null,
    attachments: null,
    warnings: [],
    ...parts,
  };
}

export function report(actions: ReportAction[], parts: Partial<Report> = {}): Report {
  const counts = { build: 0, create: 0, move: 0, keep: 0, hold: 0, refuse: 0, failed: 0 };
  for (const { action: name } of actions) counts[name]++;
  return {
    version: 1,
    command: 'plan',
    retag: '1.0.0',
    stages: [],
    drift: null,
    bake: null,
    ref: null,
    classification: null,
    actions,
    counts,
    http: { requests: 0, retries: 0, bytes_in: 0, bytes_out: 0 },
    duration_ms: 0,
    ...parts,
  };
}
