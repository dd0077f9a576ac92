import { columnsOf, wrap } from '../shared/text.js';
import { type CommandName, COMMANDS, FLAGS } from './args.js';

interface About {
  readonly does: string;
  /** what stands behind the command, beside flags */
  readonly words?: string;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
}

export const ABOUT: Readonly<Record<CommandName, About>> = {
  plan: {
    does: 'show what apply would do; writes nothing',
    words: '[FILE...]',
    examples: [
      ['retag plan', 'the default tag file, for what is checked out'],
      ['retag plan --ref v1.2.3 --exit-code', 'exit 3 when that git tag has changes to make'],
      ['retag plan -p semver -i ghcr.io/org/app', 'one image, no tag file'],
    ],
  },
  apply: {
    does: 'write the tags that are missing, and build what they need',
    words: '[FILE...]',
    examples: [
      ['retag apply', 'show the plan, ask, and write'],
      ['retag apply --ref v1.2.3 --stable --yes', 'also the stable tag that waits for approval'],
      ['retag apply --registry-map docker.io=localhost:5000', 'rehearse on another registry'],
    ],
  },
  promote: {
    does: 'give an image further tags, without a tag file',
    words: 'SOURCE DESTINATION...',
    examples: [
      ['retag promote quay.io/org/app:build-7 1.0', 'another tag of the same image'],
      ['retag promote quay.io/org/app:1.0 ghcr.io/org/app:1.0', 'a copy in another registry'],
    ],
  },
  classify: {
    does: 'show what class and tags a git ref gets, and why',
    words: '[REF...]',
    examples: [
      ['retag classify', 'what is checked out'],
      ['retag classify v1.2.3 refs/heads/main', 'other refs; a short name is a git tag'],
      ['git tag | retag classify -p semver --json', 'refs from standard input'],
    ],
  },
  validate: {
    does: 'check tag files; asks no registry',
    words: '[FILE...]',
    examples: [
      ['retag validate', 'the default tag file'],
      ['retag validate --json tags/*.yaml', 'every mistake as JSON'],
    ],
  },
  init: {
    does: 'write the first tag file and workflow of this repository',
    examples: [
      ['retag init', 'with the preset that fits the git tags best'],
      ['retag init --preset semver --print', 'print both files, and write none'],
    ],
  },
  add: {
    does: 'write one more entry into the tag file',
    words: 'IMAGE SOURCE TAG',
    examples: [['retag add quay.io/org/app build-7 1.0', 'promote build-7 to 1.0 at the next apply']],
  },
  pin: {
    does: 'write src_digest into the tag file, comments kept',
    words: '[FILE...]',
    examples: [['retag pin', 'the default tag file']],
  },
  verify: {
    does: 'show who signed images, and whether the trust rules accept that',
    words: 'IMAGE...',
    examples: [
      ['retag verify ghcr.io/org/app:1.2.3', 'by the rules of the default tag file'],
      ['retag verify --json --config trust.yaml IMAGE', 'every signature, and why it does not count'],
    ],
  },
  'follow-up': {
    does: 'set the files that entries refer to in this checkout',
    words: '[FILE...]',
    examples: [
      ['retag follow-up', 'change the files'],
      ['retag follow-up --commit', 'and commit them, with the trailers'],
    ],
  },
  stages: {
    does: 'show what stage each platform counts as today',
    words: '[FILE...]',
    examples: [['retag stages', 'the builds of the default tag file']],
  },
  tracking: {
    does: 'list the open tracking issues by release cycle',
    examples: [['GITHUB_REPOSITORY=org/app retag tracking', 'with GITHUB_TOKEN in the environment']],
  },
  explain: {
    does: 'show what a reason or an error code means, and what to do',
    words: '[CODE]',
    examples: [
      ['retag explain', 'every code'],
      ['retag explain different-digest', 'one of them'],
    ],
  },
  completion: {
    does: 'print a completion script for the shell',
    words: 'bash|zsh|fish',
    examples: [
      ['source <(retag completion bash)', 'in ~/.bashrc; the same for zsh'],
      ['retag completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
  },
  demo: {
    does: 'run the whole flow on a registry inside this process',
    examples: [['retag demo', 'no network, no Docker, nothing left behind']],
  },
};

/** Every line of a help fits a terminal of this width. */
const WIDTH = 80;

/** `retag --help` */
export function overview(): string {
  const column = Math.max(...COMMANDS.map((name) => name.length)) + 4;
  const rows = COMMANDS.flatMap((name) => row(`  ${name}`, ABOUT[name].does, column));
  return [
    'retag: tag container images by policy',
    '',
    'Usage: retag COMMAND [FLAGS]',
    '',
    ...rows,
    '',
    '"retag help COMMAND" shows flags and examples, "retag --version" the version.',
    '',
    'Exit status: 0 all wanted tags are right; 1 something failed or was refused;',
    '2 wrong usage or tag file; 3 "plan --exit-code" found changes; 130 and 143',
    'after Ctrl-C and SIGTERM. Tags that are written then stay, no tag is half',
    'written, and running the command again does the rest.',
    '',
  ].join('\n');
}

/** `retag help COMMAND` and `retag COMMAND --help` */
export function commandHelp(command: CommandName): string {
  const { does, words, examples } = ABOUT[command];
  const taken = Object.entries(FLAGS).filter(([, flag]) => flag.commands.includes(command));
  const ignored = taken.filter(([, flag]) => flag.idle?.includes(command));
  const flags = taken
    .filter((each) => !ignored.includes(each))
    .flatMap(([name, { short, value, help }]) => {
      const first = short === undefined ? '    ' : ` -${short},`;
      return row(` ${first} --${name}${value === undefined ? '' : ` ${value}`}`, help, 32);
    });
  const idle = ignored.map(([name]) => `--${name}`).join(', ');
  return [
    `retag ${command}: ${does}`,
    '',
    `Usage: retag ${command}${words === undefined ? '' : ` ${words}`} [FLAGS]`,
    '',
    ...flags,
    ...(idle === '' ? [] : ['', ...wrap('', `Accepted but ignored: ${idle}`, WIDTH, 2)]),
    '',
    'Examples:',
    ...examples.flatMap(([line, meaning]) => [`  ${line}`, `      ${meaning}`]),
    '',
  ].join('\n');
}

/** A name, and what it is beside it; below it where the name is too long. */
function row(name: string, text: string, column: number): string[] {
  const fits = columnsOf(name) < column - 1;
  const lines = wrap((fits ? name : '').padEnd(column), text, WIDTH, column);
  return fits ? lines : [name, ...lines];
}
