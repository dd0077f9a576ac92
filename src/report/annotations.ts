/** Refusals, failures, holds and warnings as annotations on the line of the tag file. Pure. */
import { formatProblem, type Problem } from '../errors.js';
import { byCause, isHeld, nameOf, remedy, warningsOf, whyText } from './format.js';
import { consequences } from './lines.js';
import type { Report, ReportAction, ReportDrift } from './model.js';

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  /** the reason or the error code; `tag-file`, `warning` and `drift` for what has none */
  readonly code: string;
  /** `image:tag`; empty for what is about none */
  readonly title: string;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** What is wrong with the input: on its line, or on none when it stands in no file; then the message says where. */
export function problemAnnotation(problem: Problem): Annotation {
  const { location, what, hint } = problem;
  const about = { level: 'error', code: 'tag-file', title: '' } as const;
  if (location === undefined || location.nowhere === true)
    return { ...about, message: formatProblem(problem), file: null, line: null, column: null };
  const { file, line, column } = location;
  return { ...about, message: hint === undefined ? what : `${what}; ${hint}`, file, line, column };
}

/**
 * One annotation for each line of the plan that somebody should look at, worst first.
 * @param ways how what to do is written: for the command line or for the action
 */
export function annotations(report: Report, ways?: 'flags' | 'inputs'): Annotation[] {
  const of = (
    level: Annotation['level'],
    action: ReportAction,
    text: string,
    code: string = (action.error ?? action.reason).code,
  ): Annotation => ({
    level,
    code,
    title: nameOf(action),
    message: text,
    file: action.location?.file ?? null,
    line: action.location?.line ?? null,
    column: action.location?.column ?? null,
  });
  const causes = byCause(report.actions);
  const errors = causes
    .filter((each) => !isHeld(each))
    .map(({ action: a, others }) =>
      of('error', a, sentence(whyText(a), remedy(a, ways), consequences(a, others))),
    );
  const told = new Set(errors.map(({ title }) => title));
  const drift = (report.drift ?? []).filter((lost) => !told.has(nameOf(lost))).map(driftAnnotation);
  const warnings = warningsOf(report.actions).map(({ action, text }) =>
    of('warning', action, text, 'warning'),
  );
  const held = causes
    .filter(isHeld)
    .map(({ action: a, others }) =>
      of('notice', a, sentence(`on hold: ${whyText(a)}`, remedy(a, ways), consequences(a, others))),
    );
  return [...errors, ...drift, ...warnings, ...held];
}

/** What a registry lost is an error although the plan could write it again: only people know which of the two is right. */
function driftAnnotation({ kind, image, tag, text, location }: ReportDrift): Annotation {
  const message = kind === 'vanished' ? `the tag vanished from the registry: ${text}` : text;
  const at = { file: location?.file ?? null, line: location?.line ?? null, column: location?.column ?? null };
  return { level: 'error', code: 'drift', title: nameOf({ image, tag }), message, ...at };
}

function sentence(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part, at, all) => (at < all.length - 1 && !part.endsWith('.') ? `${part}.` : part))
    .join(' ');
}
