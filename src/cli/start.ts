/** What the two entries load: the process as it is, handed to the commands. Bundled to one file that both share. */
import { printable } from '../shared/text.js';
import { tuneEngine } from '../system/process.js';
import {
  type Arguments,
  asksForOverview,
  type CommandName,
  formatIn,
  parseArguments,
  withHelpFlag,
} from './args.js';
import { commandHelp, overview } from './help.js';
import type { Io } from './output.js';
import { fail, type Stream } from './problems.js';

/** Runs the command line and sets the exit status. */
export async function commandLine(argv: readonly string[]): Promise<void> {
  await tuneEngine();
  const isLost = survivePipes();
  const { env, stdin } = process;
  const [stdout, stderr] = [printer(process.stdout), printer(process.stderr)];
  const code = await runCommandLine(argv, { env, cwd: process.cwd(), stdout, stderr, stdin });
  process.exitCode = code === 0 && isLost() ? 1 : code;
}

/** Runs the action and sets the exit status. */
export async function action(): Promise<void> {
  await tuneEngine();
  survivePipes();
  const { runAction } = await import('./action.js');
  process.exitCode = await runAction(process.env, process.cwd());
}

/** The only writer of the command line: nothing passes that a runner could take for a command. */
function printer(stream: NodeJS.WriteStream): Stream {
  return {
    write: (text) => stream.write(printable(text, stream.isTTY)),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
  };
}

/**
 * A reader that goes away (`retag apply | head`) must not end a run that is writing tags; what it would have read is lost, no more.
 * On a full disk it is an error, of which the exit status tells. @returns was something lost?
 */
function survivePipes(): () => boolean {
  let isLost = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE' || isLost) return;
      isLost = true;
      process.exitCode = 1;
      process.stderr.write(`error: the output cannot be written (${message})\n`);
    });
  }
  return () => isLost;
}

// argv → the command that it names.

type Command = (args: Arguments, io: Io) => Promise<number>;

const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  plan: async () => (await import('./plan-apply.js')).tagsCommand,
  apply: async () => (await import('./plan-apply.js')).tagsCommand,
  promote: async () => (await import('./promote.js')).promoteCommand,
  classify: async () => (await import('./classify.js')).classifyCommand,
  validate: async () => (await import('./validate.js')).validateCommand,
  init: async () => (await import('./init.js')).initCommand,
  add: async () => (await import('./add.js')).addCommand,
  pin: async () => (await import('./pin.js')).pinCommand,
  verify: async () => (await import('./verify.js')).verifyCommand,
  'follow-up': async () => (await import('./follow-up.js')).followUpCommand,
  stages: async () => (await import('./stages.js')).stagesCommand,
  tracking: async () => (await import('./tracking.js')).trackingCommand,
  explain: async () => (await import('./explain.js')).explainCommand,
  completion: async () => (await import('./completion.js')).completionCommand,
  demo: async () => (await import('./demo.js')).demoCommand,
};

/** Runs one command line and gives its exit status. Never throws. */
export async function runCommandLine(given: readonly string[], io: Io): Promise<number> {
  const argv = withHelpFlag(given);
  try {
    if (asksForOverview(argv)) {
      io.stdout.write(overview());
      return 0;
    }
    const args = parseArguments(argv);
    if (args.is('help')) {
      io.stdout.write(commandHelp(args.command));
      return 0;
    }
    const command = await COMMANDS[args.command]();
    return await command(args, io);
  } catch (error) {
    return fail(error, io, formatIn(argv));
  }
}
