/** The job log: one group for each stage, foreign text unable to become a workflow command. */
import * as core from '@actions/core';

import type { Log } from '../ports.js';

/**
 * A log for a GitHub runner. The runner reads `::command::` and `##[command]` only at the start of a line, so
 * no foreign text may start one: line breaks are escaped, and a line that begins so gets a space that the
 * runner does not trim (U+200B).
 */
export function jobLog(): Log {
  const line = (text: string): void => core.info(harmless(text));
  return {
    group: async (title, body) => {
      core.startGroup(harmless(title));
      try {
        return await body();
      } finally {
        core.endGroup();
      }
    },
    line,
    warning: (text) => core.warning(harmless(text)),
    debug: (text) => core.debug(harmless(text)),
    progress: () => undefined,
  };
}

/** Foreign text that stays one line of plain text in a job log. */
export function harmless(text: string): string {
  // eslint-disable-next-line no-control-regex
  const flat = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (c) => {
    return `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return /^\s*(?:::|##\[)/.test(flat) ? `\u200b${flat}` : flat;
}
