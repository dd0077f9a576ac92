/**
 * What buildx prints, on its way into the log. It carries what a Dockerfile chose to print, so secrets are hidden and
 * control characters are taken out; who prints it makes workflow commands harmless, as in everything else.
 */

const MAX_LINE = 4096;

/** One line without secrets, colours, cursor movements and other control characters. */
export function cleanLine(text: string, secrets: readonly string[]): string {
  let clean = text.slice(0, 4 * MAX_LINE);
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  clean = clean.replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, '').replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, '');
  return clean.length > MAX_LINE ? `${clean.slice(0, MAX_LINE)}…` : clean;
}

/** Cuts a stream into lines; a carriage return ends a line too. `flush` gives what is left. */
export function lineSplitter(onLine: (line: string) => void): { push(text: string): void; flush(): void } {
  let rest = '';
  return {
    push: (text) => {
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      if (rest.length > 64 * 1024) {
        onLine(rest);
        rest = '';
      }
    },
    flush: () => {
      if (rest !== '') onLine(rest.replace(/\r$/, ''));
      rest = '';
    },
  };
}
