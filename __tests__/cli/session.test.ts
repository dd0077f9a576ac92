import { describe, expect, test } from '@jest/globals';
import { retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';

/** What is common to all commands is taken by all, and wrong values are wrong everywhere. */
const place = folder();
place.file('tags.yaml', 'images: []\n');

const COMMANDS = [
  'plan --config tags.yaml',
  'apply --config tags.yaml',
  'classify --policy semver v1.2.3',
  'validate --config tags.yaml',
  'pin --config tags.yaml',
  'demo',
].map((line) => line.split(' '));

describe.each(COMMANDS)('retag %s', (...command) => {
  const words = command.filter((word) => typeof word === 'string');

  test('takes every common flag', async () => {
    const common =
      '--registry-map docker.io=localhost:5000 --registry-map quay.io=localhost:5000 --insecure-registry reg.example ' +
      '--concurrency 2 --settle 1s --timeout 1m --only images --builder mine --verbose --no-color';
    const done = await retag([...words, ...common.split(' ')], place.path);
    expect({ ...done, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    // What the demo has refused is said all the same.
    const quiet = await retag([...words, '--quiet'], place.path);
    expect(quiet.code).toBe(0);
    if (command[0] === 'demo') expect(quiet.stderr.match(/^ +!.*/gm)).toHaveLength(2);
    else expect(quiet.stderr).toBe('');
  });

  test.each([
    ['--registry-map', 'docker.io', 'registry-map: "docker.io" is not "registry=registry"'],
    ['--insecure-registry', 'https://x', 'insecure-registries: "https://x" is not a registry host'],
    ['--concurrency', '0', 'concurrency: "0" is not a number of requests'],
    ['--settle', '250', 'settle: "250" is not a time to wait'],
    ['--timeout', 'soon', 'timeout: "soon" is not a time limit'],
    ['--only', 'tags', '--only: "tags" is not known'],
  ])('refuses %s %s', async (flag, value, what) => {
    const done = await retag([...words, flag, value], place.path);
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(done.stderr).toContain(`error: ${what}`);
  });
});

test('every wrong value is told at once', async () => {
  const done = await retag(
    ['validate', '--config', 'tags.yaml', '--only=x', '--timeout=x', '--concurrency=x'],
    place.path,
  );
  expect(done.stderr.match(/^error: /gm)).toHaveLength(3);
});

test('demo keeps to the time limit', async () => {
  expect((await retag(['demo', '--timeout', '20s'], place.path)).code).toBe(0);
});

test.each([
  ['validate', '--config', 'tags.yaml'],
  ['classify', '1.2.3', '--policy', 'semver'],
])('%s looks whether the report can be written before it does anything', async (...command) => {
  const done = await retag([...command, '--report', '/proc/none/report.json'], place.path);
  expect(done).toMatchObject({ code: 2, stdout: '' });
  expect(done.stderr).toMatch(/^error: --report: "\/proc\/none\/report.json" cannot be written: /);
});

test.each([['pin'], ['demo']])('%s has no report', async (command) => {
  expect(await retag([command, '--report', 'report.json'], place.path)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      `error: --report does not go with "retag ${command}"\nhelp: it goes with: plan, apply, `,
    ),
  });
});
