import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry, type Fault } from '../../testing/registry/server.js';
import { testBuilder } from '../support/builder.js';
import { flow, flowRequest, tagsOf, type FlowResult } from '../support/flow.js';
import { factsOf } from '../support/policies.js';

/** A channel moves, and a number is taken, only by a list of tags that can be true. */
let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

const POLICY = `policy:
  rules:
    - { class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}' }
    - { class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{git_tag}', channels: ['{major}.{minor}', latest] }
`;
const tagFile = (): string => `${POLICY}builds:\n  - name: ${registry.host}/app\n    context: .\n`;

function put(tag: string, content: string): string {
  const made = index([image({ layers: [{ files: { content } }] })]);
  seed(registry, 'app', tag, made);
  return made.digest;
}

const json = (body: unknown, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'status',
  status: 200,
  body: Buffer.from(JSON.stringify(body)),
  headers: { 'content-type': 'application/json', ...headers },
});
const link = (to: string): Readonly<Record<string, string>> => ({ link: `<${to}>; rel="next"` });
const UNKNOWN_NAME: Fault = { kind: 'status', status: 404, code: 'NAME_UNKNOWN' };

/** Every list of tags is answered so; the last answer for all that follow. */
function lists(...answers: readonly Fault[]): void {
  registry.faults.set(
    answers.map((fault, at) => ({
      match: { kind: 'tags' },
      nth: at + 1,
      times: at === answers.length - 1 ? ('always' as const) : 1,
      fault,
    })),
  );
}

function release(ref: string, command: 'plan' | 'apply' = 'apply'): Promise<FlowResult> {
  const facts = factsOf(ref, { gitTags: () => Promise.resolve([]) });
  const builder = testBuilder(() => registry);
  return flow(flowRequest(command, tagFile(), { facts }), { builder: () => builder });
}
const outcome = (done: FlowResult, name: string): [string, string] | undefined => {
  const found = done.report.actions.find(({ tag, action }) => tag === name && action !== 'build');
  return found && [found.action, found.reason.code];
};
const held = (): Record<string, string> => tagsOf(registry, ['app']);

describe('seam 06: a channel does not move by a list that is not complete', () => {
  const incomplete: readonly (readonly [string, readonly Fault[], RegExp])[] = [
    ['404 NAME_UNKNOWN, although tags exist', [UNKNOWN_NAME], /a list of 0 without "latest", which exists/],
    ['tags: null, although tags exist', [json({ name: 'app', tags: null })], /without "latest"/],
    ['tags: [], although tags exist', [json({ name: 'app', tags: [] })], /without "latest"/],
    ['a list without the channel', [json({ name: 'app', tags: ['v1.0.0'] })], /a list of 1 without "latest"/],
    [
      'a list with items that are no text',
      [json({ name: 'app', tags: [null, 5, 'v1.0.0', 'latest'] })],
      /something that is not a tag list/,
    ],
    [
      'the list of another name',
      [json({ name: 'other/app', tags: ['v1.0.0', 'latest'] })],
      /not whole: it is of "other\/app"/,
    ],
    [
      'a Link that repeats the page',
      [json({ name: 'app', tags: ['v1.0.0', 'latest'] }, link('/v2/app/tags/list?n=1000&last=latest'))],
      /would repeat one that was read already/,
    ],
    [
      'a Link that leads to itself without an end',
      [json({ name: 'app', tags: [] }, link('/v2/app/tags/list?n=1000'))],
      /would repeat one that was read already/,
    ],
    [
      'a Link that leads to the list of another repository',
      [
        json({ name: 'app', tags: ['v1.0.0', 'latest'] }, link('/v2/other/tags/list?last=latest')),
        json({ name: 'app', tags: ['v1.0.1'] }),
      ],
      /the next page would be at \/v2\/other\/tags\/list, which is another list/,
    ],
    [
      'a Link that leads to another host',
      [json({ name: 'app', tags: ['v1.0.0', 'latest'] }, link('https://other.example/v2/app/tags/list'))],
      /unsafe|another host|refus/i,
    ],
    [
      'a second page that the registry does not know',
      [
        json({ name: 'app', tags: ['v1.0.0', 'latest'] }, link('/v2/app/tags/list?n=1000&last=latest')),
        UNKNOWN_NAME,
      ],
      /cannot list the tags/,
    ],
  ];

  test.each(incomplete)('seam 06: %s', async (_name, answers, why) => {
    for (const [tag, content] of [
      ['v1.9.0', 'new'],
      ['latest', 'new'],
    ] as const)
      put(tag, content);
    const before = held();
    lists(...answers);
    const done = await release('refs/tags/v1.2.0');
    expect(done.exitCode).toBe(1);
    for (const channel of ['latest', '1.2']) expect(outcome(done, channel)).toEqual(['refuse', 'unknown']);
    const reason = done.report.actions.find(({ tag }) => tag === 'latest')?.reason.text ?? '';
    expect(reason).toMatch(why);
    // A release is tagged whole or not at all.
    expect(held()).toEqual(before);
  });

  test('seam 06: nor by one without another tag of this release that exists', async () => {
    put('latest', 'old');
    put('1.2', 'old');
    lists(json({ name: 'app', tags: ['v1.0.0', 'latest'] }));
    const done = await release('refs/tags/v1.2.0', 'plan');
    for (const channel of ['latest', '1.2']) expect(outcome(done, channel)).toEqual(['refuse', 'unknown']);
  });
});

describe('seam 06: lists that can be true', () => {
  test.each<[string, Fault]>([
    ['404 NAME_UNKNOWN', UNKNOWN_NAME],
    ['tags: null', json({ name: 'app', tags: null })],
    ['no name', json({ tags: [] })],
  ])(
    'seam 06: %s of a repository without tags: the first release makes its channels',
    async (_name, fault) => {
      lists(fault);
      const done = await release('refs/tags/v1.2.0');
      expect(done.exitCode).toBe(0);
      expect(Object.keys(held()).sort()).toEqual(['app:1.2', 'app:latest', 'app:v1.2.0']);
    },
  );

  test('seam 06: several pages, an empty one among them', async () => {
    put('v1.9.0', 'new');
    put('latest', 'new');
    const page = (tags: readonly string[], next: string): Fault =>
      json({ name: 'app', tags }, next === '' ? {} : link(`/v2/app/tags/list?n=1000&last=${next}`));
    lists(page(['latest'], 'latest'), page([], 'other'), page(['v1.9.0'], ''));
    const done = await release('refs/tags/v1.2.0');
    expect(outcome(done, 'latest')).toEqual(['keep', 'older']);
    expect(outcome(done, '1.2')).toEqual(['create', 'absent']);
  });
});

describe('seam 06: numbers', () => {
  const FIRST = 'v0.0.2021110101';

  test.each<[string, Fault]>([
    ['404 NAME_UNKNOWN', UNKNOWN_NAME],
    ['tags: null', json({ name: 'app', tags: null })],
    ['another name', json({ name: 'other', tags: [] })],
  ])(
    'seam 06: %s, although the number is taken: the name is not known, and nothing is built',
    async (_name, fault) => {
      put(FIRST, 'taken');
      const before = held();
      lists(fault);
      const done = await release('refs/heads/main');
      expect(done.exitCode).toBe(1);
      expect(done.report.actions.map(({ action, reason }) => [action, reason.code])).toEqual([
        ['refuse', 'unknown'],
      ]);
      expect(held()).toEqual(before);
    },
  );

  test('seam 06: 404 NAME_UNKNOWN of a new repository: the first number', async () => {
    lists(UNKNOWN_NAME);
    expect((await release('refs/heads/main')).exitCode).toBe(0);
    expect(Object.keys(held())).toEqual([`app:${FIRST}`]);
  });
});
