/** Are the files that a definition names there, and inside the workspace? Looked up before anything is built. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

import type { BakeDefinition, SecretUse } from '../builds/model.js';
import { UserError, type Place, type Problem } from '../errors.js';
import type { Environment } from '../shared/environment.js';

/** What of a definition can be read in the workspace. */
interface Sources {
  /** Dockerfiles' texts by path */
  readonly texts: Dockerfiles;
  /** contexts and Dockerfiles that are not there, or not allowed */
  readonly problems: readonly Problem[];
}

/** A Dockerfile's text, for what its stages need of the builder. */
export type Dockerfiles = ReadonlyMap<string, string>;

const MAX_DOCKERFILE = 4 * 1024 * 1024;

/**
 * Checks contexts, Dockerfiles and secrets of all targets and gives the Dockerfiles' texts by path. Symbolic
 * links are followed: where they lead must be inside the workspace too. Files of secrets may be anywhere.
 * @throws UserError with every problem, at its place in the tag file
 */
export async function checkWorkspace(
  definition: BakeDefinition,
  workspace: string,
  environment: Environment,
): Promise<Dockerfiles> {
  const root = await realpath(workspace);
  const { texts, problems: found } = await findSources(definition, root);
  const problems: Problem[] = [...found];
  for (const secret of definition.secrets) {
    const problem = await secretProblem(secret, root, environment);
    if (problem !== null) problems.push(problem);
  }
  if (problems.length > 0) throw new UserError(problems);
  return texts;
}

/**
 * Looks contexts and Dockerfiles up. Secrets are not looked at: a job that only plans is given none.
 * @param workspace of the checkout, which may be without the sources
 */
export async function findSources(definition: BakeDefinition, workspace: string): Promise<Sources> {
  const root = await realpath(workspace).catch(() => workspace);
  const problems: Problem[] = [];
  for (const [path, place] of contextsOf(definition)) {
    const found = await look(root, path, 'context', place, problems);
    if (found !== null && found.kind !== 'directory') {
      problems.push({ place, what: `the context "${path}" is not a directory`, mend: 'name a directory' });
    }
  }
  return { texts: await readDockerfiles(definition, root, problems), problems };
}

function contextsOf(definition: BakeDefinition): Map<string, Place> {
  const contexts = new Map<string, Place>();
  for (const { name, context, origin } of definition.targets) {
    contexts.set(context, contexts.get(context) ?? origin.at('context'));
    for (const [key, path] of Object.entries(definition.file.target[name]?.contexts ?? {})) {
      if (!/^(?:[a-z-]+:\/\/|git@)/.test(path))
        contexts.set(path, contexts.get(path) ?? origin.at('build_contexts', key));
    }
  }
  return contexts;
}

async function readDockerfiles(
  definition: BakeDefinition,
  root: string,
  problems: Problem[],
): Promise<Dockerfiles> {
  const texts = new Map<string, string>();
  const places = new Map(definition.targets.map(({ dockerfile, origin }) => [dockerfile, origin.at('file')]));
  for (const [file, place] of places) {
    const found = await look(root, file, 'Dockerfile', place, problems);
    if (found === null) continue;
    if (found.kind === 'file') texts.set(file, await readFile(found.path, 'utf8'));
    else
      problems.push({
        place,
        what: `the Dockerfile "${file}" is not a file of at most 4 MiB`,
        mend: 'name a file with "file"',
      });
  }
  return texts;
}

async function secretProblem(
  secret: SecretUse,
  root: string,
  environment: Environment,
): Promise<Problem | null> {
  const { from, name, place } = secret;
  const at = place === null ? {} : { place };
  if (from === 'env') {
    if ((environment[name] ?? '') !== '') return null;
    const what = `the environment variable ${name}, which a secret names, is not set`;
    return { ...at, what, mend: `give it to the step: "env: { ${name}: \${{ secrets.${name} }} }"` };
  }
  const info = await stat(resolve(root, name)).catch(() => null);
  if (info?.isFile() === true) return null;
  return {
    ...at,
    what: `the secret's file "${name}" is not there`,
    mend: 'write it before this step, or correct src',
  };
}

interface Found {
  readonly kind: 'file' | 'directory' | 'other';
  readonly path: string;
}

async function look(
  root: string,
  name: string,
  what: string,
  place: Place,
  problems: Problem[],
): Promise<Found | null> {
  const path = await realpath(resolve(root, name)).catch(() => null);
  if (path === null) {
    const mend = 'correct the path; it is relative to the workspace';
    problems.push({ place, what: `there is no ${what} "${name}" in ${root}`, mend });
    return null;
  }
  const inside = relative(root, path);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    const text = `the ${what} "${name}" leads out of the workspace to ${path}`;
    problems.push({ place, what: text, mend: 'use files of the workspace only' });
    return null;
  }
  const info = await stat(path);
  if (info.isDirectory()) return { kind: 'directory', path };
  return { kind: info.isFile() && info.size <= MAX_DOCKERFILE ? 'file' : 'other', path };
}
