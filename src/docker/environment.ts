/** What of the environment buildx gets to see, and what of the secrets in it must never be shown. */
import type { BakeDefinition } from '../builds/model.js';
import { childEnvironment, type Environment } from '../shared/environment.js';

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
