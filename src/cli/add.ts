/** `retag add IMAGE SOURCE TAG`: one more entry in the tag file. */
import { resolve } from 'node:path';
import { addEntry, type NewEntry } from '../config/add.js';
import { requireTagFile, type TagFile } from '../config/config.js';
import { type Parsed, type Problem, UserError } from '../errors.js';
import { load, promotionProblems } from '../load.js';
import { formatReference, isDigest, parseRepository, parseTag } from '../oci/reference.js';
import { type Input, promotionRequest } from '../request.js';
import { replaceFile } from '../system/write.js';
import type { Arguments } from './args.js';
import { type Io, logFor } from './output.js';
import { tagFiles } from './session.js';

/** Writes the entry when the tag file is right with it, and else nothing. */
export async function addCommand(args: Arguments, io: Io): Promise<number> {
  const entry = entryOf(args);
  const file = await oneFile(args, io);
  if (/\.json$/i.test(file.path))
    throw new UserError({
      what: `${file.path} is JSON, and "retag add" writes YAML`,
      hint: 'add the entry by hand, or name a YAML file with --config',
    });
  load(promotionRequest('validate', [file]));
  const after = addEntry(file, entry);
  const loaded = load(promotionRequest('plan', [after]));
  const problems = conflicts(loaded);
  if (problems.length > 0) throw new UserError(problems);
  await replaceFile(resolve(io.cwd, file.path), Buffer.from(after.bytes).toString());
  const { line } = loaded.config.images.at(-1)?.origin.at() ?? { line: 1 };
  const log = logFor(args, io);
  log.line(`added ${entry.name}:${entry.tag} to ${file.path}:${line}`);
  log.line('Next: "retag plan" shows what it does.');
  return 0;
}

/** @throws UserError with every word that is wrong */
function entryOf(args: Arguments): NewEntry {
  const [name = '', source = '', tag = '', ...more] = args.words;
  if (tag === '' || more.length > 0) {
    throw new UserError({
      what: `retag add takes three words, not ${args.words.length}`,
      hint: 'write "retag add IMAGE SOURCE TAG"; SOURCE is the tag of the build, or its digest',
    });
  }
  const pinned = isDigest(source);
  const problems = [
    wrong('the image', parseRepository(name)),
    ...(pinned ? [] : [wrong('the source', parseTag(source))]),
    wrong('the tag', parseTag(tag)),
  ].flat();
  if (problems.length > 0) throw new UserError(problems);
  const src_ref = args.text('src-ref');
  return {
    name,
    ...(pinned ? { src_digest: source } : { src_build_tag: source }),
    ...(src_ref === undefined ? {} : { src_ref }),
    tag,
  };
}

function wrong(word: string, parsed: Parsed<unknown>): Problem[] {
  return parsed.ok ? [] : [{ what: `${word}: ${parsed.what}`, hint: parsed.hint }];
}

async function oneFile(args: Arguments, io: Io): Promise<TagFile> {
  const [file, ...others] = await tagFiles(args, io);
  if (file !== undefined) requireTagFile(file);
  if (file !== undefined && others.length === 0) return file;
  throw new UserError({
    what: `retag add writes to one tag file, not ${others.length + 1}`,
    hint: 'name one with --config',
  });
}

/** Why the last entry cannot stand beside the others. */
function conflicts({ config, policy, images }: Input): Problem[] {
  const added = config.images.at(-1);
  if (added === undefined) return [];
  const mine = images.filter(({ entries }) => entries.includes(added));
  const others = new Map(
    images.filter((tag) => !mine.includes(tag)).map((tag) => [formatReference(tag.destination), tag]),
  );
  const problems = mine.flatMap(({ destination, taken }): Problem[] => {
    const reference = formatReference(destination);
    const other = others.get(reference);
    if (taken !== null) return [{ what: `${reference}: ${taken}`, hint: 'choose another tag' }];
    if (other === undefined) return [];
    return [
      {
        ...(other.location === null ? {} : { location: other.location }),
        what: `${reference} is wanted by this entry already`,
        hint: 'choose another tag, or change that entry',
      },
    ];
  });
  const ruled = policy === null ? [] : promotionProblems(policy, [added], null);
  return [
    ...problems,
    ...ruled.map(({ problem: { what, hint } }) => ({ what, ...(hint === undefined ? {} : { hint }) })),
  ];
}
