/** `--format`: the result on standard output, the log on standard error, for results and for mistakes. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { image, index, seed } from '../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../testing/registry/server.js';
import { joined, retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';

const place = folder();
let registry: EmbeddedRegistry;
beforeAll(async () => {
  registry = await startRegistry();
  for (const [tag, content] of Object.entries({ src: 'one', taken: 'two' }))
    seed(registry, 'app', tag, index([image({ layers: [{ files: { content } }] })]));
  const name = `${registry.host}/app`;
  place.file(
    'tags.yaml',
    `images:\n${['taken', 'free'].map((tag) => `  - { name: '${name}', src_build_tag: src, tag: ${tag} }\n`).join('')}`,
  );
  place.file('wrong.yaml', 'images:\n  - { name: app, src_build_tag: src, tga: v1 }\n');
});
afterAll(() => registry.close());

const FORMS = [
  ['junit', /^<\?xml .*<testcase classname="\S+\/app" name="taken" file="tags\.yaml" line="2">.*<failure /s],
  ['sarif', /^\{\n.*"ruleId": "different-digest".*"startLine": 2/s],
  ['markdown', /^## Retag plan failed: 1 tag to create, 1 refused\..*### Refused or failed/s],
  ['json', /^\{\n {2}"version": 1,\n {2}"command": "plan"/],
] as const;

describe.each(FORMS)('--format %s', (format, document) => {
  test('prints the plan on stdout, and what it always prints on stderr', async () => {
    const text = await retag(['plan', 'tags.yaml'], place.path);
    const done = await retag(['plan', 'tags.yaml', '--format', format], place.path);
    expect(done.code).toBe(1);
    expect(done.stdout).toMatch(document);
    const timeless = (log: string): string => log.replace(/[\d.]+ s, \d+ requests/, '');
    expect(timeless(done.stderr)).toBe(timeless(text.stdout));
  });

  test.each([['plan'], ['apply'], ['validate']])('prints the mistakes that %s finds', async (command) => {
    const done = await retag([command, 'wrong.yaml', '--format', format], place.path);
    expect(done.code).toBe(2);
    expect(joined(done.stderr)).toContain('unknown key "tga"');
    // Quotes are written in each form's own way, and Markdown breaks words.
    expect(done.stdout.replace(/\\"|&quot;/g, '"')).toContain('unknown key "tga"');
    expect(done.stdout).toContain('wrong.yaml');
  });

  test('prints wrong flags, also before a command is known', async () => {
    const done = await retag(['plna', '--format', format], place.path);
    expect(done.code).toBe(2);
    expect(done.stdout).toContain('there is no command');
  });
});

test('--format=json is --json', async () => {
  const words = ['validate', 'tags.yaml'];
  const timeless = ({ stdout }: { stdout: string }): unknown => ({ ...JSON.parse(stdout), duration_ms: 0 });
  const long = await retag([...words, '--format=json'], place.path);
  expect(timeless(long)).toEqual(timeless(await retag([...words, '--json'], place.path)));
});

test('--format text prints what is printed without it', async () => {
  const plain = await retag(['validate', 'tags.yaml'], place.path);
  expect(await retag(['validate', 'tags.yaml', '--format', 'text'], place.path)).toEqual(plain);
});

test.each([
  [['--format', 'sarfi'], '--format: "sarfi" is not known\nhelp: did you mean "sarif"?\n'],
  [['--format', 'x'], '--format: "x" is not known\nhelp: write one of text, json, junit, sarif, markdown\n'],
  [['--json', '--format', 'junit'], '--json and --format junit are both given\nhelp: give one of them\n'],
])('%j is refused', async (flags, text) => {
  const done = await retag(['validate', 'tags.yaml', ...flags], place.path);
  expect(done.code).toBe(2);
  expect(done.stderr).toContain(text);
});
