/** Refusals, failures, holds and warnings as annotations on the line of the tag file. Pure. */
import { formatProblem, type Problem } from '../errors.js';
import { byCause, isHeld, remedy, warningsOf } from './format.js';
import { consequences } from './lines.js';
import type { Report, ReportAction, ReportDrift } from './model.js';

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** What is wrong with the input: on its line, or on none when it stands in no file; then the text says where. */
export function problemAnnotation(problem: Problem): {
  readonly text: string;
  readonly file?: string;
  readonly startLine?: number;
  readonly startColumn?: number;
} {
  const { location, what, hint } = problem;
  if (location === undefined || location.nowhere === true) return { text: formatProblem(problem) };
  const text = hint === undefined ? what : `${what}; ${hint}`;
  return { text, file: location.file, startLine: location.line, startColumn: location.column };
}

/** One annotation for each line of the plan that somebody should look at, worst first. */
export function annotations(report: Report): Annotation[] {
  const of = (level: Annotation['level'], action: ReportAction, text: string): Annotation => ({
    level,
    title: `${action.image}:${action.tag}`,
    message: text,
    file: action.location?.file ?? null,
    line: action.location?.line ?? null,
    column: action.location?.column ?? null,
  });
  const causes = byCause(report.actions);
  const errors = causes
    .filter((each) => !isHeld(each))
    .map(({ action: a, others }) =>
      of('error', a, sentence((a.error ?? a.reason).text, remedy(a), consequences(a, others))),
    );
  const told = new Set(errors.map(({ title }) => title));
  const drift = (report.drift ?? [])
    .filter((lost) => !told.has(`${lost.image}:${lost.tag}`))
    .map(driftAnnotation);
  const warnings = warningsOf(report.actions).map(({ action, text }) => of('warning', action, text));
  const held = causes
    .filter(isHeld)
    .map(({ action: a, others }) =>
      of('notice', a, sentence(`on hold: ${a.reason.text}`, remedy(a), consequences(a, others))),
    );
  return [...errors, ...drift, ...warnings, ...held];
}

/** What a registry lost is an error although the plan could write it again: only people know which of the two is right. */
function driftAnnotation({ kind, image, tag, text, location }: ReportDrift): Annotation {
  const message = kind === 'vanished' ? `the tag vanished from the registry: ${text}` : text;
  const at = { file: location?.file ?? null, line: location?.line ?? null, column: location?.column ?? null };
  return { level: 'error', title: `${image}:${tag}`, message, ...at };
}

function sentence(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part, at, all) => (at < all.length - 1 && !part.endsWith('.') ? `${part}.` : part))
    .join(' ');
}
