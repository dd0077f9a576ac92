/**
 * Every function that reads what strangers wrote (the tag file, git, registries, GitHub, docker) takes linear time, whatever
 * the text repeats. Measured is CPU time for one size and four times as much, as in __tests__/support/cpu.ts.
 */
import { test } from '@jest/globals';

import { parseCsv, readRecords } from '../../src/builds/csv.js';
import { emulationOf } from '../../src/builds/dockerfile.js';
import { annotationLines, labelLines } from '../../src/builds/labels.js';
import * as options from '../../src/builds/options.js';
import { parseCommit } from '../../src/config/commit.js';
import { parsePromotions } from '../../src/config/promotion.js';
import { readConfig } from '../../src/config/config.js';
import { parseBuildxVersion, parseInspect } from '../../src/docker/inspect.js';
import { cleanLine, lineSplitter } from '../../src/docker/output.js';
import { OperationError, UserError } from '../../src/errors.js';
import { editReference } from '../support/github/edit.js';
import { parsePath } from '../../src/github/follow-up/path.js';
import { fingerprintIn, withoutFingerprint } from '../../src/github/follow-up/plan.js';
import { decode, isSealed } from '../../src/github/payload.js';
import { readReviewed } from '../../src/github/review/reviewed.js';
import { notesIn } from '../../src/github/tracking/body.js';
import { versionLine } from '../../src/github/tracking/events.js';
import { readLedger } from '../../src/github/tracking/ledger.js';
import { bareMediaType, parseJson } from '../../src/oci/manifest.js';
import { knownPlatform, parsePlatform } from '../../src/oci/platform.js';
import { parseReference, parseRepository, parseTag } from '../../src/oci/reference.js';
import { explainMatch, parsePattern, readAll } from '../../src/policy/pattern.js';
import { parseRef, toTagPart, visible } from '../../src/policy/refname.js';
import { parseTemplate, renderText } from '../../src/policy/template.js';
import { parseChallenges } from '../../src/registry/auth/challenge.js';
import { parseDockerConfig } from '../../src/registry/auth/docker-config.js';
import { judge } from '../../src/registry/http/retry.js';
import { createSecrets } from '../../src/registry/http/redact.js';
import { createWarnings } from '../../src/registry/http/transport.js';
import { clean, nextLink } from '../../src/registry/request.js';
import { flowchart } from '../../src/report/mermaid.js';
import * as markdown from '../../src/shared/markdown.js';
import * as text from '../../src/shared/text.js';
import { authorizer, challengeFor, PULL } from '../support/authorizer.js';
import { expectLinear } from '../support/cpu.js';
import { reportAction } from '../support/reports.js';

const none = (): void => undefined;
const pattern = (source: string) => {
  const parsed = parsePattern(source);
  if (!parsed.ok) throw new Error(parsed.what);
  return parsed.value;
};
const VERSION = pattern('v{major}.{minor}-{rest:text}');
const RUNS = pattern('**{a}*-{b:text}');
const file = (label: string): Uint8Array =>
  Buffer.from(
    `policy: semver\nbuilds:\n  - name: docker.io/o/a\n    labels: { a: ${JSON.stringify(label)} }\n` +
      `images:\n  - { name: docker.io/o/b, src_build_tag: b, tag: t, src_ref: ${JSON.stringify(label)}, bug: ${JSON.stringify(label)},\n` +
      `      references: [ { file: ${JSON.stringify(label)}, path: ${JSON.stringify(label)} } ] }\n`,
  );

const FOLLOW_UP = {
  image: { registry: 'docker.io', repository: 'o/a' },
  tag: 'b',
  digest: `sha256:${'0'.repeat(64)}`,
};

const READERS: Readonly<Record<string, (foreign: string) => unknown>> = {
  // the tag file and the inputs
  'the values of a tag file': (foreign) => readConfig([{ path: 'x.yaml', bytes: file(foreign) }]),
  'a tag file': (foreign) => readConfig([{ path: 'x.yaml', bytes: Buffer.from(foreign) }]),
  'a line of promotions': parsePromotions,
  'a commit': parseCommit,
  'a commit behind a host': (foreign) => parseCommit(`https://forge.example/${foreign}`),
  'a repository': parseRepository,
  'a repository behind a host': (foreign) => parseRepository(`docker.io/${foreign}`),
  'a host': (foreign) => parseRepository(`${foreign}/a`),
  'a reference': parseReference,
  'a tag': parseTag,
  'a platform': parsePlatform,
  'a platform that may exist': knownPlatform,
  'a ref': parseRef,
  'a template': parseTemplate,
  'a text with variables': (foreign) => parseTemplate(foreign, true),
  'a rendered text': (foreign) => renderText(foreign, () => '1', ['a']),
  'a pattern': parsePattern,
  'a match of fields': (foreign) => explainMatch(VERSION, `v1.${foreign}`),
  'a match of runs': (foreign) => explainMatch(RUNS, foreign),
  'the readings of a tag': (foreign) => readAll(RUNS, foreign),
  'a part of a tag': (foreign) => toTagPart(foreign, 100, true),
  'a duration': text.parseDuration,
  'a time span': text.parseTimeSpan,
  'a near word': (foreign) => text.suggest(foreign, ['images', 'builds']),
  CSV: parseCsv,
  records: (foreign) => readRecords(foreign, { relaxed: true, comments: true }),
  'a secret': (foreign) => options.parseSecret(foreign, true),
  'SSH keys': options.parseSsh,
  'a cache': options.parseCache,
  'an attestation': (foreign) => options.parseAttestation('sbom', foreign),
  'a limit': options.parseUlimit,
  'a size': options.parseShmSize,
  'a host with its address': options.parseHost,
  'levels of an annotation': options.annotationLevels,
  'a context': options.parseNamedContext,
  'a path': options.parseLocalPath,
  labels: (foreign) => labelLines({ a: foreign }),
  annotations: (foreign) => annotationLines([{ levels: null, text: `a=${foreign}` }]),
  // the checkout and docker
  'a Dockerfile': (foreign) => emulationOf(foreign, null),
  'a line of a Dockerfile': (foreign) => emulationOf(`FROM a AS b\nRUN ${foreign}\nFROM b\n`, null),
  'lines of docker': (foreign) => {
    const splitter = lineSplitter(none);
    for (let at = 0; at < foreign.length; at += 1_000) splitter.push(foreign.slice(at, at + 1_000));
    splitter.flush();
  },
  'a line of docker': (foreign) => cleanLine(foreign, ['secret']),
  'a version of buildx': parseBuildxVersion,
  'a builder': parseInspect,
  'platforms of a builder': (foreign) => parseInspect(`Name: a\nNodes:\nName: b\nPlatforms: ${foreign}\n`),
  // registries
  'a challenge': parseChallenges,
  'a parameter of a challenge': (foreign) => parseChallenges(`Bearer realm="${foreign}`),
  scopes: (foreign) => authorizer().challenged(PULL, challengeFor(foreign), undefined),
  'a Link': nextLink,
  'a parameter of a Link': (foreign) => nextLink(`<a>${foreign}`),
  'a warning': (foreign) => createWarnings(none)('reg.example', foreign),
  'an error': clean,
  'a Retry-After': (foreign) =>
    judge(
      { status: 429, retryAfter: foreign },
      { repeatable: true, tries: 1, maxTries: 5, now: 0, random: 0 },
    ),
  'a media type': bareMediaType,
  JSON: (foreign) => parseJson(Buffer.from(foreign)),
  URLs: (foreign) => createSecrets(none).scrub(foreign),
  'a docker config': (foreign) => {
    try {
      return parseDockerConfig(Buffer.from(foreign), 'x');
    } catch (error) {
      return error;
    }
  },
  // GitHub
  'recorded data': (foreign) => decode('plan', foreign),
  'a seal': isSealed,
  'a review': readReviewed,
  'a ledger': readLedger,
  notes: notesIn,
  'a fingerprint': fingerprintIn,
  'a text without its fingerprint': withoutFingerprint,
  'a version': (foreign) => versionLine(foreign, {}),
  'a path in a file': parsePath,
  'a file of a follow-up': (foreign) => editReference(foreign, '**.image', FOLLOW_UP),
  'a value in a file of a follow-up': (foreign) =>
    editReference(`a:\n  - image: ${JSON.stringify(foreign)}\n`, '**.a.**.**.image', FOLLOW_UP),
  'the way to a value': (foreign) => editReference('a:\n  - image: b\n', foreign, FOLLOW_UP),
  // what is printed
  'one line': text.harmless,
  'printed lines': (foreign) => text.printable(foreign, false),
  'printed lines on a terminal': (foreign) => text.printable(foreign, true),
  'a text without times': text.withoutSpans,
  'a text that ends': (foreign) => text.trimEnd(foreign, '/# '),
  'a shown name': visible,
  'a cell': (foreign) => markdown.escapeCell(foreign, 1e6),
  code: markdown.code,
  'a link': (foreign) => markdown.link('a', foreign),
  'a line': (foreign) => markdown.oneLine(foreign, 1e6),
  'a cut text': (foreign) => markdown.cut(foreign, 1_000, 'cut'),
  'a picture': (foreign) => flowchart([reportAction({ image: foreign, source: foreign })]),
};

/** What is repeated, and what comes behind it: an expression that cannot end there tries all that it has passed again. */
const REPEATED = [
  ...Array.from('a0/-._ \n\t"\\,=#`{}<>()*&%@:~[]$!+|;?'),
  ...['{a', '{a}', 'a.', 'a:', 'a/', '0.', '#/', '. ', '\r\n', '\n ', ' \n', '\\"', '&a ', '*a ', '- ', '? '],
  ...[
    '--from=',
    '<<a\n',
    'http://',
    '<a>; ',
    'a="',
    '<!-- ',
    '<details>',
    '/commit/',
    '##[',
    '@a',
    '\u200b',
    '%{a',
    '0 d',
  ],
];
const ENDS = ['\0!', '/a}"'];

test.each(Object.entries(READERS))('threat 16: %s takes linear time', (_name, read) => {
  for (const piece of REPEATED) {
    for (const end of ENDS)
      expectLinear((size) => outcome(read, piece.repeat(size / piece.length) + end), 10_000);
  }
});

function outcome(read: (foreign: string) => unknown, foreign: string): unknown {
  try {
    return read(foreign);
  } catch (error) {
    if (error instanceof UserError || error instanceof OperationError) return error;
    throw error;
  }
}
