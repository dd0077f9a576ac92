import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BakeDefinition } from '../builds/model.js';
import { childEnvironment, type Environment } from '../shared/environment.js';

/**
 * What buildx prints, on its way into the log. It carries what a Dockerfile chose to print, so secrets are hidden and
 * control characters are taken out; who prints it makes workflow commands harmless, as in everything else.
 */

const MAX_LINE = 4096;

/** One line without secrets, colours, cursor movements and other control characters. */
export function cleanLine(text: string, secrets: readonly string[]): string {
  let clean = text.slice(0, 4 * MAX_LINE);
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  clean = clean.replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, '').replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, '');
  return clean.length > MAX_LINE ? `${clean.slice(0, MAX_LINE)}…` : clean;
}

/** Cuts a stream into lines; a carriage return ends a line too. `flush` gives what is left. */
export function lineSplitter(onLine: (line: string) => void): { push(text: string): void; flush(): void } {
  let rest = '';
  return {
    push: (text) => {
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      if (rest.length > 64 * 1024) {
        onLine(rest);
        rest = '';
      }
    },
    flush: () => {
      if (rest !== '') onLine(rest.replace(/\r$/, ''));
      rest = '';
    },
  };
}

// What of the environment buildx gets to see, and what of the secrets in it must never be shown.

/** Would make bake read other files or settings than the definition that was shown. */
const OTHER_SETTINGS = /^(?:BUILDX_BAKE_.*|BUILDX_BUILDER|BAKE_ALLOW_REMOTE_FS_ACCESS)$/;

/**
 * The environment of docker: without the job's tokens, plus the variables that secrets of the definition name, plus
 * secrets given by value. The runtime's token is for the cache of GitHub alone.
 */
export function dockerEnvironment(
  environment: Environment,
  definition: BakeDefinition | null,
): Record<string, string> {
  const named = new Set(definition === null ? [] : variablesOf(definition));
  const cached = definition?.text.includes('type=gha') === true;
  const needs = (name: string): boolean => named.has(name) || (cached && name === 'ACTIONS_RUNTIME_TOKEN');
  const child = Object.fromEntries(
    Object.entries(childEnvironment(environment, needs)).filter(
      ([name]) => named.has(name) || !OTHER_SETTINGS.test(name),
    ),
  );
  // Retag makes and reads the provenance in the registry; in the metadata file it would only be parsed for nothing.
  return {
    ...child,
    ...definition?.secretValues,
    BUILDX_METADATA_PROVENANCE: 'disabled',
    DOCKER_CLI_HINTS: 'false',
  };
}

/**
 * Texts that must not be shown: each secret's value, and each line of it. Very short ones are left: hiding
 * every "a" would hide the log.
 * @param files texts of the files that secrets name, see `secretFiles`
 */
export function secretTexts(
  environment: Environment,
  definition: BakeDefinition,
  files: readonly string[],
): string[] {
  const values = [
    ...variablesOf(definition).map((name) => environment[name] ?? ''),
    ...Object.values(definition.secretValues),
    ...files,
  ];
  const texts = values.flatMap((value) => [value, ...value.split(/\r?\n/)].map((text) => text.trim()));
  return [...new Set(texts)].filter((text) => text.length >= 4).sort((a, b) => b.length - a.length);
}

function variablesOf(definition: BakeDefinition): string[] {
  return definition.secrets.flatMap(({ from, name }) => (from === 'env' ? [name] : []));
}

// Secrets that are given as files: their texts, so that the build's output can be kept clean of them.

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
