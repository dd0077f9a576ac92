import { describe, expect, test } from '@jest/globals';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { joined, retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';

const place = folder();
const DIGEST = `sha256:${'a'.repeat(64)}`;
const FILE = `# The tags.
images:
  - name: quay.io/o/app # ours
    src_build_tag: b1
    tag: v1
`;

async function add(words: string[], text = FILE) {
  place.file('tags.yaml', text);
  return retag(['add', ...words, '--config', 'tags.yaml'], place.path);
}

describe('retag add', () => {
  test('writes the entry below the others, and says where', async () => {
    const done = await add([
      'quay.io/o/app',
      'b2',
      '1.10',
      '--src-ref',
      'https://example.org/o/app/commit/0123456',
    ]);
    expect(done).toEqual({
      code: 0,
      stdout: 'added quay.io/o/app:1.10 to tags.yaml:6\nNext: "retag plan" shows what it does.\n',
      stderr: '',
    });
    expect(place.read('tags.yaml')).toBe(`${FILE}  - name: quay.io/o/app
    src_build_tag: b2
    src_ref: https://example.org/o/app/commit/0123456
    tag: '1.10'
`);
    expect(readdirSync(place.path)).toEqual(['tags.yaml']);
    expect(await retag(['validate', '--config', 'tags.yaml'], place.path)).toMatchObject({ code: 0 });
  });

  test('a digest is the source as well', async () => {
    expect(await add(['o/app', DIGEST, 'v2'])).toMatchObject({ code: 0 });
    expect(place.read('tags.yaml')).toContain(`  - name: o/app\n    src_digest: ${DIGEST}\n    tag: v2\n`);
  });

  test.each([
    [
      ['quay.io/o/app', 'b2', 'v1'],
      FILE,
      'error: quay.io/o/app:v1 is wanted by this entry already\n --> tags.yaml:3:5\n',
    ],
    [
      ['quay.io/o/app', 'b2', '1.2'],
      `policy: semver\nbuilds: [{ name: quay.io/o/app }]\n`,
      'quay.io/o/app:1.2: the rule semver/final writes it as',
    ],
    [['quay.io/o/app', 'b2', 'v2'], `policy: starlingx\n${FILE}`, '"v2"'],
    [['quay.io/o/app:v2', 'b!', 'v 2'], FILE, 'the image: the image name "quay.io/o/app:v2" holds a tag'],
    [['quay.io/o/app', 'b2'], FILE, 'retag add takes three words, not 2'],
    [['quay.io/o/app', 'b2', 'v2'], 'images:\n  - nme: x\n', 'unknown key'],
  ])('%j is refused, and nothing changes', async (words, text, message) => {
    const done = await add(words, text);
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(joined(done.stderr)).toContain(message);
    expect(place.read('tags.yaml')).toBe(text);
  });

  test('a JSON file stays JSON', async () => {
    place.file('tags.json', '{ "images": [] }\n');
    const done = await retag(['add', 'quay.io/o/app', 'b2', 'v2', '--config', 'tags.json'], place.path);
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(joined(done.stderr)).toContain('tags.json is JSON, and "retag add" writes YAML');
    expect(place.read('tags.json')).toBe('{ "images": [] }\n');
  });

  test('a file that does not exist is not made', async () => {
    mkdirSync(join(place.path, 'empty'));
    const done = await retag(['add', 'o/app', 'b', 'v1'], join(place.path, 'empty'));
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(readdirSync(join(place.path, 'empty'))).toEqual([]);
  });
});
