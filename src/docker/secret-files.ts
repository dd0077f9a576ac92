/** Secrets that are given as files: their texts, so that the build's output can be kept clean of them. */
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { BakeDefinition } from '../builds/model.js';

/** Nothing that a person calls a secret is longer, and each line is looked for in each line of the output. */
const MOST = 64 * 1024;

/**
 * The text of each file that a secret names. Left out is what cannot be found in output line by line: files that are
 * larger than 64 KiB, no text in UTF-8, no regular files, or not readable (buildx then says so).
 */
export async function secretFiles(
  definition: Pick<BakeDefinition, 'secrets'>,
  workspace: string,
): Promise<string[]> {
  const names = new Set(definition.secrets.flatMap(({ from, name }) => (from === 'file' ? [name] : [])));
  const texts = await Promise.all(
    [...names].map((name) => textOf(resolve(workspace, name)).catch(() => null)),
  );
  return texts.filter((text) => text !== null);
}

async function textOf(path: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    const info = await file.stat();
    if (!info.isFile() || info.size > MOST) return null;
    const bytes = await file.readFile();
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } finally {
    await file.close();
  }
}
