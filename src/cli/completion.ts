/** `retag completion bash|zsh|fish`: a script for the shell, made from the tables of commands and flags. */
import { UserError } from '../errors.js';
import { type Arguments, type CommandName, COMMANDS, type Flag, FLAGS } from './args.js';
import { ABOUT } from './help.js';
import type { Io } from './output.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function completionCommand({ words }: Arguments, io: Io): Promise<number> {
  const shell = SHELLS.find((name) => name === words[0]);
  if (shell === undefined || words.length > 1) {
    const what = words.length === 0 ? 'no shell is given' : `there is no completion for "${words.join(' ')}"`;
    throw new UserError({
      what: `retag completion: ${what}`,
      hint: `write "retag completion" and one of ${SHELLS.join(', ')}`,
    });
  }
  io.stdout.write(`${{ bash, zsh, fish }[shell]().join('\n')}\n`);
  return Promise.resolve(0);
}

interface Completed {
  readonly name: string;
  readonly flag: Flag;
  /** `--config`, `-c` */
  readonly forms: readonly string[];
}

/** Every flag, and what it is written as. */
const ALL: readonly Completed[] = Object.entries(FLAGS).map(([name, flag]) => ({
  name,
  flag,
  forms: [`--${name}`, ...(flag.short === undefined ? [] : [`-${flag.short}`])],
}));

function flagsOf(command: CommandName): readonly Completed[] {
  return ALL.filter(
    ({ flag: { commands, idle = [] } }) => commands.includes(command) && !idle.includes(command),
  );
}

/** The words that a value is one of: `warn|require|off`, and none where it is free text. */
function choices(value = ''): readonly string[] {
  return /^[a-z]+(?:\|[a-z]+)*$/.test(value) ? value.split('|') : [];
}

function isFile(value = ''): boolean {
  return /\b(?:FILE|DIR)\b/.test(value);
}

// A value that is neither of these is completed by nobody; where files are right, the shell's own completion of them is.

function bash(): string[] {
  const valued = ALL.filter(({ flag }) => flag.type === 'string' && !isFile(flag.value));
  return [
    '# bash completion for retag. Load it with: source <(retag completion bash)',
    '_retag() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= words= word',
    '  # bash cuts --flag=value at "=".',
    "  [[ $previous == '=' ]] && previous=${COMP_WORDS[COMP_CWORD-2]}",
    "  [[ $current == '=' ]] && current=",
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `    case $word in ${COMMANDS.join('|')}) command=$word; break ;; esac`,
    '  done',
    '  COMPREPLY=()',
    '  case $previous in',
    ...valued.map(({ forms, flag }) => `    ${forms.join('|')}) ${replyOf(choices(flag.value))}; return ;;`),
    ...ALL.filter(({ flag }) => isFile(flag.value)).map(({ forms }) => `    ${forms.join('|')}) return ;;`),
    '  esac',
    '  case $command in',
    `    '') words='${COMMANDS.join(' ')}' ;;`,
    ...COMMANDS.map((command) => `    ${command}) words='${wordsFor(command).join(' ')}' ;;`),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _retag retag',
  ];
}

function replyOf(words: readonly string[]): string {
  if (words.length === 0) return 'compopt +o default 2>/dev/null';
  return `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$current"))`;
}

function wordsFor(command: CommandName): string[] {
  return [...choices(ABOUT[command].words), ...flagsOf(command).flatMap(({ forms }) => forms)];
}

function zsh(): string[] {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const plain = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');
  const values = (value = ''): string =>
    isFile(value) ? '_files' : choices(value).length === 0 ? ' ' : `(${choices(value).join(' ')})`;
  const specOf = ({ name, flag, forms }: Completed): string[] => {
    const { value, help, multiple } = flag;
    const takes = flag.type === 'boolean' ? '' : `:${plain(value ?? '')}:${values(value)}`;
    const once = multiple ? '*' : forms.length > 1 ? `(${forms.join(' ')})` : '';
    return forms.map((form) => {
      const sign = flag.type === 'boolean' ? '' : form === `--${name}` ? '=' : '+';
      return `        ${quoted(`${once}${form}${sign}[${plain(help)}]${takes}`)} \\`;
    });
  };
  return [
    '#compdef retag',
    '# zsh completion for retag. Load it with: source <(retag completion zsh)',
    '_retag() {',
    '  local -a commands',
    '  commands=(',
    ...COMMANDS.map((command) => `    ${quoted(`${command}:${plain(ABOUT[command].does)}`)}`),
    '  )',
    '  if (( CURRENT == 2 )); then',
    "    _describe 'command' commands",
    '    return',
    '  fi',
    '  shift words',
    '  (( CURRENT-- ))',
    '  case $words[1] in',
    ...COMMANDS.flatMap((command) => {
      const { words } = ABOUT[command];
      return [
        `    ${command})`,
        '      _arguments -s : \\',
        ...flagsOf(command).flatMap(specOf),
        `        ${quoted(`*:${plain(words ?? '')}:${values(words)}`)}`,
        '      ;;',
      ];
    }),
    '  esac',
    '}',
    // Sourced, it is declared; as a file of $fpath, its text is the function.
    'if [[ $funcstack[1] == _retag ]]; then _retag "$@"; else compdef _retag retag; fi',
  ];
}

function fish(): string[] {
  const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const values = (value = ''): string =>
    isFile(value)
      ? '-r -F'
      : `-x${choices(value).length === 0 ? '' : ` -a ${quoted(choices(value).join(' '))}`}`;
  return [
    '# fish completion for retag. Load it with: retag completion fish | source',
    'complete -c retag -f',
    ...COMMANDS.map(
      (name) => `complete -c retag -n __fish_use_subcommand -a ${name} -d ${quoted(ABOUT[name].does)}`,
    ),
    ...COMMANDS.flatMap((command) => {
      const { words } = ABOUT[command];
      const start = `complete -c retag -n '__fish_seen_subcommand_from ${command}'`;
      return [
        ...(isFile(words)
          ? [`${start} -F`]
          : choices(words).length > 0
            ? [`${start} -a ${quoted(choices(words).join(' '))}`]
            : []),
        ...flagsOf(command).map(({ name, flag: { short, type, value, help } }) =>
          [
            start,
            `-l ${name}`,
            ...(short === undefined ? [] : [`-s ${short}`]),
            ...(type === 'boolean' ? [] : [values(value)]),
            `-d ${quoted(help)}`,
          ].join(' '),
        ),
      ];
    }),
  ];
}
