import { parseConfig, type TagFile } from '../../src/config/config.js';
import type { Config } from '../../src/config/model.js';
import { formatProblem, type Problem, UserError } from '../../src/errors.js';

export function tagFile(content: string | Uint8Array, path = 'tags.yaml'): TagFile {
  return { path, bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content };
}

export function parse(...contents: readonly (string | TagFile)[]): Config {
  return parseConfig(contents.map((each) => (typeof each === 'string' ? tagFile(each) : each)));
}

/** The problems that reading gives; none when it is valid. */
export function problemsIn(...contents: readonly (string | TagFile)[]): readonly Problem[] {
  try {
    parse(...contents);
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
}

/** The same as lines of text, as people see them. */
export function messages(...contents: readonly (string | TagFile)[]): string[] {
  return problemsIn(...contents).map(formatProblem);
}

/** One valid entry with more lines, each indented by four spaces. */
export function entry(...lines: readonly string[]): string {
  return [
    'images:',
    '  - name: docker.io/org/app',
    '    src_build_tag: build-1',
    ...lines.map((l) => `    ${l}`),
    '',
  ].join('\n');
}
