/** What a request must be allowed to do. */
export interface Access {
  readonly repository: { readonly repository: string };
  readonly access: 'pull' | 'pull,push';
  readonly alsoPull?: { readonly repository: string };
}

const MAX_SCOPES = 8;
// resourcetype ":" name ":" actions, docs of distribution "Token Scope"; the name may hold a port's colon
const SCOPE = /^[a-z0-9]+(?:\([a-z0-9]+\))?:[\x21-\x7e]{1,300}:[a-z*]+(?:,[a-z*]+)*$/;

/** The scopes that `access` needs. */
export function scopesOf({ repository, access, alsoPull }: Access): string[] {
  const own = `repository:${repository.repository}:${access}`;
  return alsoPull ? [own, `repository:${alsoPull.repository}:pull`] : [own];
}

/**
 * The scopes of a challenge that `own` does not hold already: registries that map names ask for another name than
 * the one that was requested. Some look only at the first scope, so these go first.
 */
export function missingScopes(asked: string | undefined, own: readonly string[]): string[] {
  const scopes = (asked ?? '').split(' ').filter((scope) => SCOPE.test(scope));
  return scopes.filter((scope) => !own.some((held) => covers(held, scope))).slice(0, MAX_SCOPES);
}

function covers(held: string, wanted: string): boolean {
  const [heldName, heldActions] = splitActions(held);
  const [wantedName, wantedActions] = splitActions(wanted);
  return heldName === wantedName && wantedActions.every((action) => heldActions.includes(action));
}

function splitActions(scope: string): [string, string[]] {
  const colon = scope.lastIndexOf(':');
  return [scope.slice(0, colon), scope.slice(colon + 1).split(',')];
}
