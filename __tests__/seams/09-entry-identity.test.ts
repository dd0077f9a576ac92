/** Two entries on one line are two entries: the object is the identity, a position is for people. */
import { afterEach, describe, expect, test } from '@jest/globals';

import { image, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { followUpItems } from '../../src/github/follow-up/plan.js';
import { compareEntries, countsForPullRequest, entryTest, isTouched } from '../../src/config/entries.js';
import { tagEvents } from '../../src/github/tracking/events.js';
import { parse } from '../support/config.js';
import { flow, flowRequest } from '../support/flow.js';

let registry: EmbeddedRegistry | undefined;
afterEach(async () => {
  await registry?.close();
  registry = undefined;
});

const keys = (host: string, name: string, more = '') =>
  `{ name: ${host}/${name}, src_build_tag: b, tag: '1', bug: 'Bug: ${name === 'a' ? 1 : 2}', references: [ { file: x.yaml, path: ${name} } ]${more} }`;

/** `a` and `b` in flow style on one line, each with content of its own at its source. */
async function both(more = ''): Promise<string> {
  registry = await startRegistry();
  for (const name of ['a', 'b']) seed(registry, name, 'b', image({ labels: { name } }));
  return `images: [ ${keys(registry.host, 'a')}, ${keys(registry.host, 'b', more)} ]\n`;
}

describe('seam 09: two entries on one line', () => {
  test('seam 09: each follow-up and each tracking event carries its own digest and bug', async () => {
    const done = await flow(flowRequest('apply', await both()));
    expect(done.exitCode).toBe(0);
    const items = followUpItems(done.config.images, done.outcomes);
    expect(items.map(({ digest }) => digest)).toEqual(
      ['a', 'b'].map((name) => registry?.manifest(name, '1')?.digest),
    );
    expect(new Set(items.map(({ digest }) => digest)).size).toBe(2);
    expect(tagEvents(done.outcomes, null, null).map(({ bug }) => bug)).toEqual(['Bug: 1', 'Bug: 2']);
    expect(done.report.actions.map(({ entry }) => entry)).toEqual([1, 2]);
  });

  test("seam 09: b's gates are about b", async () => {
    const asked: (string | undefined)[] = [];
    const gate = ', requires: [ { approved_by: team } ]';
    await flow(flowRequest('plan', await both(gate)), {
      subject: (entry) => {
        asked.push(entry?.names[0]?.text);
        return { home: 'o/r', commit: { why: 'a test' } };
      },
    });
    expect(asked).toEqual([`${registry?.host ?? ''}/b`]);
    const [a, b] = parse(`images: [ ${keys('r.example', 'a')}, ${keys('r.example', 'b')} ]`).images;
    const onlyA = `images: [ ${keys('r.example', 'a')} ]`;
    expect(a && entryTest(a).contains(onlyA)).toBe(true);
    expect(b && entryTest(b).contains(onlyA)).toBe(false);
  });

  test("seam 09: b's refusal fails the pull request that brings b, and a's does not", async () => {
    const text = await both();
    const before = parse(`images: [ ${keys(registry?.host ?? '', 'a')} ]`).images;
    for (const name of ['a', 'b']) seed(registry!, name, '1', image({ labels: { other: name } }));
    const { report, config } = await flow(flowRequest('plan', text));
    expect(report.counts.refuse).toBe(2);
    const changes = compareEntries(before, config.images);
    expect(report.actions.map((action) => countsForPullRequest(action, changes))).toEqual([false, true]);
    expect(report.actions.map((action) => isTouched(action, changes))).toEqual([false, true]);
  });
});

describe('seam 09: a list of names is one entry', () => {
  test('seam 09: the same digest under every name; one that fails holds back no other', async () => {
    registry = await startRegistry();
    seed(registry, 'a', 'b', image());
    seed(registry, 'taken', '1', image({ labels: { other: 'yes' } }));
    const names = ['a', 'taken', 'c'].map((name) => `${registry?.host ?? ''}/${name}`);
    const file = `images:\n  - { name: [ ${names.join(', ')} ], src_build_tag: b, tag: '1' }\n`;
    const { report, exitCode } = await flow(flowRequest('apply', file));
    expect(exitCode).toBe(1);
    expect(report.actions.map(({ image: name, action, entry }) => [name, action, entry])).toEqual([
      [names[0], 'create', 1],
      [names[1], 'refuse', 1],
      [names[2], 'create', 1],
    ]);
    expect(registry.manifest('c', '1')?.digest).toBe(registry.manifest('a', 'b')?.digest);
    expect(registry.manifest('a', '1')?.digest).toBe(registry.manifest('a', 'b')?.digest);
  });

  test('seam 09: a follow-up waits until every name is right', async () => {
    registry = await startRegistry();
    seed(registry, 'a', 'b', image());
    const { host } = registry;
    const file = `images:\n  - { name: [ ${host}/a, ${host}/c ], src_build_tag: b, tag: '1', references: [ { file: x.yaml, path: p } ] }\n`;
    const { config, outcomes } = await flow(flowRequest('apply', file));
    expect(followUpItems(config.images, outcomes)).toMatchObject([
      { image: { repository: 'a' }, others: [{ repository: 'c' }] },
    ]);
    expect(
      followUpItems(
        config.images,
        outcomes.map((each, i) => (i === 1 ? { ...each, outcome: 'failed' } : each)),
      ),
    ).toEqual([]);
  });
});
