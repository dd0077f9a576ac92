/**
 * How much one run accepts. A tag file may come from a stranger; each number is far beyond any file that people read, and small
 * enough for a file of 4 MiB to be judged in seconds. docs/tag-file.md and docs/policy.md list them.
 */

/** Of each file. */
export const FILE_LIMITS = {
  bytes: 4 * 1024 * 1024,
  /** how deep collections may nest; the tag file itself needs 9 */
  depth: 50,
  /** each may have settings and a policy, which are compared with all others */
  documents: 1_000,
  /** words, signs and spaces that YAML sees; 4 MiB of entries have about half a million */
  lexemes: 2_000_000,
  /** nodes that all aliases stand for together */
  expanded: 100_000,
  /** a text with this many mistakes in its syntax is read to the end by nobody */
  syntaxProblems: 20,
} as const;

/** Of all files of a run together. */
export const RUN_LIMITS = {
  /** mistakes that are reported */
  problems: 1_000,
  /** after so many mistakes nothing further is judged: each costs time to word and to place */
  judged: 2_000,
  /** names or tags of one entry */
  list: 1_000,
  /** wanted tags of promotions, and of a release: each is asked for, planned and reported */
  wanted: 100_000,
  /** instructions of all compiled expressions of other tools' files: some ten megabytes */
  programs: 200_000,
  /** steps that these may take: some seconds */
  matching: 5_000_000_000,
  /** names of all builds */
  built: 10_000,
  /** policies behind the first that are checked too */
  laterPolicies: 4,
} as const;

/** Of all trust rules of a run together: each is held against every image, and what is attached against each. */
export const TRUST_LIMITS = {
  rules: 100,
  /** patterns of images, authorities, identities or predicate types of one rule */
  list: 100,
  /** characters of one pattern */
  length: 512,
} as const;

/** Of a policy: what rules say together is compared many times. */
export const POLICY_LIMITS = {
  rules: 200,
  examples: 500,
  /** patterns, tags or channels of one rule */
  list: 50,
  /** characters of one pattern, tag, channel or ref of an example */
  length: 256,
  /** characters of all patterns, tags and channels together */
  text: 8 * 1024,
  /** ways in which a tag can be read: for each tag of a rule its patterns, times those of final rules for `{base}` */
  forms: 2_000,
} as const;
