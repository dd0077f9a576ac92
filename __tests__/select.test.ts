import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { tagFile } from './support/config.js';
import { flow, flowRequest } from './support/flow.js';
import { type Registries, startRegistries } from './support/other-tools.js';

/** Selections of other tools' files in the flow. What they choose is in config/other-tools. */
let registries: Registries;
beforeEach(async () => {
  registries = await startRegistries();
});
afterEach(() => registries.close());

const item = (source: string, target: string, more = ''): string =>
  `  - { source: '${registries.source.host}/${source}', target: '${registries.mirror.host}/${target}', type: repository${more} }\n`;
const files = (...items: string[]) => [tagFile(`sync:\n${items.join('')}`, 'regsync.yml')];
const lines = (actions: readonly { action: string; tag: string; reason: { code: string } }[]): string[] =>
  actions.map(({ action, tag, reason }) => `${action} ${tag} ${reason.code}`);

test('apply carries out what plan shows, and another run writes nothing', async () => {
  const request = { files: files(item('lib/tool', 'tool'), item('signed', 'signed')) };
  const planned = await flow(flowRequest('plan', null, request));
  const applied = await flow(flowRequest('apply', null, request));
  expect(lines(applied.report.actions)).toEqual(lines(planned.report.actions));
  expect(applied.exitCode).toBe(0);
  expect(registries.mirror.tags('tool')).toEqual(['0.1', 'latest']);
  const again = await flow(flowRequest('apply', null, request));
  expect(again.report.counts).toMatchObject({ keep: 4, create: 0 });
});

test('a repository is listed once, however many entries select from it', async () => {
  await flow(
    flowRequest('plan', null, { files: files(item('app', 'a'), item('app', 'b'), item('app', 'c')) }),
  );
  expect(registries.source.requests.filter(({ kind }) => kind === 'tags')).toHaveLength(1);
});

test('a repository without tags is refused in its line, and holds back no other', async () => {
  const request = { files: files(item('nothing', 'x'), item('lib/tool', 'tool')) };
  const { report, exitCode } = await flow(flowRequest('apply', null, request));
  expect(exitCode).toBe(1);
  expect(lines(report.actions)).toEqual(['refuse * unknown', 'create 0.1 absent', 'create latest absent']);
  expect(report.actions[0]).toMatchObject({ location: { file: 'regsync.yml', line: 2 }, entry: 1 });
  expect(report.actions[0]?.reason.text).toContain('the repository has no tags, or may not be seen');
});

test('a selection that chooses nothing is a warning at its line', async () => {
  const { log, exitCode } = await flow(
    flowRequest('plan', null, { files: files(item('app', 'x', ', tags: { allow: [ none ] }')) }),
  );
  expect(exitCode).toBe(0);
  expect(JSON.stringify(log)).toContain('of the 16 tags of');
});

test('a registry without a catalog is refused, and registry-map moves a registry to a path of another', async () => {
  const { host } = registries.mirror;
  const none = `  - { source: '${host}', target: '${registries.source.host}/x', type: registry }\n`;
  const refused = await flow(flowRequest('plan', null, { files: files(none) }));
  expect(lines(refused.report.actions)).toEqual(['refuse * unknown']);
  const mapped = `  - { source: quay.io, target: '${host}/all', type: registry, repos: { allow: [ tool ] } }\n`;
  const request = { files: files(mapped), registryMap: [`quay.io=${registries.source.host}/lib`] };
  const { report } = await flow(flowRequest('plan', null, request));
  expect(report.actions.map(({ source, image, tag }) => `${source ?? ''} ${image} ${tag}`)).toEqual(
    ['0.1', 'latest'].map((tag) => `${registries.source.host}/lib/tool:${tag} ${host}/all/tool ${tag}`),
  );
});

test('a tag that has another digest at the target is refused and not moved, unless it is forced', async () => {
  const request = { files: files(item('app', 'own/image', ', tags: { allow: [ "1.0.0" ] }')) };
  await flow(flowRequest('apply', null, request));
  const other = {
    files: files(
      item('numbers', 'own/image', ', tags: { allow: [ "1.0.0" ] }'),
      item('app', 'own/image', ', tags: { allow: [ latest ] }'),
    ),
  };
  await flow(flowRequest('apply', null, other));
  const clash = { files: files(item('lib/tool', 'own/image', ', tags: { allow: [ latest ] }')) };
  const plain = await flow(flowRequest('plan', null, clash));
  expect(lines(plain.report.actions)).toEqual(['refuse latest different-digest']);
  const force = [`${registries.mirror.host}/own/image:latest`];
  const forced = await flow(flowRequest('plan', null, { ...clash, force }));
  expect(lines(forced.report.actions)).toEqual(['move latest forced']);
});

test('threat 16: expressions that are too large together, or for so many tags, end the run in seconds', async () => {
  const many = Array.from({ length: 1_000 }, (_, i) => `'(?:[a-z0-9.-]{1,${500 - (i % 400)}}x){1,2}'`).join(
    ', ',
  );
  const large = { files: files(item('app', 'x', `, tags: { allow: [ ${many} ] }`)) };
  await expect(flow(flowRequest('plan', null, large))).rejects.toThrow(
    /regsync.yml:2:\d+: the expressions up to here are too large together/,
  );

  const list = Array.from({ length: 100 }, (_, i) => `'(?:[a-z0-9.-]{1,${400 - i}}x){1,2}'`).join(', ');
  const costly = {
    files: files(...Array.from({ length: 4_000 }, () => item('app', 'x', `, tags: { allow: [ *list ] }`))),
  };
  const [first] = costly.files;
  const text = new TextDecoder()
    .decode(first?.bytes)
    .replace('[ *list ]', `&list [ ${list} ]`)
    .replaceAll('[ *list ]', '*list');
  const run = flow(flowRequest('plan', null, { files: [tagFile(text, 'regsync.yml')] }));
  await expect(run).rejects.toThrow(
    /the expressions of this run are too large for so many tags|aliases stand for more than/,
  );
}, 60_000);
