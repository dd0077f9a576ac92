/** Stage 1, load: tag files → one Config, or every problem of every file at once. */
import * as v from 'valibot';
import { UserError, type Problem } from '../errors.js';
import { assemble, type Piece } from './assemble.js';
import { collisions } from './collisions.js';
import { decode, type TagFile } from './decode.js';
import type { Config } from './model.js';
import { problemsOf } from './problems.js';
import { file } from './schema/file.js';
import { readDocuments, type YamlDocument } from './yaml.js';

export { MAX_FILE_BYTES, type TagFile } from './decode.js';

const MAX_PROBLEMS = 1_000;

/**
 * Reads all tag files of a run, in order. Files and documents add up; a file without entries, or with nothing
 * but comments, is valid and asks for nothing.
 *
 * @throws UserError with every problem, by file in the order given, then by line and column
 */
export function parseConfig(files: readonly TagFile[]): Config {
  const problems: Problem[] = [];
  const documents = files.flatMap((each) => read(each, (problem) => problems.push(problem)));
  const pieces: Piece[] = [];
  for (const document of documents) {
    const result = v.safeParse(file, document.data);
    if (result.success) pieces.push({ document, data: result.output });
    else
      for (const issue of result.issues) for (const each of problemsOf(document, issue)) problems.push(each);
  }
  problems.push(...collisions(documents));
  if (problems.length > 0) throw new UserError(atMost(MAX_PROBLEMS, inOrder(problems, files)));
  return assemble(pieces);
}

function read(each: TagFile, report: (problem: Problem) => void): YamlDocument[] {
  const source = decode(each);
  if ('what' in source) {
    report(source);
    return [];
  }
  return readDocuments(source, report).filter((document) => document.data !== null);
}

/** So that a file of another kind does not make a message of a hundred megabytes. */
function atMost(limit: number, problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= limit) return problems;
  const more = problems.length - limit;
  return [...problems.slice(0, limit), { what: `and ${more} more problems`, mend: 'mend these first' }];
}

/** By file, line, column; the same sentence about the same place only once. */
function inOrder(problems: readonly Problem[], files: readonly TagFile[]): Problem[] {
  const rank = new Map(files.map((each, index) => [each.path, index]));
  const seen = new Set<string>();
  return problems
    .filter((problem) => {
      const key = JSON.stringify(problem);
      return !seen.has(key) && seen.add(key);
    })
    .sort(
      ({ place: a }, { place: b }) =>
        (rank.get(a?.file ?? '') ?? 0) - (rank.get(b?.file ?? '') ?? 0) ||
        (a?.line ?? 0) - (b?.line ?? 0) ||
        (a?.column ?? 0) - (b?.column ?? 0),
    );
}
