/** Refusals, failures, holds and warnings as annotations on the line of the tag file. Pure. */
import { formatProblem, type Problem } from '../errors.js';
import { failedBuilds, isUnbuilt, remedy } from './format.js';
import type { Report, ReportAction } from './model.js';

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
  const { actions } = report;
  const errors = onceForBuild(actions)
    .filter((a) => a.action === 'refuse' || a.error !== null)
    .map((a) => of('error', a, sentence(a.error?.text ?? a.reason.text, remedy(a))));
  const warnings = actions.flatMap((a) => a.warnings.map((text) => of('warning', a, text)));
  const held = actions
    .filter((a) => a.action === 'hold')
    .map((a) => of('notice', a, sentence(`on hold: ${a.reason.text}`, remedy(a))));
  return [...errors, ...warnings, ...held];
}

/** A build that failed says once why, for all builds and tags that have the same error: at the build that it names. */
function onceForBuild(actions: readonly ReportAction[]): ReportAction[] {
  const builds = failedBuilds(actions);
  const speakers = new Map<string, ReportAction>();
  for (const build of builds) {
    const text = build.error?.text ?? '';
    if (!speakers.has(text) || build.error?.build === build.image) speakers.set(text, build);
  }
  return actions.filter((action) =>
    builds.includes(action) ? speakers.get(action.error?.text ?? '') === action : !isUnbuilt(action),
  );
}

function sentence(what: string, hint: string): string {
  return hint === '' ? what : `${what}. ${hint}`;
}
