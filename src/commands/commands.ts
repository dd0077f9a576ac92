/** argv → the command that it names. */
import { asksForOverview, parseArguments, type Arguments, type CommandName } from '../terminal/args.js';
import { commandHelp, overview } from '../terminal/help.js';
import { fail, type Io } from './output.js';

type Command = (args: Arguments, io: Io) => Promise<number>;

const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  plan: async () => (await import('./tags.js')).tagsCommand,
  apply: async () => (await import('./tags.js')).tagsCommand,
  classify: async () => (await import('./classify.js')).classifyCommand,
  validate: async () => (await import('./validate.js')).validateCommand,
  pin: async () => (await import('./pin.js')).pinCommand,
  stages: async () => (await import('./stages.js')).stagesCommand,
  tracking: async () => (await import('./tracking.js')).trackingCommand,
  demo: async () => (await import('./demo.js')).demoCommand,
};

/** Runs one command line and gives its exit status. Never throws. */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
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
    return fail(error, io.stderr);
  }
}
