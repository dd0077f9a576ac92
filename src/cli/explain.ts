/** `retag explain [CODE]`: what a code of a plan or report means, and what to do. */
import { UserError } from '../errors.js';
import { type Explained, FAILURES, REASONS } from '../plan/reasons.js';
import { suggest, wrap } from '../shared/text.js';
import type { Arguments } from './args.js';
import type { Io } from './output.js';

const DOCS = 'https://github.com/retag/retag/blob/v1/docs/';
const WIDTH = 80;

/** Every meaning of every code; `absent` is both a reason and a failure. */
const CODES: readonly (readonly [code: string, action: string, explained: Explained])[] = [
  ...Object.entries(REASONS).map(([code, { action, ...explained }]) => [code, action, explained] as const),
  ...Object.entries(FAILURES).map(([code, explained]) => [code, 'failed', explained] as const),
];

export function explainCommand({ words }: Arguments, io: Io): Promise<number> {
  const [code, ...more] = words;
  if (more.length > 0)
    throw new UserError({ what: 'retag explain takes one code', hint: 'ask for one at a time' });
  io.stdout.write(`${(code === undefined ? list() : explain(code)).join('\n')}\n`);
  return Promise.resolve(0);
}

function list(): string[] {
  const column = Math.max(...CODES.map(([code]) => code.length)) + 2;
  const rows = CODES.flatMap(([code, action, { means }]) =>
    fitted(code.padEnd(column) + action.padEnd(8), means, column + 8),
  );
  return [...rows, '', '"retag explain CODE" says what to do.'];
}

function explain(code: string): string[] {
  const found = CODES.filter(([name]) => name === code);
  if (found.length > 0)
    return found.flatMap(([, action, explained], i) => [
      ...(i > 0 ? [''] : []),
      ...one(code, action, explained),
    ]);
  const near = suggest(code, new Set(CODES.map(([name]) => name)));
  throw new UserError({
    what: `there is no reason or error code "${code}"`,
    hint: near === undefined ? '"retag explain" lists them' : `did you mean "${near}"?`,
  });
}

function one(code: string, action: string, { means, help, more }: Explained): string[] {
  return [
    `${code}: ${action}`,
    '',
    ...fitted('', `${means.charAt(0).toUpperCase()}${means.slice(1)}.`),
    ...(help === undefined ? [] : ['', ...fitted('help: ', help, 6)]),
    ...(more === undefined ? [] : ['', `More: ${DOCS}${more}`]),
  ];
}

/** Lines that fit, without the marks of Markdown. */
function fitted(head: string, text: string, indent = 0): string[] {
  return wrap(head, text.replaceAll('`', ''), WIDTH, indent);
}
