/** argv → what was asked for. Pure; every mistake is a UserError that names the nearest right word. */
import { parseArgs } from 'node:util';

import { suggest } from '../config/nearest.js';
import { UserError } from '../errors.js';

export const COMMANDS = [
  'plan',
  'apply',
  'classify',
  'validate',
  'pin',
  'stages',
  'tracking',
  'demo',
] as const;
export type CommandName = (typeof COMMANDS)[number];

interface Flag {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  readonly commands: readonly CommandName[];
  /** shown in the help: the value's name, and what the flag does */
  readonly value?: string;
  readonly help: string;
}

const RUNS = ['plan', 'apply'] as const;
const FILES = ['plan', 'apply', 'classify', 'validate', 'pin', 'stages'] as const;
const REGISTRY = ['plan', 'apply', 'pin'] as const;

/** Every flag, in the order of the help. */
export const FLAGS: Readonly<Record<string, Flag>> = {
  config: {
    type: 'string',
    multiple: true,
    commands: FILES,
    value: 'FILE',
    help: 'tag file or glob; may be repeated (default .github/image-tags.yaml)',
  },
  policy: {
    type: 'string',
    commands: [...RUNS, 'classify'],
    value: 'NAME',
    help: 'a preset, for use without a tag file',
  },
  ref: {
    type: 'string',
    commands: [...RUNS, 'stages'],
    value: 'REF',
    help: 'the git ref to classify; without it builds are not looked at',
  },
  sha: {
    type: 'string',
    commands: [...RUNS, 'stages'],
    value: 'SHA',
    help: 'the commit of the ref (default: what git says)',
  },
  stable: { type: 'boolean', commands: RUNS, help: 'write stable tags that wait for somebody to say so' },
  force: {
    type: 'string',
    multiple: true,
    commands: RUNS,
    value: 'NAME[:TAG]',
    help: 'this tag may move; may be repeated',
  },
  only: {
    type: 'string',
    commands: RUNS,
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
  builder: { type: 'string', commands: RUNS, value: 'NAME', help: 'the buildx builder' },
  'registry-map': {
    type: 'string',
    multiple: true,
    commands: REGISTRY,
    value: 'A=B',
    help: 'speak to registry B wherever the tag file says A; may be repeated',
  },
  'insecure-registry': {
    type: 'string',
    multiple: true,
    commands: REGISTRY,
    value: 'HOST',
    help: 'speak http to this host; loopback needs no word',
  },
  concurrency: {
    type: 'string',
    commands: REGISTRY,
    value: 'N',
    help: 'requests in flight per registry (default 16)',
  },
  timeout: {
    type: 'string',
    commands: REGISTRY,
    value: 'TIME',
    help: 'limit for the whole run (default 30m)',
  },
  'exit-code': { type: 'boolean', commands: ['plan'], help: 'exit 3 when there are changes to make' },
  report: { type: 'string', commands: RUNS, value: 'FILE', help: 'also write the JSON report there' },
  json: {
    type: 'boolean',
    commands: [...RUNS, 'classify', 'tracking'],
    help: 'JSON on stdout, everything else on stderr',
  },
  quiet: { type: 'boolean', commands: COMMANDS, help: 'warnings and errors only' },
  verbose: { type: 'boolean', commands: COMMANDS, help: 'also what is asked of registries' },
  'no-color': { type: 'boolean', commands: COMMANDS, help: 'no colours (also: NO_COLOR)' },
  help: { type: 'boolean', commands: COMMANDS, help: 'this text' },
};

export interface Arguments {
  readonly command: CommandName;
  /** REF... of classify */
  readonly words: readonly string[];
  text(flag: string): string | undefined;
  list(flag: string): readonly string[];
  is(flag: string): boolean;
}

/** Parses everything after `retag`. */
export function parseArguments(argv: readonly string[]): Arguments {
  const [first = '', ...rest] = argv;
  const command = COMMANDS.find((name) => name === first);
  if (command === undefined) throw unknownCommand(first);
  const options = Object.fromEntries(
    Object.entries(FLAGS).map(([name, { type, multiple }]) => [name, { type, multiple: multiple === true }]),
  );
  const { tokens } = parseArgs({ args: rest, options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string[]>();
  const words: string[] = [];
  const problems: { what: string; mend?: string }[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const problem = misuse(command, token, values);
    if (problem !== null) problems.push(problem);
    else values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? 'true']);
  }
  if (command !== 'classify' && words.length > 0) {
    problems.push({
      what: `"${words[0] ?? ''}" is not understood by "retag ${command}"`,
      mend: `see "retag ${command} --help"`,
    });
  }
  if (problems.length > 0) throw new UserError(problems);
  return {
    command,
    words,
    text: (flag) => values.get(flag)?.at(-1),
    list: (flag) => values.get(flag) ?? [],
    is: (flag) => values.has(flag),
  };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function misuse(
  command: CommandName,
  token: OptionToken,
  values: ReadonlyMap<string, unknown>,
): { what: string; mend?: string } | null {
  const { name, rawName, value, inlineValue } = token;
  const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
  if (flag === undefined) {
    const near = suggest(name, Object.keys(FLAGS));
    const mend = near === undefined ? `see "retag ${command} --help"` : `did you mean --${near}?`;
    return { what: `there is no flag ${rawName}`, mend };
  }
  if (!flag.commands.includes(command)) {
    return {
      what: `${rawName} does not go with "retag ${command}"`,
      mend: `it goes with: ${flag.commands.join(', ')}`,
    };
  }
  if (flag.type === 'boolean') return inlineValue === true ? { what: `${rawName} takes no value` } : null;
  if (value === undefined || value === '')
    return { what: `${rawName} needs a value`, mend: `write ${rawName}=${flag.value ?? 'VALUE'}` };
  if (inlineValue !== true && value.startsWith('-') && value.length > 1) {
    return {
      what: `${rawName} needs a value, not ${value}`,
      mend: `write ${rawName}=${flag.value ?? 'VALUE'}`,
    };
  }
  return flag.multiple !== true && values.has(name)
    ? { what: `${rawName} is given twice`, mend: 'give it once' }
    : null;
}

function unknownCommand(word: string): UserError {
  if (word === '')
    return new UserError({
      what: 'no command is given',
      mend: `choose one of ${COMMANDS.join(', ')}; see "retag --help"`,
    });
  const near = suggest(word, COMMANDS);
  const mend = near === undefined ? `choose one of ${COMMANDS.join(', ')}` : `did you mean "${near}"?`;
  return new UserError({ what: `there is no command "${word}"`, mend });
}
