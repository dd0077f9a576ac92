import * as v from 'valibot';
import { formatRepository, isDigest, parseRepository, parseTag } from '../../oci/reference.js';
import type { Parsed } from '../../errors.js';
import { ACCEPTED_PLATFORMS, knownPlatform, parsePlatform } from '../../oci/platform.js';
import { trimEnd } from '../../shared/text.js';
import { ruleName } from './trust.js';
import { about, across, exactlyOne, gates, line, mapping, oneOrSome, quote, some, text } from './parts.js';

export const imageName = text(parseRepository, { examples: ['docker.io/org/app', 'ghcr.io/org/app'] });

/** One name or a list of them, none twice: `app` and `docker.io/library/app` are one. */
export const imageNames = v.pipe(
  oneOrSome(imageName),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!Array.isArray(dataset.value)) return;
    const parsed = (dataset.value as unknown[]).map((name) => typeof name === 'string' ? parseRepository(name) : null);
    const twice = firstTwice(parsed.flatMap((name) => (name?.ok ? [formatRepository(name.value)] : [])));
    if (typeof twice === 'string') addIssue({ message: `{it} names ${twice} twice`, expected: 'name it once' });
  }),
);
export const tag = text(parseTag, { pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$' });
export const platform = text(parsePlatform, { enum: ACCEPTED_PLATFORMS });

/** A list of platforms, none twice. */
export const platformList = v.pipe(
  some(platform),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!Array.isArray(dataset.value)) return;
    const seen = new Set<string>();
    for (const item of dataset.value as unknown[]) {
      const known = typeof item === 'string' ? knownPlatform(item) : null;
      if (known === null) continue;
      if (seen.has(known)) {
        addIssue({ message: `{it} names the platform ${known} twice`, expected: 'name it once' });
      }
      seen.add(known);
    }
  }),
);

const reference = mapping(
  'A place in a file that names the tag',
  {
    file: about(
      text(parseRepositoryPath),
      'YAML file of this repository that the follow-up pull request changes, relative to its root.',
    ),
    path: about(line, 'Dotted path of the value inside the file, such as images.tags.sriov.'),
  },
);

/** One promotion (docs/tag-file.md). The first four keys are the StarlingX format. */
export const image = v.pipe(
  mapping(
    'A promotion: an image that exists gets a further tag',
    {
      name: about(imageNames, 'Image that gets the tag, without a tag; or a list: the same digest under every name.'),
      src_build_tag: v.optional(about(tag, 'Tag of the build to promote.')),
      src_ref: v.optional(
        about(line, 'Where the build comes from: URL of the commit, or its hash. Compared with the revision label of the image.'),
      ),
      tag: v.optional(about(tag, 'The tag to give.')),
      tags: v.optional(about(some(tag), 'Several tags to give, instead of "tag".')),
      src_name: v.optional(
        about(imageName, 'Repository to promote from, when it is another one. Default: "name", the first of a list.'),
      ),
      src_digest: v.optional(
        about(
          text(parseDigest, { pattern: '^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$' }),
          'The source must have exactly this digest. "retag pin" writes it.',
        ),
      ),
      stable: v.optional(
        about(v.pipe(v.boolean(), v.metadata({ default: false })), 'Also give the stable tag.'),
      ),
      platforms: v.optional(about(platformList, 'Platforms that the image must have.')),
      attachments: v.optional(
        about(
          v.pipe(v.picklist(['copy', 'require', 'ignore']), v.metadata({ default: 'copy' })),
          'Signatures, SBOMs and other referrers: copy them, require that there are some, or ignore them.',
        ),
      ),
      trust: v.optional(about(ruleName, 'Name of a rule of "trust" that must hold too, besides those that match the image.')),
      requires: v.optional(about(gates, 'Conditions that must hold before the tag is written.')),
      bug: v.optional(
        about(
          text(parseBug, { examples: ['Closes-Bug: 1854869', 'Fixes #12'] }),
          'Trailer for the commit of the follow-up pull request, such as "Closes-Bug: 1854869".',
        ),
      ),
      references: v.optional(about(v.array(reference), 'Places that a follow-up pull request sets to the new tag.')),
    },
    {
      json: {
        oneOf: [{ required: ['tag'] }, { required: ['tags'] }],
        anyOf: [{ required: ['src_build_tag'] }, { required: ['src_digest'] }],
      },
    },
  ),
  exactlyOne(['tag', 'tags'], 'add "tag" with the tag to give'),
  across((fields, tell) => {
    if (fields['src_build_tag'] === undefined && fields['src_digest'] === undefined) {
      tell('{it} does not say what to promote', 'add "src_build_tag" or "src_digest"');
    }
    const tags: unknown = fields['tags'];
    const twice = Array.isArray(tags) ? firstTwice(tags) : undefined;
    if (typeof twice === 'string') tell(`{it} names the tag ${quote(twice)} twice`, 'name it once', 'tags');
  }),
);

function firstTwice(items: readonly unknown[]): unknown {
  const seen = new Set<unknown>();
  return items.find((item) => seen.size === seen.add(item).size);
}

function parseDigest(value: string): Parsed<string> {
  if (isDigest(value)) return { ok: true, value };
  return {
    ok: false,
    what: `${quote(value)} is not a digest`,
    hint: 'write "sha256:" and 64 lower-case hexadecimal digits',
  };
}

/** A number, `#12` of this repository, a key of another tracker, or the address of a report outside GitHub. */
const BUG = String.raw`(?:#?\d{1,12}|(?!GH-)[A-Z][A-Z0-9_]{1,20}-\d{1,12}|https://(?!(?:www\.)?github\.com\b)(?![^/]+/[^/]+/[^/]+/(?:issues|pull|discussions|commit)/)[a-z0-9.-]+(?:/[\w.~/+%?=&-]*)?)`;
const BUG_KEYS = ['Closes-Bug', 'Partial-Bug', 'Related-Bug', 'Bug', 'Story', 'Task', 'Issue', 'Jira'] as const;
const TRAILER = new RegExp(
  `^(?:(?:(?:${BUG_KEYS.join('|')}): )?${BUG}(?:, ${BUG}){0,9}|(?:Fixes|Closes|Resolves):? #\\d{1,12})$`,
);

/** It goes into a commit message, where GitHub acts on names of people and on issues of any repository. */
function parseBug(value: string): Parsed<string> {
  if (TRAILER.test(value)) return { ok: true, value };
  return {
    ok: false,
    what: `${quote(value)} is not a trailer that names a bug`,
    hint: `write one of ${BUG_KEYS.join(', ')}, ": " and numbers, keys such as ABC-12 or https addresses outside GitHub; or "Fixes #12"`,
  };
}

/** Below these a change makes programs run: workflows, hooks. File systems and git compare some names as equal. */
function isProtected(parts: readonly string[]): boolean {
  const plain = parts.map((part) =>
    trimEnd(part.normalize('NFKC').replace(/\p{Cf}/gu, ''), '. ').toLowerCase(),
  );
  return plain[0] === '.github' || plain.some((part) => part === '.git' || part === 'git~1');
}

/** The follow-up writes to it, so nothing but a plain path below the root of the repository. */
function parseRepositoryPath(value: string): Parsed<string> {
  const parts = value.split('/');
  const plain = /^[^\\\0-\x1f\x7f]+$/.test(value) && !value.startsWith('-'); // eslint-disable-line no-control-regex
  if (isProtected(parts)) {
    return {
      ok: false,
      what: `${quote(value)} is below .github or .git, where Retag changes nothing`,
      hint: 'keep the tag in a file elsewhere, and let the workflow read it from there',
    };
  }
  if (plain && parts.every((part) => part !== '' && part !== '.' && part !== '..')) return { ok: true, value };
  return {
    ok: false,
    what: `${quote(value)} is not a path inside the repository`,
    hint: 'write it relative to the root of the repository, with "/" and without "." and ".." parts',
  };
}
