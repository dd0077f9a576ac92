/**
 * Annotations as SARIF 2.1.0, for code scanning and editors. Pure. Specification:
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html; what GitHub reads of it:
 * https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
import { FAILURES, REASONS, type Explained } from '../plan/reasons.js';
import { VERSION } from '../version.js';
import type { Annotation } from './annotations.js';

const HOME = 'https://github.com/retag/retag';
const LEVELS = { error: 'error', warning: 'warning', notice: 'note' } as const;

/**
 * One result for each annotation that has a place in a file. GitHub refuses results without one, so the others are
 * notifications of the invocation (section 3.20.21).
 * @param ended the run ended before there was a report
 */
export function sarif(annotations: readonly Annotation[], ended: boolean): string {
  const results = annotations.filter(({ file }) => file !== null);
  const others = annotations.filter(({ file }) => file === null);
  const codes = [...new Set(results.map(({ code }) => code))];
  const notifications = others.map((each) => ({ level: LEVELS[each.level], message: messageOf(each) }));
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Retag', version: VERSION, informationUri: HOME, rules: codes.map(ruleOf) } },
        automationDetails: { id: 'retag/' },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: !ended, toolExecutionNotifications: notifications }],
        results: results.map((each) => resultOf(each, codes.indexOf(each.code))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function messageOf({ title, message }: Annotation): { readonly text: string } {
  return { text: title === '' ? message : `${title}: ${message}` };
}

function resultOf(annotation: Annotation, ruleIndex: number) {
  const { level, code, title, file, line, column } = annotation;
  const region = { startLine: line ?? 1, startColumn: column ?? 1 };
  return {
    ruleId: code,
    ruleIndex,
    level: LEVELS[level],
    message: messageOf(annotation),
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file ?? '') }, region } }],
    // An alert stays the same one when the lines above it change.
    ...(title === '' ? {} : { partialFingerprints: { 'retag/v1': `${title} ${code}` } }),
  };
}

const MISTAKES: Readonly<Record<string, string>> = {
  'tag-file': 'a mistake in a tag file',
  warning: 'a warning about a tag',
  drift: 'the registry does not hold what the tag file says',
};

function ruleOf(code: string) {
  const known: Readonly<Record<string, Explained>> = { ...FAILURES, ...REASONS };
  const { means = MISTAKES[code] ?? code, help = '' } = known[code] ?? {};
  const explained = known[code] === undefined ? 'tag-file.md' : 'troubleshooting.md#reasons';
  return {
    id: code,
    shortDescription: { text: means },
    ...(help === '' ? {} : { help: { text: help } }),
    helpUri: `${HOME}/blob/v1/docs/${explained}`,
  };
}

/** A path as a URI reference (RFC 3986): relative as it was given, else a file. */
function uriOf(path: string): string {
  const uri = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${uri}` : uri;
}
