/** Stage 1, load: tag files → one Config, or every problem of every file at once. */
import { UserError, type Problem } from '../errors.js';
import { assemble, laterPolicies, type Piece } from './assemble.js';
import { collisions } from './collisions.js';
import { decode, type TagFile } from './decode.js';
import type { Config, PolicyConfig } from './model.js';
import { inOrder, MAX_JUDGED } from './order.js';
import { originOf } from './origin.js';
import { problemsOf } from './problems.js';
import { salvage } from './salvage.js';
import { file, ONCE } from './schema/file.js';
import { judge } from './schema/parts.js';
import { readDocuments, type YamlDocument } from './yaml.js';

export { MAX_FILE_BYTES, type TagFile } from './decode.js';

/** What tag files say, as far as they can be read, and what is wrong with the rest. */
export interface Reading {
  /** without what has a problem: to look for further ones, never to act on while there are problems */
  readonly config: Config;
  readonly problems: readonly Problem[];
  /** is it certain that no document has a policy? Not when something cannot be read that may be one */
  readonly withoutPolicy: boolean;
  /** policies behind the first one, to be checked too */
  readonly laterPolicies: readonly PolicyConfig[];
}

/**
 * Reads all tag files of a run, in order. Files and documents add up; a file without entries, or with nothing
 * but comments, is valid and asks for nothing.
 *
 * @throws UserError with every problem, by file in the order given, then by line and column
 */
export function parseConfig(files: readonly TagFile[]): Config {
  const { config, problems } = readConfig(files);
  if (problems.length > 0) throw new UserError(inOrder(problems, files));
  return config;
}

/** As `parseConfig`, for whoever has more to check: problems are given and not thrown, and what is right is there. */
export function readConfig(files: readonly TagFile[]): Reading {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void problems.push(problem);
  const documents = files.flatMap((each) => read(each, report));
  const allRead = problems.length === 0;
  const pieces = documents.map((document) => pieceOf(document, report));
  problems.push(...collisions(documents));
  return {
    config: assemble(pieces),
    problems,
    withoutPolicy: allRead && documents.every(hasNoPolicy),
    laterPolicies: laterPolicies(pieces),
  };
}

// An unknown key may be a policy with a slip of the pen in its name.
const OTHER_KEYS = ['builds', 'images', ...ONCE].filter((key) => key !== 'policy');

function hasNoPolicy({ data }: YamlDocument): boolean {
  return Object.keys(Object(data) as object).every((key) => OTHER_KEYS.includes(key));
}

function pieceOf(document: YamlDocument, report: (problem: Problem) => void): Piece {
  const judged = judge(file, document.data, MAX_JUDGED);
  const issues = judged.issues.slice(0, MAX_JUDGED);
  if (issues.length === 0 && !judged.spent) {
    return { document, data: judged.value, positions: null, unread: null };
  }
  for (const issue of issues) for (const each of problemsOf(document, issue)) report(each);
  if (!judged.spent && issues.length < MAX_JUDGED) return { document, ...salvage(document.data) };
  const what = `the document has ${MAX_JUDGED} mistakes or more, and is not checked further`;
  report({ place: originOf(document).at(), what, mend: 'fix the first ones, then check again' });
  return { document, ...salvage(null) };
}

function read(each: TagFile, report: (problem: Problem) => void): YamlDocument[] {
  const source = decode(each);
  if ('what' in source) {
    report(source);
    return [];
  }
  return readDocuments(source, report).filter((document) => document.data !== null);
}
