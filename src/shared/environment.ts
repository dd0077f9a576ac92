/** What of this process's environment the programs get that Retag starts. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The action's inputs (the GitHub token is one), the files through which a step speaks to the runner, and the tokens of
 * the job and of Retag itself. No program that Retag starts needs them.
 */
const OURS =
  /^(?:INPUT_.*|GITHUB_(?:OUTPUT|ENV|PATH|STATE|STEP_SUMMARY|TOKEN)|GH_(?:ENTERPRISE_)?TOKEN|GITHUB_ENTERPRISE_TOKEN|ACTIONS_ID_TOKEN_REQUEST_.*|ACTIONS_RUNTIME_TOKEN|SIGSTORE_ID_TOKEN|RETAG_.*|COSIGN_PASSWORD|(?:NPM|NODE_AUTH|CI_JOB|GITLAB|GITEA|FORGEJO)_TOKEN)$/i;

/** What signs records has the name that the tag file gives it. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** The environment without what belongs to Retag and the job; `needed` are given all the same. */
export function childEnvironment(
  environment: Environment,
  needed: (name: string) => boolean = () => false,
): Record<string, string> {
  const child: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (needed(name) || !(OURS.test(name) || PRIVATE_KEY.test(value))))
      child[name] = value;
  }
  return child;
}
