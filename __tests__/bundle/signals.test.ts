import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry, type Fault } from '../../testing/registry/server.js';
import type { ChildOptions, Finished } from '../support/child.js';
import { joined } from '../support/command-line.js';
import { EVENTS, reportIn, workspace, type Workspace } from '../support/runner.js';
import { fill, RIGHT, TAG_FILE, tagged, untag, writes } from '../support/story.js';

/** A signal in the middle of writing: nothing is half-written, and the next run completes what is missing. */
let registry: EmbeddedRegistry;
let place: Workspace;

beforeAll(async () => {
  registry = await startRegistry();
  fill(registry);
  place = workspace();
  place.file('.github/image-tags.yaml', TAG_FILE);
});
afterAll(async () => {
  await registry.close();
  place.remove();
});
beforeEach(() => untag(registry));

const map = (): string => `docker.io=${registry.host}`;
const asAction = (options: Partial<ChildOptions> = {}): Promise<Finished> =>
  place.action(EVENTS.push, { 'registry-map': map() }, options);
const asCommand = (options: Partial<ChildOptions> = {}): Promise<Finished> =>
  place.retag(['apply', '--registry-map', map(), '--report', 'report.json'], options);

/** The run is signalled at the moment when the registry has the second write in hand, and that one never gets its answer. */
async function interrupted(
  run: typeof asAction,
  signal: NodeJS.Signals,
  when: Extract<Fault, { kind: 'stall' }>['when'],
): Promise<Finished> {
  let kill = (): void => undefined;
  const match = { kind: 'put-manifest-tag' } as const;
  registry.faults.set([
    { match, nth: 2, fault: { kind: 'call', when: 'before', onRequest: () => kill() } },
    { match, nth: 2, fault: { kind: 'stall', when } },
  ]);
  const done = await run({ onStart: (child) => (kill = () => void child.kill(signal)) });
  expect(registry.faults.fired()).toEqual([1, 1]);
  registry.faults.set([]);
  return done;
}

type Stall = Parameters<typeof interrupted>[2];

test.each<[string, NodeJS.Signals, number, Stall, typeof asAction]>([
  ['the action', 'SIGTERM', 143, 'headers', asAction],
  ['the action', 'SIGINT', 130, 'answer', asAction],
  ['retag apply', 'SIGTERM', 143, 'answer', asCommand],
  ['retag apply', 'SIGINT', 130, 'headers', asCommand],
])(
  '%s under %s exits %d (stalled: %s), and the next run completes',
  async (_name, signal, status, when, run) => {
    const before = registry.history.length;
    const done = await interrupted(run, signal, when);
    expect(done).toMatchObject({ code: status, signal: null });
    expect(done.stdout + done.stderr).toContain(`stopped by ${signal}`);
    // Every state that a wanted tag ever had is nothing or what was planned.
    for (const [i, digest] of tagged(registry).entries()) expect([undefined, RIGHT[i]]).toContain(digest);
    expect(
      registry.history.slice(before).every(({ digest }) => digest === null || RIGHT.includes(digest)),
    ).toBe(true);

    expect(await run()).toMatchObject({ code: 0 });
    expect(tagged(registry)).toEqual(RIGHT);
    const from = registry.requests.length;
    expect(await run()).toMatchObject({ code: 0 });
    expect(writes(registry.requests.slice(from))).toEqual([]);
  },
);

test('seam 28: SIGINT while tags settle: what is written is not called done, and the next run keeps it', async () => {
  let kill = (): void => undefined;
  const onRequest = (): void => void setTimeout(() => kill(), 300);
  registry.faults.set([
    { match: { kind: 'put-manifest-tag' }, nth: 2, fault: { kind: 'call', when: 'after', onRequest } },
  ]);
  const run = ['apply', '--registry-map', map(), '--report', 'report.json', '--settle'];
  const done = await place.retag([...run, '1m'], {
    onStart: (child) => (kill = () => void child.kill('SIGINT')),
  });
  expect(done).toMatchObject({ code: 130, signal: null });
  expect(joined(done.stdout)).toContain('cannot be read back: stopped by SIGINT');
  const { actions } = reportIn(place.read('report.json'));
  expect(actions.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'skipped']);
  expect(tagged(registry)).toEqual([RIGHT[0], RIGHT[1], undefined]);
  registry.faults.set([]);
  expect(await place.retag([...run, '0'])).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(RIGHT);
});

test('Ctrl-C is no failure of the command line: it says to run again', async () => {
  const done = await interrupted(asCommand, 'SIGINT', 'headers');
  expect(done.stderr).toMatch(/(?:^|\n)stopped; run again: finished tags are kept\n$/);
});

test('an interrupted run still leaves its report, and what was not written is said', async () => {
  expect(await interrupted(asCommand, 'SIGTERM', 'headers')).toMatchObject({ code: 143 });
  const { actions, counts } = reportIn(place.read('report.json'));
  expect(counts.failed).toBeGreaterThan(0);
  for (const { outcome, error } of actions) expect(outcome === 'done').toBe(error === null);
});
