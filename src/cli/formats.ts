/** `--format` and `--json`: what standard output is for. */
import type { Problem } from '../errors.js';
import type { Format } from '../report/render.js';
import { suggest } from '../shared/text.js';
import type { GivenFlag } from './words.js';

export const FORMATS: readonly Format[] = ['text', 'json', 'junit', 'sarif', 'markdown'];

/** The last of them that is given; one that is not known counts as text. */
export function formatOf(flags: readonly GivenFlag[]): Format {
  const given = flags.findLast(({ name }) => name === 'format' || name === 'json');
  return given?.name === 'json' ? 'json' : (FORMATS.find((name) => name === given?.value) ?? 'text');
}

/** What is wrong with them. A missing value is another problem, which every flag has. */
export function formatProblems(flags: readonly GivenFlag[]): Problem[] {
  const given = flags.find(({ name }) => name === 'format')?.value ?? '';
  if (given === '') return [];
  if (!FORMATS.some((name) => name === given)) {
    const near = suggest(given, FORMATS);
    const hint = near === undefined ? `write one of ${FORMATS.join(', ')}` : `did you mean "${near}"?`;
    return [{ what: `--format: "${given}" is not known`, hint }];
  }
  const isJson = given === 'json' || flags.every(({ name }) => name !== 'json');
  return isJson ? [] : [{ what: `--json and --format ${given} are both given`, hint: 'give one of them' }];
}
