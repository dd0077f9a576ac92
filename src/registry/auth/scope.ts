/** What a request must be allowed to do. */
export interface Access {
  readonly repository: { readonly repository: string };
  readonly access: 'pull' | 'pull,push';
  readonly alsoPull?: { readonly repository: string };
}

const MAX_SCOPES = 8;
// resourcetype ":" name ":" actions, docs of distribution "Token Scope"; the name may hold a port's colon
const SCOPE = /^repository:([\x21-\x7e]{1,300}):([a-z*]+(?:,[a-z*]+)*)$/;

/** The scopes that `access` needs. */
export function scopesOf({ repository, access, alsoPull }: Access): string[] {
  const own = `repository:${repository.repository}:${access}`;
  return alsoPull ? [own, `repository:${alsoPull.repository}:pull`] : [own];
}

/**
 * What of a challenge's scopes is asked for besides `own`. A registry that maps names may know the repository by a longer or
 * shorter path; such a name gets the actions that the request needs. Nothing else is: the registry chooses the words, and
 * the token would be good for what nobody asked for. Some token servers look only at the first scope, so these go first.
 */
export function missingScopes(asked: string | undefined, own: readonly string[]): string[] {
  const scopes = (asked ?? '').split(' ').flatMap((scope) => {
    const [, name = '', actions = ''] = SCOPE.exec(scope) ?? [];
    const needed = own.map(splitActions).find(([held]) => sameRepository(held, name))?.[1] ?? [];
    const granted = needed.filter((action) => actions.split(',').includes(action));
    return granted.length === 0 ? [] : [`repository:${name}:${granted.join(',')}`];
  });
  return [...new Set(scopes)].slice(0, MAX_SCOPES);
}

/** Another path of one repository, with more or fewer components in front: `mirror/library/app` is `library/app`. */
function sameRepository(held: string, name: string): boolean {
  return held !== name && (held.endsWith(`/${name}`) || name.endsWith(`/${held}`));
}

function splitActions(scope: string): [string, string[]] {
  const [, name = '', actions = ''] = SCOPE.exec(scope) ?? [];
  return [name, actions.split(',')];
}
