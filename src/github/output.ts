/** Report → outputs, job summary and annotations. */
import * as core from '@actions/core';
import type { Log } from '../ports.js';
import type { Annotation } from '../report/annotations.js';
import { escapeCell, link } from '../shared/markdown.js';
import { formatProblem } from '../errors.js';
import { harmless, printable } from '../shared/text.js';

/** GitHub shows ten errors, ten warnings and ten notices of a step; the summary has all of them. */
const MOST_ANNOTATIONS = 10;

/** Writes the outputs. */
export function publishOutputs(outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
}

/** Appends the job summary, where the runner takes one. */
export async function publishSummary(markdown: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (!env['GITHUB_STEP_SUMMARY']) return;
  await addSummary(markdown);
}

/** Annotations on the lines of the tag file, the worst first. */
export function publishAnnotations(annotations: readonly Annotation[]): void {
  const shown = { error: 0, warning: 0, notice: 0 };
  for (const { level, title, message, file, line, column } of annotations) {
    const text = title === '' ? message : `${title}: ${message}`;
    if (shown[level]++ >= MOST_ANNOTATIONS) {
      say(`${level}: ${file !== null && title === '' ? `${file}:${line ?? 1}:${column ?? 1}: ` : ''}${text}`);
      continue;
    }
    const location = file === null ? {} : { file, startLine: line ?? 1, startColumn: column ?? 1 };
    annotate(level, text, { ...(title === '' ? {} : { title }), ...location });
  }
}

/** One thing that followed a run, for log and summary. */
export interface Note {
  readonly level: 'line' | 'warning' | 'error';
  /** plain text */
  readonly text: string;
  readonly url: string | null;
}

/** Says what followed a run: in the log, as annotations where somebody has to act, and at the end of the summary. */
export async function publishNotes(notes: readonly Note[], env: NodeJS.ProcessEnv): Promise<void> {
  if (notes.length === 0) return;
  for (const { level, text, url } of notes) {
    const line = url === null ? text : `${text} ${url}`;
    if (level === 'line') say(line);
    else annotate(level, line);
  }
  const items = notes.map(({ level, text, url }) => {
    const said = link(escapeCell(text), url);
    return level === 'line' ? `- ${said}` : `- **${level}**: ${said}`;
  });
  await publishSummary(`### What followed\n\n${items.join('\n')}\n`, env);
}

// What the action says to the runner: lines, groups, annotations, masks and outputs. The only user of @actions/core's
// printing, so that nothing but Retag itself can give the runner a command.

/** Where an annotation stands. */
interface AnnotationPlace {
  readonly title?: string;
  readonly file?: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

/** One line of the job log. */
function say(text: string): void {
  core.info(harmless(text));
}

/** Lines of a program that Retag runs, each with its line end. */
export function passOn(text: string): void {
  process.stdout.write(printable(text, false));
}

/** An annotation, which is a line of the job log too. */
export function annotate(
  level: 'error' | 'warning' | 'notice',
  text: string,
  { title, ...location }: AnnotationPlace = {},
): void {
  core[level](harmless(text), { ...location, ...(title === undefined ? {} : { title: harmless(title) }) });
}

/** Hides a secret in the job log, and in every output that holds it. */
export function mask(secret: string): void {
  core.setSecret(secret);
}

/** Sets an output, in the form with a random delimiter: a value cannot become another output. */
function setOutput(name: string, value: string): void {
  core.setOutput(name, value);
}

/** Appends Markdown to the job summary. */
async function addSummary(markdown: string): Promise<void> {
  await core.summary.addRaw(markdown, true).write();
}

/** The log of a job: one group for each stage. */
export function jobLog(): Log {
  return {
    layout: { width: null, all: true, groups: true },
    group: async (title, body) => {
      core.startGroup(harmless(title));
      try {
        return await body();
      } finally {
        core.endGroup();
      }
    },
    line: say,
    warning: (text) => annotate('warning', typeof text === 'string' ? text : formatProblem(text)),
    // The runner would drop it otherwise, line by line.
    debug: (text) => (core.isDebug() ? core.debug(harmless(text)) : undefined),
    progress: () => undefined,
  };
}
