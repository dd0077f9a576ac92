/** The port to docker buildx: finds or makes a builder, runs one bake, and cleans up after itself. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { BakeDefinition, Builder, BuilderState, BuiltTarget } from '../builds/model.js';
import type { Clock, Log } from '../ports.js';
import { askDocker, askDockerLong, findDocker, runLong } from './process.js';
import { findBuilder, knowsAllow, removeBuilder } from './inspect.js';
import type { Environment } from '../shared/environment.js';
import { cleanLine, dockerEnvironment, secretFiles, secretTexts } from './output.js';
import { bakeError, readMetadata } from './metadata.js';
import { checkWorkspace } from './workspace.js';

export interface BuilderOptions {
  /** absolute; where contexts and Dockerfiles are */
  readonly workspace: string;
  /** where definition and metadata file go; a private directory is made in it */
  readonly temporary: string;
  readonly environment: Environment;
  /** input `builder`; null: the one that buildx has selected */
  readonly builder: string | null;
  /** registry hosts to connect to over http, for a temporary builder */
  readonly insecure: readonly string[];
  readonly signal: AbortSignal;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly log: Log;
  /** takes buildx's output, line by line: the job log on a runner, stderr elsewhere */
  readonly write: (text: string) => void;
  /** 32 hex digits that nobody can guess */
  readonly token: string;
  /** stderr is a terminal: buildx draws its own progress there */
  readonly terminal: boolean;
}

/** How many lines of output are kept for an error. */
const KEPT = 40;

/**
 * A Builder on `docker buildx`. Call `prepare`, then `bake`, and `close` whatever happened: a temporary
 * builder is removed by it.
 */
export function createBuilder(options: BuilderOptions): Builder {
  const { workspace: cwd, signal, clock } = options;
  const environment = dockerEnvironment(options.environment, null);
  let state: BuilderState | null = null;
  let command: Promise<string> | null = null;
  const docker = (): Promise<string> => (command ??= findDocker(environment));
  return {
    prepare: async (definition) => {
      const dockerfiles = await checkWorkspace(definition, options.workspace, options.environment);
      if (state?.temporary !== true) state = null;
      const path = await docker();
      const ask = askDocker(path, environment, cwd);
      const askLong = askDockerLong({ command: path, environment, cwd, signal, clock });
      state ??= await findBuilder(definition, dockerfiles, { ...options, ask, askLong });
      return state;
    },
    bake: async (definition) => {
      if (state === null) throw new Error('bake before prepare');
      return bake(definition, state, await docker(), options);
    },
    close: async () => {
      const made = state;
      state = null;
      if (made?.temporary !== true) return;
      await removeBuilder(made.name, { ask: askDocker(await docker(), environment, cwd), log: options.log });
    },
  };
}

async function bake(
  definition: BakeDefinition,
  state: BuilderState,
  docker: string,
  options: BuilderOptions,
): Promise<BuiltTarget[]> {
  const directory = await mkdtemp(join(options.temporary, 'retag-build-'));
  const file = join(directory, 'bake.json');
  const metadata = join(directory, 'metadata.json');
  const files = await secretFiles(definition, options.workspace);
  const secrets = secretTexts(options.environment, definition, files);
  const tail: string[] = [];
  // What goes to the terminal directly cannot be cleaned of secrets.
  const terminal = options.terminal && secrets.length === 0;
  try {
    await writeFile(file, definition.text, { mode: 0o600 });
    const end = await runLong({
      command: docker,
      args: bakeArguments(definition, state, { file, metadata, terminal }),
      environment: dockerEnvironment(options.environment, definition),
      cwd: options.workspace,
      signal: options.signal,
      clock: options.clock,
      terminal,
      onLine: (line) => {
        const shown = cleanLine(line, secrets);
        options.write(`${shown}\n`);
        tail.push(shown);
        if (tail.length > KEPT) tail.shift();
      },
    });
    if (end !== 0) throw bakeError(end, tail, definition);
    return readMetadata(await readFile(metadata, 'utf8').catch(() => null), definition);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * The words after `docker`. Every value is `--flag=value`, so none can be a flag; the definition is a file called
 * `.json`, because bake tries to read standard input as a Compose file, with `.env`, first.
 */
export function bakeArguments(
  definition: Pick<BakeDefinition, 'allow'>,
  state: Pick<BuilderState, 'name' | 'version'>,
  {
    file,
    metadata,
    terminal,
  }: { readonly file: string; readonly metadata: string; readonly terminal: boolean },
): string[] {
  const allow = knowsAllow(state.version) ? definition.allow.map((name) => `--allow=${name}`) : [];
  return [
    'buildx',
    'bake',
    `--builder=${state.name}`,
    `--file=${file}`,
    `--metadata-file=${metadata}`,
    `--progress=${terminal ? 'auto' : 'plain'}`,
    ...allow,
    'default',
  ];
}
