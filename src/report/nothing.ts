/** Why a run wants no tag, part by part, and what would make it want some. Pure. */
import type { Input } from '../request.js';
import { plural } from '../plan/decide.js';
import type { CompiledPolicy } from '../policy/policy.js';
import type { Report } from './model.js';

/** So many names are listed of anything. */
const LISTED = 3;

/** Sentences for a run without a single wanted tag. */
export function whyNothing(report: Report, input: Input): string {
  const { config, scope, request } = input;
  const builds = [
    ...new Set([...config.builds.flatMap(({ names }) => names.map(({ text }) => text)), ...request.images]),
  ];
  const parts: string[] = [];
  if (builds.length > 0) parts.push(`${counted(builds, 'build')} ${whyNoBuild(report, input)}`);
  if (config.images.length > 0 && !scope.images) {
    const names = config.images.map(({ names: [first], tags: [tag] }) => `${first?.text ?? ''}:${tag ?? ''}`);
    const why =
      request.only === 'builds' ? '"only: builds" leaves them out' : 'on a git tag only builds count';
    parts.push(`${counted(names, 'promotion')} ${why}; "only: images" (--only images) looks at them.`);
  }
  if (parts.length > 0) return `Nothing is wanted. ${parts.join(' ')}`;
  if (request.files.length === 0) return 'Nothing is wanted: neither a tag file nor an image is named.';
  return 'Nothing is wanted: the tag file has neither builds nor images. Add one, see docs/tag-file.md.';
}

/** A warning where promotions are wanted and builds are passed over for want of a ref; else null. */
export function buildsWithoutRef({ config, images, request }: Input): string | null {
  const { command, facts, noRef, only } = request;
  if (command === 'validate' || facts !== null) return null;
  // What was asked for has no builds.
  if (only === 'images' || only === 'promotions' || config.builds.length === 0 || images.length === 0)
    return null;
  const names = config.builds.map(({ names: [first] }) => first?.text ?? '');
  return `${counted(names, 'build')} ${withoutRef(noRef)}`;
}

function withoutRef(noRef = 'there is no git ref'): string {
  return `nothing says what to build, since ${noRef}. Give a branch or git tag with --ref.`;
}

function counted(names: readonly string[], noun: string): string {
  const more = names.length > LISTED ? `, and ${names.length - LISTED} more` : '';
  return `${names.length} ${plural(names.length, noun)} (${names.slice(0, LISTED).join(', ')}${more}):`;
}

/** A clause with a full stop, and what to do. */
function whyNoBuild({ classification }: Report, { scope, policy, request }: Input): string {
  const { facts, noRef, only } = request;
  if (facts === null) return withoutRef(noRef);
  if (!scope.builds)
    return only === 'images' ? '"only: images" leaves them out.' : 'every image is switched off.';
  if (classification === null) return 'there is no policy. Add "policy:" to the tag file.';
  if (classification.class !== null)
    return `${facts.ref} is a ${classification.class}, which is not published (publish: false).`;
  const what = policy === null ? '' : wantedRefs(policy);
  return `${facts.ref} matches no rule of the policy.${what === '' ? '' : ` These would: ${what}.`}`;
}

/** `branch main, git tag {major}.{minor}.{patch}`: what the published rules match. */
function wantedRefs({ rules }: CompiledPolicy): string {
  const shown = rules
    .filter(({ publish }) => publish)
    .flatMap(({ kind, patterns }) =>
      patterns.map(({ source }) => `${kind === 'tag' ? 'git tag' : 'branch'} ${source}`),
    );
  const more = shown.length > 2 * LISTED ? `, and ${shown.length - 2 * LISTED} more` : '';
  return shown.slice(0, 2 * LISTED).join(', ') + more;
}
