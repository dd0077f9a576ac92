/** What of a tag file needs GitHub's API, where the repository is on another forge. */
import type { Location, Problem } from '../errors.js';
import type { Config, Gate, Origin, PolicyConfig } from './model.js';

/** What a tag may not be written without: errors. */
export function unsupported(
  { policy, builds, images, review, reviewOrigin }: Config,
  forge: string,
): Problem[] {
  const no = notOn(forge);
  const gates = [
    ...(policy === undefined ? [] : gatesOf(policy)),
    ...builds.flatMap(({ requires, platforms }) =>
      [requires, ...platforms.map((each) => each.requires)].flat(),
    ),
    ...images.flatMap(({ requires }) => requires),
  ];
  const claims = (policy?.rules ?? []).filter(({ claim }) => claim !== undefined);
  return [
    ...gates.map(({ origin }) =>
      no('a gate', origin.at(), 'check it in a job that comes before this one, and remove it here'),
    ),
    ...claims.map(({ origin }) =>
      no('"claim: git-tag"', origin.keyAt('claim'), 'remove it, and let one job at a time apply'),
    ),
    ...(review === 'require' && reviewOrigin !== undefined
      ? [
          no(
            '"review: require"',
            reviewOrigin.at(),
            'write "review: off"; entries with src_digest are as they were reviewed',
          ),
        ]
      : []),
  ];
}

/** What follows once tags are right, or is only printed: warnings. */
export function withoutEffect({ review, reviewOrigin, tracking }: Config, forge: string): Problem[] {
  const no = notOn(forge);
  const inVain = (what: string, origin: Origin | undefined): Problem[] =>
    origin === undefined ? [] : [no(what, origin.at(), 'it has no effect there')];
  return [
    ...(review === 'warn' ? inVain('"review: warn"', reviewOrigin) : []),
    ...inVain('"tracking"', tracking?.origin),
  ];
}

const notOn =
  (forge: string) =>
  (what: string, location: Location, hint: string): Problem => ({
    location,
    what: `${what} needs the API of GitHub, and is not supported on ${forge}`,
    hint,
  });

function gatesOf({ stable, rules }: PolicyConfig): Gate[] {
  const stables = [stable, ...rules.map((rule) => rule.stable)];
  return [
    ...rules.flatMap(({ requires }) => requires),
    ...stables.flatMap((each) => (typeof each === 'object' ? each.requires : [])),
  ];
}
