import * as v from 'valibot';
import { parseDuration } from '../../shared/text.js';
import { about, across, line, mapping, matching, text } from './parts.js';

const KINDS = ['check', 'workflow', 'approved_by'] as const;

/** Which kind of gate each key belongs to; `green_for` goes with a check and with a workflow. */
const KEYS_OF: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  check: ['app', 'repo', 'ref', 'green_for'],
  workflow: ['branch', 'consecutive', 'green_for'],
  approved_by: [],
};

/** A condition outside the registry, contract section 3. */
export const gate = v.pipe(
  mapping('A condition that must hold before a tag is written', {
    check: v.optional(about(line, 'Name of a check run or commit status that must be green.')),
    app: v.optional(
      about(
        matching(
          /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/,
          'the short name of a GitHub App',
          'write the last part of its address, github.com/apps/NAME, such as "github-actions"',
        ),
        'Only the check of this GitHub App counts. Default: every source that reports the name must be green.',
      ),
    ),
    repo: v.optional(
      about(
        matching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/, 'a repository', 'write it as "OWNER/NAME"'),
        'Repository of the check, as OWNER/NAME. Default: this one.',
      ),
    ),
    ref: v.optional(about(line, 'Branch, tag or commit that the check is on. Default: the commit that the image is from, or the default branch of another "repo".')),
    workflow: v.optional(
      about(
        matching(
          /^(?:\.github\/workflows\/)?[A-Za-z0-9._-]+\.ya?ml$/,
          'the file name of a workflow',
          'write the name of a file in .github/workflows, such as "e2e.yaml"',
        ),
        'File name of a workflow whose last runs must be green.',
      ),
    ),
    branch: v.optional(about(line, 'Branch of the workflow runs. Default: the default branch.')),
    consecutive: v.optional(
      about(
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
        'How many of the last completed runs must all be green. Default: 1.',
      ),
    ),
    approved_by: v.optional(about(line, 'Team or user that must have approved.')),
    green_for: v.optional(
      about(
        text(parseDuration, { pattern: '^[0-9]+[smhdw]$', examples: ['30d'] }),
        'How long it must have been green, such as 30d.',
      ),
    ),
  }),
  across((fields, tell) => {
    const given = KINDS.filter((kind) => fields[kind] !== undefined);
    const [kind, second] = given;
    if (kind === undefined) {
      tell('{it} names no check', 'add "check", "workflow" or "approved_by"');
    } else if (second !== undefined) {
      tell(`{it} has both "${kind}" and "${second}"`, 'make two gates of it: all gates of a list must hold', second, 'key');
    } else {
      const others = new Set(Object.values(KEYS_OF).flat());
      for (const key of Object.keys(fields)) {
        if (!others.has(key) || KEYS_OF[kind].includes(key)) continue;
        tell(`"${key}" does not go with "${kind}"`, 'remove it', key, 'key');
      }
    }
  }),
);

export const gates = v.array(gate);
