/** argv → what was asked for. Pure; every mistake is a UserError that names the nearest right word. */
import { type Problem, UserError } from '../errors.js';
import type { Format } from '../report/render.js';
import { suggest } from '../shared/text.js';
import { formatOf, formatProblems, FORMATS } from './formats.js';
import { misuse, type UnknownFlag, wordsOf } from './words.js';

export const COMMANDS = [
  'plan',
  'apply',
  'promote',
  'classify',
  'validate',
  'init',
  'add',
  'pin',
  'verify',
  'follow-up',
  'stages',
  'tracking',
  'explain',
  'completion',
  'demo',
] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface Flag {
  /** the letter of its short form, `-c` */
  readonly short?: string;
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  readonly commands: readonly CommandName[];
  /** of these, the ones that have nothing to do with it: they take it and check its value */
  readonly idle?: readonly CommandName[];
  /** shown in the help: the value's name, and what the flag does */
  readonly value?: string;
  readonly help: string;
}

const RUNS = ['plan', 'apply'] as const;
const READS = ['plan', 'apply', 'validate'] as const;
const FILES = [
  'plan',
  'apply',
  'classify',
  'validate',
  'add',
  'pin',
  'verify',
  'follow-up',
  'stages',
] as const;
/** The commands that share the common flags. */
const COMMON = [
  'plan',
  'apply',
  'promote',
  'classify',
  'validate',
  'pin',
  'verify',
  'follow-up',
  'demo',
] as const;
const OFFLINE = ['classify', 'validate', 'demo'] as const;

/** Every flag, in the order of the help. */
export const FLAGS: Readonly<Record<string, Flag>> = {
  config: {
    short: 'c',
    type: 'string',
    multiple: true,
    commands: FILES,
    value: 'FILE',
    help: 'tag file or glob; may be repeated (default .github/image-tags.yaml of the checkout)',
  },
  policy: {
    short: 'p',
    type: 'string',
    commands: [...RUNS, 'classify'],
    value: 'NAME',
    help: 'a preset, for use without a tag file',
  },
  image: {
    short: 'i',
    type: 'string',
    multiple: true,
    commands: [...RUNS, 'classify'],
    value: 'NAME',
    help: 'an image to build without a tag file, with --policy; with a tag file, which of its builds; may be repeated',
  },
  ref: {
    short: 'r',
    type: 'string',
    commands: [...RUNS, 'promote', 'stages'],
    value: 'REF',
    help: 'the git ref to build: HEAD, a branch, a git tag or a commit (default: what is checked out)',
  },
  sha: {
    type: 'string',
    commands: [...RUNS, 'promote', 'stages'],
    value: 'SHA',
    help: 'the commit of the ref (default: where the ref is)',
  },
  preset: {
    type: 'string',
    commands: ['init'],
    value: 'NAME',
    help: 'this preset, and not the one that fits the git tags best',
  },
  commit: {
    type: 'boolean',
    commands: ['follow-up'],
    help: 'commit the changes, with the trailers of the entries',
  },
  trailer: {
    type: 'string',
    multiple: true,
    commands: ['follow-up'],
    value: 'KEY:VALUE',
    help: 'with --commit: one more trailer, such as Depends-On: URL; may be repeated',
  },
  print: { type: 'boolean', commands: ['init'], help: 'print both files, and write none' },
  'src-ref': {
    type: 'string',
    commands: ['add'],
    value: 'URL',
    help: 'src_ref of the entry: the commit that the image is built from',
  },
  destination: {
    type: 'string',
    commands: READS,
    value: 'REGISTRY/PATH',
    help: 'where the images of a file of skopeo sync go',
  },
  scoped: { type: 'boolean', commands: READS, help: 'with --destination: keep the whole name of the source' },
  stable: { type: 'boolean', commands: RUNS, help: 'also write stable tags that wait for approval' },
  yes: {
    short: 'y',
    type: 'boolean',
    commands: [...RUNS, 'promote'],
    help: 'apply without asking; needed with --ref and --sha in a CI job that Retag does not know',
  },
  force: {
    type: 'string',
    multiple: true,
    commands: [...RUNS, 'promote'],
    value: 'NAME[:TAG]',
    help: 'this tag may move; may be repeated',
  },
  review: {
    type: 'string',
    commands: RUNS,
    value: 'warn|require|off',
    help: "what apply does with entries whose plan nobody saw on a pull request (default: the tag file's)",
  },
  only: {
    type: 'string',
    commands: COMMON,
    idle: ['pin', 'verify', 'promote', 'follow-up', ...OFFLINE],
    value: 'builds|images',
    help: 'look at one part of the tag file only',
  },
  'include-stages': {
    type: 'string',
    commands: RUNS,
    value: 'build',
    help: 'also build platforms of stage build',
  },
  platform: {
    type: 'string',
    commands: RUNS,
    value: 'PLATFORM',
    help: 'build this platform alone, by digest',
  },
  digests: {
    type: 'string',
    commands: RUNS,
    value: 'JSON|DIR',
    help: 'join images that were built one platform at a time',
  },
  'allow-dirty': {
    type: 'boolean',
    commands: RUNS,
    help: 'build snapshots with changes that are not committed; their revision label ends in -dirty',
  },
  builder: {
    type: 'string',
    commands: COMMON,
    idle: ['pin', 'verify', 'promote', 'follow-up', ...OFFLINE],
    value: 'NAME',
    help: 'the buildx builder',
  },
  'registry-map': {
    type: 'string',
    multiple: true,
    commands: COMMON,
    idle: OFFLINE,
    value: 'A=B',
    help: 'connect to registry B wherever the tag file says A; may be repeated',
  },
  'insecure-registry': {
    type: 'string',
    multiple: true,
    commands: COMMON,
    idle: OFFLINE,
    value: 'HOST',
    help: 'connect to this host over http; not needed for localhost',
  },
  concurrency: {
    type: 'string',
    commands: COMMON,
    idle: OFFLINE,
    value: 'auto|N',
    help: 'most requests in flight per registry (default auto: 64)',
  },
  settle: {
    type: 'string',
    commands: COMMON,
    idle: ['pin', 'verify', 'follow-up', ...OFFLINE],
    value: 'TIME',
    help: 'wait between writing a tag and reading it back (default 250ms)',
  },
  timeout: {
    type: 'string',
    commands: COMMON,
    idle: ['classify', 'validate'],
    value: 'TIME',
    help: 'limit for the whole run, as 90s or 1h30m (default 30m)',
  },
  'exit-code': { type: 'boolean', commands: ['plan'], help: 'exit 3 when there are changes to make' },
  report: {
    type: 'string',
    commands: [...RUNS, 'promote', 'classify', 'validate'],
    value: 'FILE',
    help: 'also write what --json prints to a file',
  },
  format: {
    type: 'string',
    commands: [...RUNS, 'promote', 'validate'],
    value: FORMATS.join('|'),
    help: 'the result on stdout as this, everything else on stderr (default: text)',
  },
  json: {
    type: 'boolean',
    commands: [...RUNS, 'promote', 'classify', 'validate', 'verify', 'tracking'],
    help: 'JSON on stdout, everything else on stderr',
  },
  quiet: { short: 'q', type: 'boolean', commands: COMMANDS, help: 'warnings and errors only' },
  verbose: { short: 'v', type: 'boolean', commands: COMMANDS, help: 'also every request and its answer' },
  'no-color': { type: 'boolean', commands: COMMANDS, help: 'no colours (also: NO_COLOR in the environment)' },
  help: { short: 'h', type: 'boolean', commands: COMMANDS, help: 'show this text' },
};

/** The commands whose words are tag files. */
export const TAKE_FILES: readonly CommandName[] = ['plan', 'apply', 'validate', 'pin', 'follow-up', 'stages'];
const TAKE_WORDS: readonly CommandName[] = [
  ...TAKE_FILES,
  'classify',
  'promote',
  'verify',
  'add',
  'explain',
  'completion',
];

export interface Arguments {
  readonly command: CommandName;
  /** FILE... of plan, REF... of classify, SOURCE DESTINATION... of promote, IMAGE... of verify, IMAGE SOURCE TAG of add, REASON of explain */
  readonly words: readonly string[];
  text(flag: string): string | undefined;
  list(flag: string): readonly string[];
  is(flag: string): boolean;
  /** what standard output is for */
  readonly format: Format;
}

/** Is help asked for, and of no command? */
export function asksForOverview(argv: readonly string[]): boolean {
  const { flags, words } = wordsOf(argv, FLAGS);
  return words.length === 0 && flags.some(({ name }) => name === 'help');
}

/** argv with `retag help`, and `retag help COMMAND`, written as the flag. */
export function withHelpFlag(argv: readonly string[]): readonly string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
}

/** What standard output is for, also of a command line that is wrong. */
export function formatIn(argv: readonly string[]): Format {
  return formatOf(wordsOf(argv, FLAGS).flags);
}

/** Parses everything after `retag`. The first word is the command; flags may stand before it and behind it. */
export function parseArguments(argv: readonly string[]): Arguments {
  const { flags, unknown, words: given } = wordsOf(argv, FLAGS);
  const [first = '', ...words] = given;
  const command = COMMANDS.find((name) => name === first);
  const problems: Problem[] = unknown.map((flag) => noSuchFlag(command, flag));
  if (command === undefined) {
    // The word may be the value of a flag that nobody knows.
    if (unknown.every(({ near }) => near !== undefined)) problems.push(unknownCommand(first));
    throw new UserError(problems);
  }
  const values = new Map<string, string[]>();
  for (const flag of flags) {
    const problem = misuse(command, flag, FLAGS[flag.name], values);
    if (problem !== null) problems.push(problem);
    else values.set(flag.name, [...(values.get(flag.name) ?? []), flag.value ?? 'true']);
  }
  if (!TAKE_WORDS.includes(command) && words.length > 0) {
    problems.push({
      what: `"${words[0] ?? ''}" is not understood by "retag ${command}"`,
      hint: `see "retag help ${command}"`,
    });
  }
  problems.push(...formatProblems(flags));
  if (problems.length > 0) throw new UserError(problems);
  return {
    command,
    words,
    format: formatOf(flags),
    text: (flag) => values.get(flag)?.at(-1),
    list: (flag) => values.get(flag) ?? [],
    is: (flag) => values.has(flag),
  };
}

function noSuchFlag(command: CommandName | undefined, { written, near }: UnknownFlag): Problem {
  const help = command === undefined ? 'retag help' : `retag help ${command}`;
  const isRehearsal = /^--(?:dry-?run|check|what-?if)$/.test(written);
  const other = isRehearsal ? '"retag plan" shows what would be done, and writes nothing' : `see "${help}"`;
  return {
    what: `there is no flag ${written}`,
    hint: near === undefined ? other : `did you mean --${near}?`,
  };
}

function unknownCommand(word: string): Problem {
  if (word === '')
    return {
      what: 'no command is given',
      hint: `choose one of ${COMMANDS.join(', ')}; see "retag help"`,
    };
  const near = suggest(word, COMMANDS);
  const hint = near === undefined ? `choose one of ${COMMANDS.join(', ')}` : `did you mean "${near}"?`;
  return { what: `there is no command "${word}"`, hint };
}
