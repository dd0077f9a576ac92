import { expect, test } from '@jest/globals';
import { VERSION } from '../../src/version.js';
import { retag } from '../support/command-line.js';
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
