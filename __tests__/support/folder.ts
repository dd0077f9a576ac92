import { afterAll } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Folder {
  readonly path: string;
  file(name: string, text: string): void;
  read(name: string): string;
}

/** A folder of its own for the tests of a file, gone afterwards. */
export function folder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'retag-commands-'));
  afterAll(() => rmSync(path, { recursive: true }));
  return {
    path,
    file: (name, text) => writeFileSync(join(path, name), text),
    read: (name) => readFileSync(join(path, name), 'utf8'),
  };
}
