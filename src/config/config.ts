/** Stage 1, load: tag files → one Config, or every problem of every file at once. */
import { type Location, type Problem, UserError } from '../errors.js';
import { formatRepository, parseRepository } from '../oci/reference.js';
import { RUN_LIMITS } from '../shared/limits.js';
import { suggest } from '../shared/text.js';
import { assemble, laterPolicies, type Piece } from './assemble.js';
import { type Destinations, expandName, namesOf } from './destinations.js';
import type { Config, PolicyConfig } from './model.js';
import { originOf } from './origin.js';
import { readOtherTools, shapeOf } from './other-tools/other-tools.js';
import { partial } from './partial.js';
import { problemsOf } from './problems.js';
import { file, ONCE } from './schema/file.js';
import { judge, type Patience, quote } from './schema/parts.js';
import { decode, type TagFile } from './source.js';
import { readDocuments, type YamlDocument } from './yaml.js';

export type { OtherToolOptions, TagFile } from './source.js';

/** What tag files say, as far as they can be read, and what is wrong with the rest. */
interface Reading {
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

/** For commands that write into a tag file. @throws UserError for the file of another tool */
export function requireTagFile(file: TagFile): void {
  const [document] = read(file, () => undefined);
  const tool = document === undefined ? null : shapeOf(document);
  if (tool === null) return;
  const what = `${file.path} is a file of ${tool}, and Retag writes into tag files only`;
  throw new UserError({ what, hint: 'give a tag file' });
}

/** As `parseConfig`, for whoever has more to check: problems are given and not thrown, and what is right is there. */
export function readConfig(files: readonly TagFile[]): Reading {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void problems.push(problem);
  const all = files.flatMap((each) =>
    read(each, report).map((document) => ({ document, options: each.options ?? {} })),
  );
  const allRead = problems.length === 0;
  const patience: Patience = { left: RUN_LIMITS.judged };
  const foreign = readOtherTools(all, patience.left, report);
  const documents = all.flatMap(({ document }) => (foreign.has(document) ? [] : [document]));
  const pieces = all.map(({ document }): Piece => {
    const found = foreign.get(document);
    return found === undefined
      ? pieceOf(document, patience, report)
      : { document, data: {}, positions: null, unread: null, found };
  });
  [...collisions(documents), ...ruleNames(documents, allRead)].forEach(report);
  return {
    config: assemble(pieces),
    problems,
    withoutPolicy: allRead && documents.every(hasNoPolicy),
    laterPolicies: laterPolicies(pieces),
  };
}

// An unknown key may be a policy with a slip of the pen in its name.
const OTHER_KEYS = ['builds', 'images', 'trust', ...ONCE].filter((key) => key !== 'policy');

function hasNoPolicy({ data }: YamlDocument): boolean {
  return Object.keys(Object(data) as object).every((key) => OTHER_KEYS.includes(key));
}

function pieceOf(document: YamlDocument, patience: Patience, report: (problem: Problem) => void): Piece {
  const most = patience.left;
  if (most <= 0) return { document, ...partial(null) };
  const judged = judge(file, document.data, patience);
  const issues = judged.issues.slice(0, most);
  if (issues.length === 0 && !judged.spent) {
    return { document, data: judged.value, positions: null, unread: null };
  }
  for (const issue of issues) for (const each of problemsOf(document, issue)) report(each);
  // Issues of types are not counted by the checks.
  patience.left = Math.min(patience.left, most - issues.length);
  if (patience.left > 0) return { document, ...partial(document.data) };
  const what = `there are ${RUN_LIMITS.judged} mistakes or more, and what follows is not checked`;
  report({ location: originOf(document).at(), what, hint: 'fix the first ones, then check again' });
  return { document, ...partial(null) };
}

function read(each: TagFile, report: (problem: Problem) => void): YamlDocument[] {
  const source = decode(each);
  if ('what' in source) {
    report(source);
    return [];
  }
  return readDocuments(source, report).filter((document) => document.data !== null);
}

// What is wrong between documents that are right each by itself. Runs on unchecked data, to be reported with the rest.

/** Settings given twice, and builds that share a name. A setting repeated with the same value is no contradiction. */
function collisions(documents: readonly YamlDocument[]): Problem[] {
  const destinations = documents
    .map(({ data }) => fields(data)['destinations'])
    .find((each) => each !== undefined);
  return [
    ...repeatedSettings(documents),
    ...sharedNames(documents, fields(destinations)),
    ...longNames(documents, fields(destinations)),
  ];
}

function repeatedSettings(documents: readonly YamlDocument[]): Problem[] {
  const problems: Problem[] = [];
  for (const key of ONCE) {
    let first: { location: Location; value: string } | undefined;
    for (const document of documents) {
      const value: unknown = fields(document.data)[key];
      if (value === undefined) continue;
      const location = originOf(document).keyAt(key);
      first ??= { location, value: JSON.stringify(value) };
      if (JSON.stringify(value) === first.value) continue;
      problems.push({
        location,
        what: `"${key}" was given before, in ${shown(first.location)}`,
        hint: 'keep one of them',
      });
    }
  }
  return problems;
}

/** Names that are too long only behind a destination. */
function longNames(documents: readonly YamlDocument[], destinations: Destinations): Problem[] {
  return documents.flatMap((document) =>
    (['builds', 'images'] as const).flatMap((list) => {
      const entries = fields(document.data)[list];
      return (Array.isArray(entries) ? (entries as unknown[]) : []).flatMap((entry, index) =>
        [fields(entry)['name']].flat().flatMap((text) => {
          const names = typeof text === 'string' ? expandName(text, destinations) : [];
          const wrong = names.map(parseRepository).find((parsed) => !parsed.ok);
          if (wrong?.ok !== false || names[0] === text) return [];
          return [
            { location: originOf(document).at(list, index, 'name'), what: wrong.what, hint: wrong.hint },
          ];
        }),
      );
    }),
  );
}

function sharedNames(documents: readonly YamlDocument[], destinations: Destinations): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, { location: Location; build: unknown }>();
  for (const document of documents) {
    const builds: unknown = fields(document.data)['builds'];
    if (!Array.isArray(builds)) continue;
    for (const [index, build] of (builds as unknown[]).entries()) {
      const { name } = fields(build);
      for (const [at, text] of (Array.isArray(name) ? (name as unknown[]) : [name]).entries()) {
        const location = originOf(document).at('builds', index, 'name', at);
        for (const { repository } of typeof text === 'string' ? namesOf([text], destinations) : []) {
          const key = formatRepository(repository);
          const earlier = first.get(key);
          if (!earlier) first.set(key, { location, build });
          else if (earlier.build !== build) {
            const what = `${key} is built twice, first in ${shown(earlier.location)}`;
            problems.push({ location, what, hint: 'keep one of the builds, or give one another name' });
          }
        }
      }
    }
  }
  return problems;
}

/** Trust rules that share a name, and entries that name a rule which no document has. */
function ruleNames(documents: readonly YamlDocument[], allRead: boolean): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, Location>();
  for (const document of documents) {
    for (const [index, { name }] of itemsOf(document, 'trust')) {
      if (typeof name !== 'string') continue;
      const location = originOf(document).at('trust', index, 'name');
      const earlier = first.get(name);
      if (!earlier) first.set(name, location);
      else {
        const what = `the trust rule ${quote(name)} was given before, in ${shown(earlier)}`;
        problems.push({ location, what, hint: 'give one of them another name' });
      }
    }
  }
  for (const document of allRead ? documents : []) {
    for (const [index, { trust }] of itemsOf(document, 'images')) {
      if (typeof trust !== 'string' || first.has(trust)) continue;
      const near = suggest(trust, first.keys());
      const names =
        first.size === 0
          ? 'add the rule under "trust"'
          : `use one of ${[...first.keys()].slice(0, 10).join(', ')}`;
      problems.push({
        location: originOf(document).at('images', index, 'trust'),
        what: `there is no trust rule ${quote(trust)}`,
        hint: near === undefined ? names : `write "${near}"`,
      });
    }
  }
  return problems;
}

function itemsOf(
  document: YamlDocument,
  key: string,
): readonly [number, Readonly<Record<string, unknown>>][] {
  const list: unknown = fields(document.data)[key];
  return Array.isArray(list) ? (list as unknown[]).map((item, index) => [index, fields(item)]) : [];
}

function fields(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}

function shown(location: Location): string {
  return `${location.file}:${location.line}`;
}

// Problems as people read them: in the order of the files, each said once, and not without end. Pure.

/**
 * By file in the order given, then line and column; what stands in no file first. The same sentence about the same
 * place is reported once.
 */
export function inOrder(
  problems: readonly Problem[],
  files: readonly { readonly path: string }[],
): readonly Problem[] {
  const rank = new Map(files.map(({ path }, index) => [path, index + 1]));
  const seen = new Set<string>();
  const sorted = problems
    .filter((problem) => {
      const key = JSON.stringify(problem);
      return !seen.has(key) && seen.add(key);
    })
    .sort(
      ({ location: a }, { location: b }) =>
        (rank.get(a?.file ?? '') ?? 0) - (rank.get(b?.file ?? '') ?? 0) ||
        (a?.line ?? 0) - (b?.line ?? 0) ||
        (a?.column ?? 0) - (b?.column ?? 0),
    );
  return atMost(RUN_LIMITS.problems, sorted);
}

/** So that a file of another kind does not make a message of a hundred megabytes. */
function atMost(limit: number, problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= limit) return problems;
  const more = `${problems.length >= RUN_LIMITS.judged ? 'at least ' : ''}${problems.length - limit}`;
  return [...problems.slice(0, limit), { what: `and ${more} more problems`, hint: 'fix these first' }];
}
