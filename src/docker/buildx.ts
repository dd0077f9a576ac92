/** Reading what `docker buildx version` and `docker buildx inspect` print. Pure. */
import semver from 'semver';

import type { BuildxNeed } from '../builds/model.js';
import { OperationError } from '../errors.js';

/** A builder as `docker buildx inspect` shows it. */
export interface Inspected {
  readonly name: string;
  /** `docker`, `docker-container`, `remote`, `kubernetes`, `cloud`; empty when there is no daemon */
  readonly driver: string;
  readonly error: string | null;
  readonly nodes: readonly {
    readonly name: string;
    readonly platforms: readonly string[];
    readonly error: string | null;
  }[];
}

/**
 * The release in `github.com/docker/buildx v0.29.1 a32761a`. Null for builds from source, which say
 * `v0.0.0+unknown` or a commit: such a buildx is taken to be new.
 */
export function parseBuildxVersion(text: string): string | null {
  const word = text
    .trim()
    .split(/\s+/)
    .find((part) => /^v?\d+\.\d+\.\d+/.test(part));
  const version = semver.parse(word);
  if (version === null || version.major + version.minor + version.patch === 0) return null;
  return version.version;
}

/**
 * @throws OperationError `rejected` that names the version in hand, the one needed and what it is needed for
 */
export function checkBuildxVersion(version: string | null, needs: readonly BuildxNeed[]): void {
  if (version === null) return;
  const lacking = needs.filter((need) => semver.lt(version, `${need.version}-0`));
  const [newest] = [...lacking].sort((a, b) => semver.rcompare(a.version, b.version));
  if (newest === undefined) return;
  throw new OperationError(
    'rejected',
    `buildx ${version} is too old: ${newest.version} or newer is needed for ${lacking.map(({ what }) => what).join(', ')}; ` +
      'install a newer buildx, for example with docker/setup-buildx-action',
  );
}

/** Whether `--allow` is known: bake asks leave, and takes it, since 0.17.0. */
export function knowsAllow(version: string | null): boolean {
  return version === null || semver.gte(version, '0.17.0');
}

/** Parses the text of `docker buildx inspect` (buildx commands/inspect.go); unknown lines are passed over. */
export function parseInspect(text: string): Inspected {
  const [head = '', ...rest] = text.split(/^Nodes:\s*$/m);
  const nodes = rest
    .join('')
    .split(/^(?=Name:)/m)
    .filter((part) => part.startsWith('Name:'))
    .map((part) => ({
      name: field(part, 'Name') ?? '',
      platforms: platformsIn(field(part, 'Platforms') ?? ''),
      error: field(part, 'Error'),
    }));
  return {
    name: field(head, 'Name') ?? '',
    driver: field(head, 'Driver') ?? '',
    error: field(head, 'Error'),
    nodes,
  };
}

function field(text: string, name: string): string | null {
  const [, value = ''] = new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(text) ?? [];
  return value.trim() === '' ? null : value.trim();
}

/** `linux/amd64*, linux/arm64 (+2)`: a star marks what the node was created for. */
function platformsIn(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.replace(/\(.*\)|\*/g, '').trim())
    .filter((part) => part !== '');
}
