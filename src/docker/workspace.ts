/** Are the files that a definition names there, and inside the workspace? Looked up before anything is built. */
import { lstat, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import type { BakeDefinition, PathUse, SecretUse } from '../builds/model.js';
import { UserError, type Location, type Problem } from '../errors.js';
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
 * links are followed: where they lead must be inside the workspace too. Only an input of the workflow may name a file
 * of a secret, or a directory of a cache, that is elsewhere.
 * @throws UserError with every problem, at its place in the tag file
 */
export async function checkWorkspace(
  definition: BakeDefinition,
  workspace: string,
  environment: Environment,
): Promise<Dockerfiles> {
  const root = await realpath(workspace);
  const { texts, problems: found } = await findSources(definition, workspace);
  const problems: Problem[] = [...found];
  const refused = new Set(found.map(({ location }) => location));
  for (const secret of definition.secrets.filter(
    ({ location }) => location === null || !refused.has(location),
  )) {
    const problem = await secretProblem(secret, root, environment);
    if (problem !== null) problems.push(problem);
  }
  if (problems.length > 0) throw new UserError(problems);
  return texts;
}

/**
 * Looks contexts and Dockerfiles up, and where other paths lead. Whether secrets are there is not looked at: a job that
 * only plans is given none.
 * @param workspace of the checkout, which may be without the sources
 */
export async function findSources(definition: BakeDefinition, workspace: string): Promise<Sources> {
  const root = await realpath(workspace).catch(() => workspace);
  const problems: Problem[] = [];
  for (const [path, location] of contextsOf(definition)) {
    const found = await look(root, path, 'context', location, problems);
    if (found !== null && found.kind !== 'directory') {
      problems.push({ location, what: `the context "${path}" is not a directory`, hint: 'name a directory' });
    }
  }
  const texts = await readDockerfiles(definition, root, problems);
  for (const use of new Set(definition.targets.flatMap(({ paths }) => paths))) {
    const problem = await pathProblem(use, root, workspace);
    if (problem !== null) problems.push(problem);
  }
  return { texts, problems };
}

/** A path that stands in the workspace must lead into it, whoever names it: what is checked out may be a link. */
async function pathProblem(
  { access, path, location }: PathUse,
  root: string,
  workspace: string,
): Promise<Problem | null> {
  const named = resolve(root, path);
  // buildx reads "~" as the home directory.
  const home = path.startsWith('~');
  if (location === null && (home || (leaves(root, named) && leaves(workspace, named)))) return null;
  const real = home ? path : await leadsTo(named);
  if (!home && real !== null && !leaves(root, real)) return null;
  const where = real === null ? 'by a symbolic link' : `to ${real}`;
  const what = `the build would ${access} "${path}", which leads out of the workspace ${where}`;
  if (location === null) return { what, hint: 'remove the symbolic link from the workspace' };
  return {
    location,
    what,
    hint: 'use a path of the workspace, or name this one in an input of the workflow (secrets, cache-from, cache-to)',
  };
}

/** Where a path leads, or would lead once it is made; null for a link to something that is not there. */
async function leadsTo(path: string): Promise<string | null> {
  const real = await realpath(path).catch(() => null);
  if (real !== null) return real;
  const there = await lstat(path).catch(() => null);
  if (there !== null || dirname(path) === path) return null;
  const above = await leadsTo(dirname(path));
  return above === null ? null : join(above, basename(path));
}

function leaves(root: string, path: string): boolean {
  const inside = relative(root, path);
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
}

function contextsOf(definition: BakeDefinition): Map<string, Location> {
  const contexts = new Map<string, Location>();
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
  for (const [file, location] of places) {
    const found = await look(root, file, 'Dockerfile', location, problems);
    if (found === null) continue;
    if (found.kind === 'file') texts.set(file, await readFile(found.path, 'utf8'));
    else
      problems.push({
        location,
        what: `the Dockerfile "${file}" is not a file of at most 4 MiB`,
        hint: 'name a file with "file"',
      });
  }
  return texts;
}

async function secretProblem(
  secret: SecretUse,
  root: string,
  environment: Environment,
): Promise<Problem | null> {
  const { from, name, location } = secret;
  const at = location === null ? {} : { location };
  if (from === 'env') {
    if ((environment[name] ?? '') !== '') return null;
    const what = `the environment variable ${name}, which a secret names, is not set`;
    return { ...at, what, hint: `give it to the step: "env: { ${name}: \${{ secrets.${name} }} }"` };
  }
  const info = await stat(resolve(root, name)).catch(() => null);
  if (info?.isFile() === true) return null;
  return {
    ...at,
    what: `the secret's file "${name}" is not there`,
    hint: 'write it before this step, or correct src',
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
  location: Location,
  problems: Problem[],
): Promise<Found | null> {
  const path = await realpath(resolve(root, name)).catch(() => null);
  if (path === null) {
    const key = what === 'Dockerfile' ? 'file' : 'context';
    const hint = `set "${key}" to a path that exists, relative to the workspace`;
    problems.push({ location, what: `there is no ${what} "${name}" in ${root}`, hint });
    return null;
  }
  if (leaves(root, path)) {
    const text = `the ${what} "${name}" leads out of the workspace to ${path}`;
    problems.push({ location, what: text, hint: 'use files of the workspace only' });
    return null;
  }
  const info = await stat(path);
  if (info.isDirectory()) return { kind: 'directory', path };
  return { kind: info.isFile() && info.size <= MAX_DOCKERFILE ? 'file' : 'other', path };
}
