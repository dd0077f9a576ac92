import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { image, seed } from '../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../testing/registry/server.js';
import { joined, retag, type Spoken } from '../support/command-line.js';
import { sandbox, type Sandbox } from '../support/repository.js';

/** `retag follow-up` in a real checkout: the files, the commit, and nothing else. */
let registry: EmbeddedRegistry;
let place: Sandbox;
let number = 0;
let name: string;
beforeAll(async () => {
  registry = await startRegistry();
  place = sandbox();
  seed(registry, 'o/app', 'b1', image());
  seed(registry, 'o/app', '1.10', image());
});
afterAll(async () => {
  place.remove();
  await registry.close();
});

const VALUES = 'app:\n  # ours\n  tag: "1.9" # bump\n';
const ENTRY = `images:
  - name: quay.io/o/app
    src_build_tag: b1
    tag: '1.10'
    bug: 'Closes-Bug: 1854869'
    references: [{ file: charts/values.yaml, path: app.tag }]
`;

const at = (file: string): string => join(place.at(name), file);
const read = (file: string): string => readFileSync(at(file), 'utf8');
function write(file: string, text: string): void {
  mkdirSync(dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
}

beforeEach(() => {
  name = `checkout-${++number}`;
  mkdirSync(place.at(name));
  place.git(name, 'init', '-q', '-b', 'main');
  write('.github/image-tags.yaml', ENTRY);
  write('charts/values.yaml', VALUES);
  place.git(name, 'add', '.');
  place.commit(name, 1);
  place.git(name, 'config', 'user.name', 'Ada');
  place.git(name, 'config', 'user.email', 'ada@example.com');
});

const followUp = (...flags: string[]): Promise<Spoken> =>
  retag(['follow-up', ...flags, '--registry-map', `quay.io=${registry.host}`], place.at(name));
const message = (): string => place.git(name, 'log', '-1', '--format=%B');

test('sets the files, and says what became what; running again changes nothing', async () => {
  expect(await followUp()).toEqual({
    code: 0,
    stdout: 'set charts/values.yaml:3: "1.9" -> "1.10"\n',
    stderr: '',
  });
  expect(read('charts/values.yaml')).toBe(VALUES.replace('1.9', '1.10'));
  expect(place.git(name, 'status', '--short')).toBe('M charts/values.yaml');
  expect(await followUp()).toMatchObject({
    code: 0,
    stdout: 'The files say it already; nothing was changed.\n',
  });
});

describe('--commit', () => {
  test('commits these files alone, with the trailers, as the person that git knows', async () => {
    write('staged.txt', 'mine\n');
    place.git(name, 'add', 'staged.txt');
    const done = await followUp('--commit');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toMatch(/\ncommitted [0-9a-f]{12}; nothing was pushed\n$/);
    expect(message()).toMatch(
      /^Use quay\.io\/o\/app:1\.10\n\nCloses-Bug: 1854869\nRetag-Edits: [0-9a-f]{64}$/,
    );
    expect(place.git(name, 'log', '-1', '--format=%an <%ae>', '--name-only')).toBe(
      'Ada <ada@example.com>\n\ncharts/values.yaml',
    );
    expect(place.git(name, 'status', '--short')).toBe('A  staged.txt');
  });

  test('takes what "retag follow-up" set before, and adds the Change-Id that Gerrit wants', async () => {
    write('.gitreview', '[gerrit]\n');
    await followUp();
    expect(await followUp('--commit')).toMatchObject({ code: 0 });
    expect(message()).toMatch(/\nCloses-Bug: 1854869\nRetag-Edits: [0-9a-f]{64}\nChange-Id: I[0-9a-f]{40}$/);
    expect(await followUp('--commit')).toMatchObject({
      code: 0,
      stdout: 'The files say it already; nothing was changed.\n',
    });
  });

  test('adds the trailers that are given, once each, among those of the entries', async () => {
    const needs = 'Depends-On: https://review.example/c/starlingx/root/+/900000';
    const flags = ['--commit', '--trailer', needs, '--trailer=Closes-Bug: 1854869'];
    expect(await followUp(...flags)).toMatchObject({ code: 0, stderr: '' });
    expect(message()).toMatch(
      new RegExp(`\n\nCloses-Bug: 1854869\n${needs.replace('+', '\\+')}\nRetag-Edits: [0-9a-f]{64}$`),
    );
  });

  test.each([
    [['--commit', '--trailer', 'no trailer'], '--trailer: "no trailer" is not a trailer'],
    [['--commit', '--trailer', 'A: b\n\nc'], 'is not a trailer'],
    [['--trailer', 'A: b'], '--trailer needs a commit to stand in'],
  ])('%j is refused, and nothing is changed', async (flags, text) => {
    const done = await followUp(...flags);
    expect(done.code).toBe(2);
    expect(joined(done.stderr)).toContain(text);
    expect(read('charts/values.yaml')).toBe(VALUES);
  });

  test('runs no hook, no filter and no signing program', async () => {
    for (const hook of ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit']) {
      write(`.git/hooks/${hook}`, '#!/bin/sh\ntouch ../ran ran\n');
      chmodSync(at(`.git/hooks/${hook}`), 0o755);
    }
    place.git(name, 'config', 'commit.gpgSign', 'true');
    place.git(name, 'config', 'gpg.program', 'false');
    expect(await followUp('--commit')).toMatchObject({ code: 0 });
    expect(existsSync(at('ran')) || existsSync(place.at('ran'))).toBe(false);
  });

  test.each([
    [
      'other changes in the file',
      () => write('charts/values.yaml', `${VALUES}more: 1\n`),
      'charts/values.yaml has other changes that are not committed',
    ],
    [
      'nobody that git knows',
      () => void place.git(name, 'config', '--unset', 'user.email'),
      'git does not know your user.email',
    ],
  ])('%s: refused, and nothing changes', async (_, prepare, why) => {
    prepare();
    const before = [read('charts/values.yaml'), message()];
    const done = await followUp('--commit');
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(joined(done.stderr)).toContain(why);
    expect([read('charts/values.yaml'), message()]).toEqual(before);
  });
});

test('what is not in the registry yet, and what cannot be set, is an error; the rest is set', async () => {
  const entry = (tag: string, file: string) =>
    `  - { name: quay.io/o/app, src_build_tag: b1, tag: '${tag}', references: [{ file: ${file}, path: app.tag }] }\n`;
  write(
    '.github/image-tags.yaml',
    `${ENTRY}${entry('2.0', 'charts/values.yaml')}${entry('1.10', 'none.yaml')}${entry('1.10', 'link.yaml')}`,
  );
  symlinkSync('charts/values.yaml', at('link.yaml'));
  const done = await followUp();
  expect(done.code).toBe(1);
  expect(done.stdout).toBe('set charts/values.yaml:3: "1.9" -> "1.10"\n');
  expect(joined(done.stderr)).toContain(`${registry.host}/o/app:2.0 is not right yet (absent): `);
  expect(joined(done.stderr)).toContain(
    'none.yaml: app.tag could not be set to quay.io/o/app:1.10: the file does not exist',
  );
  expect(joined(done.stderr)).toContain('link.yaml: app.tag could not be set');
  expect(read('charts/values.yaml')).toBe(VALUES.replace('1.9', '1.10'));
});
