import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { joined } from '../../support/command-line.js';
import { COMMAND_MISTAKES } from '../command-line.js';
import type { Mistake } from '../mistake.js';
import { REGISTRY_MISTAKES } from '../registry.js';
import { openScene, type Scene, type Shown } from '../../support/scene.js';
import { TAG_FILE_MISTAKES } from '../tag-file.js';

/** What a release engineer gets wrong in the first week: each on one screen, with the place and a remedy that works. */
const ROWS = 24;
const COLUMNS = 80;
const CPU_SECONDS = 1;

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

async function shows({ command, code = 2, says }: Mistake, first: Shown): Promise<void> {
  const screen = first.text.trimEnd().split('\n');
  const text = joined(first.text);

  for (const pattern of says) expect(text).toMatch(pattern);
  expect({ code: first.code, rows: screen.length <= ROWS }).toEqual({ code, rows: true });
  expect(screen.filter((line) => line.length > COLUMNS)).toEqual([]);
  // Another process may take the caches of a busy machine: the second time counts, too.
  const cpu = first.cpu < CPU_SECONDS ? first.cpu : (await scene.retag(command)).cpu;
  expect(cpu).toBeLessThan(CPU_SECONDS);
}

describe.each([
  ['in the tag file', TAG_FILE_MISTAKES],
  ['in a command', COMMAND_MISTAKES],
  ['on the way to a registry', REGISTRY_MISTAKES],
])('mistakes %s', (_where, mistakes) => {
  test.each(mistakes.map((mistake): [string, Mistake] => [mistake.title, mistake]))(
    '%s',
    async (_, mistake) => {
      await mistake.given?.(scene);
      await shows(mistake, await scene.retag(mistake.command));
      const after = await scene.retag((await mistake.remedy(scene)) ?? mistake.command);

      expect({ code: after.code, text: after.code === (mistake.then ?? 0) ? '' : after.text }).toEqual({
        code: mistake.then ?? 0,
        text: '',
      });
    },
  );
});

test('the table has thirty mistakes and more', () => {
  const titles = [...TAG_FILE_MISTAKES, ...COMMAND_MISTAKES, ...REGISTRY_MISTAKES].map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(titles.length).toBeGreaterThanOrEqual(30);
});
