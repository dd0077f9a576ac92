import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { VERSION } from '../../src/version.js';
import { joined, retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';
import { errorProblems, schemaProblems } from '../support/report-schema.js';

const place = folder();
place.file('tags.yaml', 'images: [{ name: quay.io/o/app, src_build_tag: build, tag: v1 }]\n');
place.file('wrong.yaml', 'imagse: []\n');

test('the report says that nothing was done, on stdout and in a file', async () => {
  const words = ['validate', '--config', 'tags.yaml', '--json', '--report', 'out/report.json'];
  const { code, stdout, stderr } = await retag(words, place.path);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'valid: tags.yaml\n1 promotion, 0 builds and 0 rules in 1 tag file.\n',
  });
  const report = JSON.parse(stdout) as unknown;
  expect(schemaProblems(report)).toEqual([]);
  expect(report).toMatchObject({ command: 'validate', retag: VERSION, ref: null, actions: [] });
  expect(place.read('out/report.json')).toBe(stdout);
});

test('a file alone leaves stdout to people', async () => {
  const done = await retag(['validate', '--config', 'tags.yaml', '--report', 'alone.json'], place.path);
  expect(done).toEqual({
    code: 0,
    stdout: 'valid: tags.yaml\n1 promotion, 0 builds and 0 rules in 1 tag file.\n',
    stderr: '',
  });
  expect(JSON.parse(place.read('alone.json'))).toMatchObject({ command: 'validate' });
});

test('there is no report of a file that is wrong', async () => {
  const words = ['validate', '--config', 'wrong.yaml', '--json', '--report', 'none.json'];
  const done = await retag(words, place.path);
  expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining('error: unknown key "imagse"') });
  expect(errorProblems(JSON.parse(done.stdout))).toEqual([]);
  expect(JSON.parse(done.stdout)).toEqual({
    version: 1,
    errors: [
      { file: 'wrong.yaml', line: 1, column: 1, message: 'unknown key "imagse"', hint: 'write "images"' },
    ],
  });
  expect(() => place.read('none.json')).toThrow('ENOENT');
});

describe('what needs no registry', () => {
  const entry = (more: string): string => `  - { name: quay.io/o/app, ${more} }\n`;
  const validate = (text: string, ...words: string[]) => {
    place.file('doubt.yaml', text);
    return retag(['validate', 'doubt.yaml', ...words], place.path);
  };

  test('entries that want one tag from different sources are errors, with both places', async () => {
    const text = `images:\n${entry('src_build_tag: a, tag: v1')}${entry('src_build_tag: b, tag: v1')}`;
    const done = await validate(text);
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(joined(done.stderr)).toContain(
      'error: quay.io/o/app:v1 is wanted from quay.io/o/app:b, and by an earlier entry from quay.io/o/app:a, at doubt.yaml:2:5\n --> doubt.yaml:3:5\n',
    );
  });

  test('also through a stable tag and with two digests', async () => {
    const stable = `images:\n${entry('src_build_tag: a, tag: v1, stable: true')}${entry('src_build_tag: b, tag: v1-stable')}`;
    expect((await validate(stable)).code).toBe(2);
    const digest = (letter: string): string => `src_digest: 'sha256:${letter.repeat(64)}', tag: v1`;
    expect((await validate(`images:\n${entry(digest('a'))}${entry(digest('b'))}`)).code).toBe(2);
    expect((await validate(`images:\n${entry(digest('a'))}${entry(digest('a'))}`)).code).toBe(0);
  });

  test('a name that usually moves is a warning', async () => {
    const done = await validate(`images:\n${entry('src_build_tag: a, tag: latest')}`);
    expect(done.code).toBe(0);
    expect(joined(done.stderr)).toMatch(
      /^warning: "latest" is a name that usually moves, .*\n --> doubt\.yaml:2:5\n/,
    );
  });

  test.each(['', '# nothing\n', '---\n# nothing\n...\n', '\ufeff\r\n', '{}\n', 'null # yet\n'])(
    'an empty file is a warning: %j',
    async (text) => {
      const done = await validate(text);
      expect(done.code).toBe(0);
      expect(done.stderr).toContain('warning: the file is empty\n --> doubt.yaml:1:1\n');
    },
  );
});

test('with trust rules it names the images that none matches, and reads the keys', async () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const rule = "trust: [{ images: ['ghcr.io/**'], authorities: [{ key: { file: release.pub } }] }]\n";
  place.file('trust.yaml', `${place.read('tags.yaml')}${rule}`);
  const without = await retag(['validate', '--config', 'trust.yaml'], place.path);
  expect([without.code, without.stderr]).toEqual([
    2,
    expect.stringContaining('there is no file release.pub'),
  ]);
  place.file('release.pub', publicKey.export({ type: 'spki', format: 'pem' }) as string);
  const done = await retag(['validate', '--config', 'trust.yaml'], place.path);
  expect([done.code, done.stdout]).toEqual([
    0,
    expect.stringContaining('no trust rule matches: quay.io/o/app\n'),
  ]);
});

test('a file of another tool is checked down to its expressions', async () => {
  const sync = (allow: string): string =>
    `sync: [ { source: a.example/x, target: b.example/x, type: repository, tags: { allow: [ '${allow}' ] } } ]\n`;
  place.file('regsync.yml', sync('v.*'));
  place.file('odd.yml', sync('(?=v)'));
  expect(await retag(['validate', 'regsync.yml'], place.path)).toEqual({
    code: 0,
    stdout: 'valid: regsync.yml\n0 promotions, 1 selection, 0 builds and 0 rules in 1 tag file.\n',
    stderr: '',
  });
  const odd = await retag(['validate', 'odd.yml'], place.path);
  expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining('this is not an expression of RE2') });
});
