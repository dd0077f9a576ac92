import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { parseRange } from '../../../src/config/other-tools/ranges.js';
import { FIXTURES } from '../../support/other-tools.js';

/** What Masterminds/semver v3.5.0 and regclient v0.11.5 answer; `main.go` beside it wrote it. */
const table = JSON.parse(readFileSync(join(FIXTURES, 'ranges/ranges.json'), 'utf8')) as {
  readonly tags: readonly string[];
  readonly masterminds: Readonly<Record<string, string | null>>;
  readonly regclient: Readonly<Record<string, string | null>>;
};

describe.each(['masterminds', 'regclient'] as const)('%s', (dialect) => {
  test.each(Object.entries(table[dialect]))('%j', (range, answers) => {
    const parsed = parseRange(dialect, range);
    const found = parsed.ok ? table.tags.filter((tag) => parsed.value(tag)) : null;
    expect(found).toEqual(answers === null ? null : table.tags.filter((_, i) => answers[i] === '1'));
  });
});
