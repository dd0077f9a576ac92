/** Report → outputs, job summary, annotations, report file. The only writer of the runner's files. */
import * as core from '@actions/core';

import { escapeCell, link } from '../markdown.js';
import type { Annotation } from '../report/annotations.js';
import { harmless } from './log.js';

/** GitHub shows ten errors, ten warnings and ten notices of a step; the summary has all of them. */
const MOST_ANNOTATIONS = 10;

/** Writes the outputs. Values go through the delimiter form of GITHUB_OUTPUT, so a value cannot become another output. */
export function publishOutputs(outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
}

/** Appends the job summary, where the runner takes one. */
export async function publishSummary(markdown: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (!env['GITHUB_STEP_SUMMARY']) return;
  await core.summary.addRaw(markdown, true).write();
}

/** Annotations on the lines of the tag file, the worst first. */
export function publishAnnotations(annotations: readonly Annotation[]): void {
  const shown = { error: 0, warning: 0, notice: 0 };
  for (const { level, title, message, file, line, column } of annotations) {
    if (shown[level]++ >= MOST_ANNOTATIONS) {
      core.info(harmless(`${level}: ${title}: ${message}`));
      continue;
    }
    const place = file === null ? {} : { file, startLine: line ?? 1, startColumn: column ?? 1 };
    core[level](`${harmless(title)}: ${harmless(message)}`, { title: harmless(title), ...place });
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
    const line = harmless(url === null ? text : `${text} ${url}`);
    if (level === 'line') core.info(line);
    else core[level](line);
  }
  const items = notes.map(({ level, text, url }) => {
    const said = link(escapeCell(text), url);
    return level === 'line' ? `- ${said}` : `- **${level}**: ${said}`;
  });
  await publishSummary(`### What followed\n\n${items.join('\n')}\n`, env);
}
