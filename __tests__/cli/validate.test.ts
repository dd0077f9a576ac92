import { expect, test } from '@jest/globals';
import { VERSION } from '../../src/version.js';
import { retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';
import { schemaProblems } from '../support/report-schema.js';

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
  expect(await retag(words, place.path)).toMatchObject({ code: 2, stdout: '' });
  expect(() => place.read('none.json')).toThrow('ENOENT');
});
