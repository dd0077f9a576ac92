/** Entries that want one tag from one source are one action that meets the conditions of all. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { referrer } from '../../testing/registry/images.js';
import { image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import type { Subject } from '../../src/gates/gates.js';
import { flow, flowRequest, type FlowResult } from '../support/flow.js';

const COMMIT = 'dac417bd31ed36d455e94db4aabe5916367654d4';
const REVISION = 'org.opencontainers.image.revision';
const IMAGE = index([image({ labels: { [REVISION]: COMMIT } })]);
let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
  seed(registry, 'app', 'b', IMAGE);
});
afterEach(() => registry.close());

const entry = (more = '', source = 'src_build_tag: b', name = 'app', tag = '1') =>
  `  - { name: ${registry.host}/${name}, ${source}, tag: '${tag}'${more && `, ${more}`} }\n`;
const file = (...entries: string[]) => `images:\n${entries.join('')}`;
const lines = ({ report }: FlowResult) =>
  report.actions.map(({ action, reason, entry: first, other_entries: others, location }) => [
    action,
    reason.code,
    [first, ...others],
    location?.line,
  ]);

describe('seam 10: the conditions of both hold, in one file and over two documents', () => {
  const both: [string, (more: string) => string, number][] = [
    ['in one file', (more) => file(entry(), entry(more)), 3],
    ['the other way round', (more) => file(entry(more), entry()), 2],
    ['over two documents', (more) => `${file(entry())}---\n${file(entry(more))}`, 5],
  ];
  const conditions: [string, string, string][] = [
    ['platforms', 'platforms: [ linux/s390x ]', 'platform-missing'],
    ['revision', `src_ref: ${'f'.repeat(40)}`, 'revision-mismatch'],
    ['digest', `src_digest: 'sha256:${'0'.repeat(64)}'`, 'digest-mismatch'],
    ['gates', 'requires: [ { check: e2e } ]', 'unknown'],
  ];
  test.each(
    both.flatMap(([name, text, line]) => conditions.map((each) => [...each, name, text, line] as const)),
  )('seam 10: %s (%s: %s), %s', async (_what, more, code, _name, text, line) => {
    const done = await flow(flowRequest('apply', text(more)));
    expect(lines(done)).toEqual([['refuse', code, [1, 2], line]]);
    expect(registry.tags('app')).toEqual(['b']);
  });

  test('seam 10: each entry is judged by its own gates, about its own commit', async () => {
    const asked: (string | undefined)[] = [];
    const subject = (of: { srcRef?: string } | null): Subject => {
      asked.push(of?.srcRef);
      return { home: 'o/r', commit: { why: 'a test' } };
    };
    const gated = (ref: string) => entry(`src_ref: ${ref}, requires: [ { check: e2e } ]`);
    await flow(flowRequest('plan', file(gated(COMMIT), gated(COMMIT.slice(0, 12)))), { subject });
    expect(asked).toEqual([COMMIT, COMMIT.slice(0, 12)]);
  });

  test('seam 10: the strictest attachments count', async () => {
    const copied = entry('attachments: ignore', `src_name: ${registry.host}/app, src_build_tag: b`, 'other');
    const strict = entry('attachments: require', `src_name: ${registry.host}/app, src_build_tag: b`, 'other');
    const without = await flow(flowRequest('apply', file(copied, strict)));
    expect(without.report.actions).toMatchObject([{ outcome: 'failed', error: { code: 'absent' } }]);
    seed(registry, 'app', null, referrer(IMAGE));
    const signed = await flow(flowRequest('apply', file(copied, strict)));
    expect(signed.report.actions).toMatchObject([{ outcome: 'done', attachments: { found: 1, carried: 1 } }]);
  });

  test('seam 10: all conditions met is one tag, written once', async () => {
    const done = await flow(
      flowRequest(
        'apply',
        file(entry('platforms: [ linux/amd64 ]'), entry(`src_ref: ${COMMIT}, stable: true`)),
      ),
    );
    expect(lines(done)).toEqual([
      ['create', 'absent', [1, 2], 2],
      ['create', 'absent', [2], 3],
    ]);
    expect(done.exitCode).toBe(0);
    expect(registry.tags('app')).toEqual(['1', '1-stable', 'b']);
    const again = await flow(flowRequest('apply', file(entry(), entry('stable: true'))));
    expect(again.report.counts).toMatchObject({ keep: 2, create: 0 });
  });

  test("seam 10: the stable tag of one entry is another's own tag: it follows, and is refused with what it follows", async () => {
    const own = entry('', undefined, 'app', '1-stable');
    seed(registry, 'app', '1', image({ labels: { other: 'yes' } }));
    const done = await flow(flowRequest('apply', file(own, entry('stable: true'))));
    expect(done.report.actions.map(({ tag, kind, action }) => [tag, kind, action])).toEqual([
      ['1', 'primary', 'refuse'],
      ['1-stable', 'stable', 'refuse'],
    ]);
  });
});

describe('seam 10: different sources', () => {
  test.each([
    ['two tags', 'src_build_tag: other'],
    ['another repository', 'src_name: HOST/other, src_build_tag: b'],
  ])('seam 10: %s are refused, both', async (_name, source) => {
    seed(registry, 'other', 'b', image());
    const second = entry('', source.replace('HOST', registry.host));
    const done = await flow(flowRequest('apply', file(entry(), second)));
    expect(lines(done)).toEqual([
      ['refuse', 'conflicting-entries', [1], 2],
      ['refuse', 'conflicting-entries', [2], 3],
    ]);
  });
});
