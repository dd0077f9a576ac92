/**
 * `retag promote SOURCE DESTINATION...`: one promotion that needs no tag file. Everything else is `retag apply`. Where the checkout
 * has a tag file, its policy decides who owns a name for this promotion too, and nothing else of the file is done.
 */
import { promotionOf } from '../config/promotion.js';
import { UserError } from '../errors.js';
import type { Arguments } from './args.js';
import type { Io } from './output.js';
import { tagsCommand } from './plan-apply.js';

export function promoteCommand(args: Arguments, io: Io): Promise<number> {
  const [source, ...destinations] = args.words;
  if (source === undefined || destinations.length === 0) {
    throw new UserError({
      what: `retag promote: ${source === undefined ? 'no source and ' : ''}no destination is given`,
      hint: 'write "retag promote IMAGE:TAG TAG" or "retag promote IMAGE:TAG IMAGE:TAG..."',
    });
  }
  return tagsCommand(args, io, {
    promotions: promotionOf(source, destinations, 'promote'),
    only: 'promotions',
    facts: null,
  });
}
