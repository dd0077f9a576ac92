import { formatProblem } from '../../src/errors.js';
import type { Log } from '../../src/ports.js';

/** A log that keeps every line, debug lines and titles included. */
export interface Recorder extends Log {
  readonly lines: string[];
}

export function recorder(): Recorder {
  const lines: string[] = [];
  return {
    lines,
    layout: { width: null, all: true, groups: true },
    group(title, body) {
      lines.push(title);
      return body();
    },
    line: (text) => void lines.push(text),
    warning: (text) => void lines.push(`warning: ${typeof text === 'string' ? text : formatProblem(text)}`),
    debug: (text) => void lines.push(`debug: ${text}`),
    progress: () => undefined,
  };
}
