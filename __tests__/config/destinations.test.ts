import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { image, seed } from '../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../testing/registry/server.js';
import { messages, parse, tagFile } from '../support/config.js';
import { flow, flowRequest } from '../support/flow.js';

const DESTINATIONS =
  'destinations: { prod: [ a.example/team, b.example/team ], old-one: [ c.example/app ] }\n';
const entry = (name: string): string =>
  `images: [ { name: ${name}, src_name: s.example/app, src_build_tag: b, tag: t } ]\n`;
const names = (...texts: readonly string[]): string[] | undefined =>
  parse(...texts).images[0]?.names.map(({ text }) => text);

describe('destinations', () => {
  test.each([
    ['prod', ['a.example/team', 'b.example/team']],
    ['prod/app', ['a.example/team/app', 'b.example/team/app']],
    [
      '[ prod/x/y, old-one, d.example/z ]',
      ['a.example/team/x/y', 'b.example/team/x/y', 'c.example/app', 'd.example/z'],
    ],
    ['[ prod/app, a.example/team/app ]', ['a.example/team/app', 'b.example/team/app']],
    ['production', ['production']],
    ['x.example/prod', ['x.example/prod']],
  ])('%s', (name, expected) => {
    expect(names(DESTINATIONS + entry(name))).toEqual(expected);
  });

  test('hold for all files, also those before', () => {
    expect(
      parse(tagFile(entry('prod'), 'a.yaml'), tagFile(DESTINATIONS, 'b.yaml')).images[0]?.names,
    ).toHaveLength(2);
    expect(
      messages(
        tagFile(DESTINATIONS, 'a.yaml'),
        tagFile('destinations: { prod: [ x.example/y ] }\n', 'b.yaml'),
      ),
    ).toEqual(['b.yaml:1:1: "destinations" was given before, in a.yaml:1; keep one of them']);
  });

  test('are the source where no other is named, the first of them', () => {
    const { images } = parse(`${DESTINATIONS}images: [ { name: prod/app, src_build_tag: b, tag: t } ]\n`);
    expect(images[0]?.srcRepository).toEqual({ registry: 'a.example', repository: 'team/app' });
  });

  test('make one build of several names, and two builds of one name an error', () => {
    const builds = 'policy: semver\nbuilds: [ { name: prod/app }, { name: b.example/team/app } ]\n';
    expect(messages(tagFile(DESTINATIONS + builds, 'f.yaml'))).toEqual([
      expect.stringMatching(/^f.yaml:3:\d+: b.example\/team\/app is built twice, first in f.yaml:3; /),
    ]);
  });

  test('mistakes have their places', () => {
    const text = `destinations:
  Prod: [ a.example/x ]
  empty: []
  bad: [ 'a b', 'x:1' ]
  text: a.example/x
  long: [ 'a.example/${'x'.repeat(200)}' ]
${entry(`long/${'y'.repeat(100)}`)}`;
    expect(messages(tagFile(text, 'f.yaml')).map((line) => line.replace(/;.*/, ''))).toEqual([
      'f.yaml:2:3: "Prod" is not a name of a destination',
      expect.stringMatching(/^f.yaml:3:10: /),
      expect.stringMatching(/^f.yaml:4:10: the image name "a b"/),
      expect.stringMatching(/^f.yaml:4:17: the image name "x:1"/),
      expect.stringMatching(/^f.yaml:5:9: /),
      expect.stringMatching(/^f.yaml:7:19: the image name has 311 characters/),
    ]);
  });
});

describe('fan-out', () => {
  let registry: EmbeddedRegistry;
  beforeEach(async () => {
    registry = await startRegistry();
  });
  afterEach(() => registry.close());

  test('the source is read once for all destinations, and one that is refused holds back no other', async () => {
    const { host } = registry;
    seed(registry, 'src/app', 'build', image({ layers: [{ files: { content: 'new' } }] }));
    seed(registry, 'two/app', '1', image({ layers: [{ files: { content: 'old' } }] }));
    const text = `destinations: { all: [ ${host}/one, ${host}/two, ${host}/three ] }
images: [ { name: all/app, src_name: ${host}/src/app, src_build_tag: build, tag: '1', attachments: ignore } ]
`;
    const { report, exitCode } = await flow(flowRequest('apply', text));
    expect(exitCode).toBe(1);
    expect(
      report.actions.map(({ action, image: name, entry: number, location }) => [
        action,
        name,
        number,
        location?.line,
      ]),
    ).toEqual([
      ['create', `${host}/one/app`, 1, 2],
      ['refuse', `${host}/two/app`, 1, 2],
      ['create', `${host}/three/app`, 1, 2],
    ]);
    const manifests = registry.requests.filter(
      ({ method, url }) => method === 'GET' && url.startsWith('/v2/src/app/manifests/'),
    );
    expect(manifests).toHaveLength(1);
    const blobs = registry.requests.filter(
      ({ method, url }) => method === 'GET' && url.startsWith('/v2/src/app/blobs/'),
    );
    expect(blobs).toEqual([]);
  });
});
