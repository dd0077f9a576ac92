/** A report, or what ended a run before there was one, in each form that `--format` has. Pure. */
import { formatProblem, type Problem } from '../errors.js';
import { escapeCell } from '../shared/markdown.js';
import { annotations, problemAnnotation } from './annotations.js';
import { junit, problemsJunit } from './junit.js';
import type { ErrorReport, Report } from './model.js';
import { sarif } from './sarif.js';
import { summary } from './summary.js';

/** `text` is the log, which is printed as the run goes on. */
export type Format = 'text' | 'json' | 'junit' | 'sarif' | 'markdown';

/** The document, with its line end. @param said the sentence that the run ended with */
export function renderReport(report: Report, format: Format, said?: string): string {
  switch (format) {
    case 'text':
      return '';
    case 'json':
      return json(report);
    case 'junit':
      return junit(report);
    case 'sarif':
      return sarif(annotations(report, 'flags'), false);
    case 'markdown':
      return summary(report, said);
  }
}

/** What is wrong with what a person gave (exit status 2), or what an outside system did. */
export function renderProblems(problems: readonly Problem[], format: Format): string {
  switch (format) {
    case 'text':
      return '';
    case 'json':
      return json(errorReport(problems));
    case 'junit':
      return problemsJunit(problems);
    case 'sarif':
      return sarif(problems.map(problemAnnotation), true);
    case 'markdown':
      return problemsMarkdown(problems);
  }
}

function json(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function problemsMarkdown(problems: readonly Problem[]): string {
  const lines = problems.map((problem) => `- ${escapeCell(formatProblem(problem))}`);
  return `## Retag: nothing was done, the input has errors\n\n${lines.join('\n')}\n`;
}

function errorReport(problems: readonly Problem[]): ErrorReport {
  return {
    version: 1,
    errors: problems.map(({ location, what, hint }) => {
      const known = location !== undefined && location.nowhere !== true;
      return {
        file: location?.file ?? null,
        line: known ? location.line : null,
        column: known ? location.column : null,
        message: what,
        hint: hint ?? null,
      };
    }),
  };
}
