/**
 * What the action says to the runner: lines, groups, annotations, masks and outputs. The only user of @actions/core's
 * printing, so that nothing but Retag itself can give the runner a command.
 */
import * as core from '@actions/core';

import type { Log } from '../ports.js';
import { harmless, printable } from '../shared/text.js';

/** Where an annotation stands. */
export interface AnnotationPlace {
  readonly title?: string;
  readonly file?: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

/** One line of the job log. */
export function say(text: string): void {
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
  { title, ...place }: AnnotationPlace = {},
): void {
  core[level](harmless(text), { ...place, ...(title === undefined ? {} : { title: harmless(title) }) });
}

/** Hides a secret in the job log, and in every output that holds it. */
export function mask(secret: string): void {
  core.setSecret(secret);
}

/** Sets an output, in the form with a random delimiter: a value cannot become another output. */
export function setOutput(name: string, value: string): void {
  core.setOutput(name, value);
}

/** Appends Markdown to the job summary. */
export async function addSummary(markdown: string): Promise<void> {
  await core.summary.addRaw(markdown, true).write();
}

/** The log of a job: one group for each stage. */
export function jobLog(): Log {
  return {
    group: async (title, body) => {
      core.startGroup(harmless(title));
      try {
        return await body();
      } finally {
        core.endGroup();
      }
    },
    line: say,
    warning: (text) => annotate('warning', text),
    debug: (text) => core.debug(harmless(text)),
    progress: () => undefined,
  };
}
