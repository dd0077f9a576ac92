/** Report → outputs, job summary and annotations. */
import { escapeCell, link } from '../shared/markdown.js';
import type { Annotation } from '../report/annotations.js';
import { addSummary, annotate, say, setOutput } from './output.js';

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
    if (shown[level]++ >= MOST_ANNOTATIONS) {
      say(`${level}: ${title}: ${message}`);
      continue;
    }
    const place = file === null ? {} : { file, startLine: line ?? 1, startColumn: column ?? 1 };
    annotate(level, `${title}: ${message}`, { title, ...place });
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
