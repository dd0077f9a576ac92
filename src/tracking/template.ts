/** Templates of titles, texts and labels of tracking issues. Pure. */
import { joinPieces, parseTemplate, renderPieces, variablesOf } from '../policy/template.js';
import type { Tracked } from './tracked.js';

export const DEFAULT_TITLE = '{name}: {tag}';
export const DEFAULT_BODY =
  '{number}: {description}\n\nRetag keeps this issue: it follows the tags of {name} for {line} and is closed when everything is there.';

/**
 * What a template may use beside the fields of the rule: `{name}` image, `{description}` its last part, `{tag}` the
 * newest tag, `{line}` the version line, `{class}` the stage of the newest tag, `{number}` the number in `bug` or,
 * without one, the version line; `{major}` and `{minor}` come from the line where the rule has no such fields.
 */
export function valuesOf({ image, line, events }: Tracked): Readonly<Record<string, string>> {
  const newest = events.at(-1);
  const bug = events.findLast((event) => event.bug !== undefined)?.bug ?? '';
  const [major, minor] = line.split('.');
  return {
    ...(major !== undefined && minor !== undefined ? { major, minor } : {}),
    ...newest?.fields,
    name: image,
    description: image.split('/').at(-1) ?? image,
    tag: newest?.tag ?? '',
    line,
    class: newest?.stage ?? '',
    number: /\d+/.exec(bug)?.[0] ?? line,
  };
}

/**
 * Renders with every value passed through `escape`. Null when a variable has no value; text that only looks like a
 * variable stays as it is.
 */
export function render(
  template: string,
  values: Readonly<Record<string, string>>,
  escape: (text: string) => string,
): string | null {
  const parsed = parseTemplate(template, true);
  if (!parsed.ok) return template;
  if (variablesOf(parsed.value).some(({ name }) => !Object.hasOwn(values, name))) return null;
  return joinPieces(
    renderPieces(parsed.value, ({ name }) => ({ text: escape(values[name] ?? ''), foreign: true })),
  );
}
