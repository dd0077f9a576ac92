import { type CommandName, COMMANDS, FLAGS } from './args.js';

const SUMMARY: Readonly<Record<CommandName, string>> = {
  plan: 'show what apply would do; writes nothing',
  apply: 'write the tags that are missing, and build what they need',
  promote: 'give an image further tags, without a tag file',
  classify: 'say what class and tags a git ref gets, and why',
  validate: 'check tag files',
  init: 'write the first tag file and workflow of this repository',
  add: 'write one more entry into the tag file',
  pin: 'write src_digest into the tag file, comments kept',
  'follow-up': 'set the files that entries refer to in this checkout',
  stages: 'show what stage each platform counts as today',
  tracking: 'list the open tracking issues by release cycle',
  explain: 'what a reason or an error code means, and what to do',
  demo: 'the whole flow on a registry inside this process',
};

/** `retag --help` */
export function overview(): string {
  const rows = COMMANDS.map((name) => `  ${name.padEnd(10)} ${SUMMARY[name]}`);
  return [
    'retag: container image tags by declared policy',
    '',
    'Usage: retag COMMAND [FLAGS]',
    '',
    ...rows,
    '',
    'retag COMMAND --help lists its flags; retag --version prints the version.',
    'Exit status: 0 all is right, 1 something failed or was refused, 2 wrong usage or tag file,',
    '3 plan --exit-code and there are changes, 130 and 143 after a signal.',
    '',
  ].join('\n');
}

/** `retag COMMAND --help` */
export function commandHelp(command: CommandName): string {
  const taken = Object.entries(FLAGS).filter(([, flag]) => flag.commands.includes(command));
  const idle = taken.filter(([, flag]) => flag.idle?.includes(command));
  const rows = taken
    .filter((each) => !idle.includes(each))
    .map(
      ([name, { value, help }]) =>
        `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(28)} ${help}`,
    );
  const words =
    { classify: ' REF...', promote: ' SOURCE DESTINATION...', add: ' IMAGE SOURCE TAG', explain: ' [CODE]' }[
      command as string
    ] ?? '';
  return [
    `retag ${command}: ${SUMMARY[command]}`,
    '',
    `Usage: retag ${command}${words} [FLAGS]`,
    '',
    ...rows,
    ...(idle.length === 0
      ? []
      : ['', 'Taken too, with nothing to do here:', `  ${idle.map(([name]) => `--${name}`).join(' ')}`]),
    '',
  ].join('\n');
}
