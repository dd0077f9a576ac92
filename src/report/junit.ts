/**
 * A report as JUnit XML, which GitLab, Jenkins and Prow show as tests: one test case a tag. Pure. The form is the one that
 * https://docs.gitlab.com/ci/testing/unit_test_reports/ and https://plugins.jenkins.io/junit/ read.
 */
import type { Location, Problem } from '../errors.js';
import { harmless } from '../shared/text.js';
import { isBad, nameOf, remedy, shortDigest, verb } from './format.js';
import type { Report, ReportAction } from './model.js';

interface Case {
  /** the image, or what was run */
  readonly suite: string;
  readonly name: string;
  readonly location: Pick<Location, 'file' | 'line'> | null;
  readonly result: 'passed' | 'failure' | 'error' | 'skipped';
  /** the code of what is wrong */
  readonly type: string;
  readonly message: string;
  /** what happened, or what to do */
  readonly text: string;
}

/** The plan or its outcome: what is refused or failed is a failure, what is on hold is skipped, everything else passes. */
export function junit({ command, actions, drift, duration_ms: ms }: Report): string {
  const cases = [...actions.map(actionCase), ...(drift ?? []).map(driftCase)];
  return document(`retag ${command}`, cases.length > 0 ? cases : [EMPTY], ms);
}

/** What ended a run before there was a report. */
export function problemsJunit(problems: readonly Problem[]): string {
  return document('retag', problems.map(problemCase), 0);
}

/** Jenkins fails a job whose file has no test. */
const EMPTY: Case = {
  ...{ suite: 'retag', name: 'the tag file is valid', location: null },
  ...{ result: 'passed', type: '', message: '', text: 'No tag is wanted.' },
};

function actionCase(action: ReportAction): Case {
  const { code, text } = action.error ?? action.reason;
  const isHeld = action.action === 'hold' && action.error === null;
  return {
    suite: action.image,
    // The same in every run, since systems compare the tests of two runs by name.
    name: action.action === 'build' ? `build of ${action.tag}` : action.tag,
    location: action.location,
    result: isHeld ? 'skipped' : isBad(action) ? 'failure' : 'passed',
    type: code,
    message: text,
    text: isHeld || isBad(action) ? remedy(action, 'flags') : passed(action),
  };
}

function passed(action: ReportAction): string {
  const { source, digest, outcome } = action;
  const from = source === null ? '' : ` from ${source}`;
  return `${verb(action)} (${outcome}) ${nameOf(action)}${from}, digest ${shortDigest(digest)}`;
}

function driftCase({ kind, image, tag, text, location }: NonNullable<Report['drift']>[number]): Case {
  const name = `drift of ${tag}`;
  return { suite: image, name, location, result: 'failure', type: kind, message: text, text: '' };
}

function problemCase({ what, hint = '', location }: Problem): Case {
  const known = location !== undefined && location.nowhere !== true ? location : null;
  return {
    suite: location?.file ?? 'retag',
    name: known === null ? what : `line ${known.line}, column ${known.column}`,
    location: known,
    result: 'error',
    type: 'mistake',
    message: what,
    text: hint,
  };
}

function document(name: string, cases: readonly Case[], milliseconds: number): string {
  const count = (result: Case['result']): number => cases.filter((each) => each.result === result).length;
  const totals = {
    name,
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: (milliseconds / 1000).toFixed(3),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes(totals)}>`,
    `  <testsuite${attributes(totals)}>`,
    ...cases.flatMap(caseLines),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines({ suite, name, location, result, type, message, text }: Case): string[] {
  const place = location === null ? {} : { file: location.file, line: location.line };
  const where = location === null ? '' : `${location.file}:${location.line}\n`;
  const head = `    <testcase${attributes({ classname: suite, name, ...place })}>`;
  const said = xml(text, true);
  if (result === 'passed') return [head, `      <system-out>${said}</system-out>`, '    </testcase>'];
  const why = attributes(result === 'skipped' ? { message } : { message, type });
  // GitLab shows the text and not the message, Jenkins both.
  const body = `${xml(`${message}\n${where}`, true)}${said === '' ? '' : `help: ${said}`}`;
  return [head, `      <${result}${why}>${body.trimEnd()}</${result}>`, '    </testcase>'];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xml(String(value), false)}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };

/** XML 1.0 has no way to write most control characters: they are shown as `\x1b`, as on a terminal. */
function xml(text: string, lines: boolean): string {
  const shown = lines ? text.split('\n').map(harmless).join('\n') : harmless(text);
  return shown.replace(/[<>&"]/g, (character) => ENTITIES[character] ?? character);
}
