import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, test } from '@jest/globals';
import Ajv, { type ValidateFunction } from 'ajv';
import { parse as parseYaml, parseAllDocuments } from 'yaml';

import { parseConfig } from '../src/config/config.js';
import { UserError } from '../src/errors.js';
import { COMMANDS, FLAGS } from '../src/cli/args.js';
import { ReportSchema } from '../src/report/model.js';

/** The files below `folder` whose path matches. */
function files(folder: string, name: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => name.test(path))
    .sort();
}

/** What users read: everything that is claimed there and can be checked without running it. */
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  'ci/README.md',
  ...files('docs', /\.md$/),
  ...files('examples', /\.md$/),
].sort();
const text = new Map(PAGES.map((page) => [page, readFileSync(page, 'utf8')]));

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly body: string;
}

/** The fenced blocks of a page. */
function blocks(page: string): Block[] {
  const source = text.get(page) ?? '';
  return [...source.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map((match) => ({
    page,
    line: source.slice(0, match.index).split('\n').length + 1,
    language: match[1] ?? '',
    body: match[2] ?? '',
  }));
}
const ALL = PAGES.flatMap(blocks);
const titled = (found: readonly Block[]): [string, Block][] =>
  found.map((block) => [`${block.page}:${block.line}`, block]);

/** GitHub's anchor of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/`|\*|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function anchors(page: string): Set<string> {
  const source = (text.get(page) ?? readFileSync(page, 'utf8')).replace(/^```[\s\S]*?^```/gm, '');
  return new Set([...source.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading)));
}

describe('links', () => {
  test.each(PAGES)('%s: every relative link leads somewhere', (page) => {
    const source = (text.get(page) ?? '').replace(/^```[\s\S]*?^```/gm, '');
    const targets = [...source.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, to = '']) => to);
    const broken = targets.filter((target) => {
      const [path = '', fragment] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(file)) return true;
      return fragment !== undefined && statSync(file).isFile() && !anchors(file).has(fragment);
    });
    expect(broken).toEqual([]);
  });

  test('every page of docs can be reached from README', () => {
    const seen = new Set<string>();
    const follow = (page: string): void => {
      if (seen.has(page) || !text.has(page)) return;
      seen.add(page);
      for (const [, to = ''] of (text.get(page) ?? '').matchAll(/\]\(([^)#\s]+\.md)/g)) {
        follow(join(dirname(page), to));
      }
    };
    follow('README.md');
    expect(PAGES.filter((page) => !seen.has(page))).toEqual([]);
  });
});

/** The command lines of Retag in a text: `retag …` at the start of a line (after a prompt) or of a code span. */
function commandLines(source: string): string[] {
  const fenced = [...source.matchAll(/^```(?:console|sh|bash)\n([\s\S]*?)^```/gm)]
    .flatMap(([, body = '']) => body.split('\n'))
    .map((line) => line.replace(/^\$ /, ''));
  const spans = [...source.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, span = '']) => span,
  );
  return [...fenced, ...spans]
    .map((line) => /^(?:retag|node dist\/cli\.cjs) (.+)$/.exec(line)?.[1] ?? '')
    .map((line) => line.replace(/ [|#].*$/, ''))
    .filter((line) => line !== '');
}

describe('commands', () => {
  const shown = PAGES.flatMap((page) =>
    commandLines(text.get(page) ?? '').map((line): [string, string] => [line, page]),
  );

  test('are shown', () => {
    expect(shown.length).toBeGreaterThan(20);
  });

  test.each(shown)('retag %s (%s)', (line) => {
    const words = line.split(/\s+/);
    const command = words[0] ?? '';
    if (command.startsWith('--')) {
      expect(['--help', '--version']).toContain(command);
      return;
    }
    expect(COMMANDS).toContain(command);
    const flags = words
      .filter((word) => word.startsWith('--'))
      .map((word) => word.slice(2).split('=')[0] ?? '');
    const unknown = flags.filter((flag) => !FLAGS[flag]?.commands.some((each) => each === command));
    expect(unknown).toEqual([]);
  });

  test.each(PAGES)(
    '%s: every flag in the text is one of Retag, or stands with the tool that has it',
    (page) => {
      const spans = [
        ...(text.get(page) ?? '').replace(/^```[\s\S]*?^```/gm, '').matchAll(/`(--[a-z][a-z-]*)[^`]*`/g),
      ];
      const unknown = spans.map(([, flag = '']) => flag.slice(2)).filter((flag) => !(flag in FLAGS));
      expect(unknown.filter((flag) => !FLAGS_OF_OTHERS.includes(flag))).toEqual([]);
    },
  );
});

/** Of cosign, crane, skopeo, regsync, docker buildx and of StarlingX's script, which the pages compare with. */
const FLAGS_OF_OTHERS = [
  'all',
  'append-suffix',
  'keep-going',
  'on',
  'allow',
  'dry-run',
  'dryrun',
  'no-clobber',
  'repush',
  'version',
  'add-host',
  'secret',
  'ssh',
  'key',
];

describe('tag files', () => {
  const whole = ALL.filter(({ language, body }) => {
    const first = body.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
    return (
      language === 'yaml' && /^(?:images|builds|policy|tracking|runners|on_hold|stage_policy):/.test(first)
    );
  });

  test('are shown', () => {
    expect(whole.length).toBeGreaterThan(10);
  });

  test.each(titled(whole))('%s parses', (_where, { page, body }) => {
    expect(problemsOf(page, body)).toEqual([]);
  });

  test.each(files('examples', /image-tags\.yaml$/))('%s parses', (path) => {
    expect(problemsOf(path, readFileSync(path, 'utf8'))).toEqual([]);
  });

  function problemsOf(path: string, source: string): string[] {
    try {
      parseConfig([{ path, bytes: new TextEncoder().encode(source) }]);
      return [];
    } catch (error) {
      if (error instanceof UserError) return error.problems.map(({ what }) => what);
      throw error;
    }
  }
});

describe('YAML', () => {
  const yaml = ALL.filter(({ language }) => /^ya?ml$/.test(language));
  const { inputs } = parseYaml(readFileSync('action.yml', 'utf8')) as { inputs: object };
  const keysOf = (body: string): string[] => Object.keys(parseYaml(body) as object);
  const within =
    (known: readonly string[]) =>
    (body: string): void =>
      expect(keysOf(body).filter((key) => !known.includes(key))).toEqual([]);
  const fileOf =
    (before: string) =>
    (body: string): void => {
      const bytes = new TextEncoder().encode(`${before}${body}`);
      parseConfig([{ path: 'shown.yaml', bytes }]);
    };
  const [TAG_FILE, WORKFLOW, REUSED] = [/^\w+:/, /uses: retag\/retag@/, /uses: retag\/retag\/\.github/];
  const ROOTS =
    /^(?:images|builds|policy|tracking|runners|on_hold|stage_policy|trust|record|trusted_root|review|destinations):/;

  /** Every block is one of these, or a reader could not tell what it is. The first that fits counts. */
  const KINDS: readonly (readonly [
    what: string,
    is: (first: string, body: string) => boolean,
    check: (body: string) => void,
  ])[] = [
    [
      'a workflow or its steps',
      (_, body) => WORKFLOW.test(body) || REUSED.test(body),
      (body) => void parseYaml(body),
    ],
    ['a tag file', (first) => TAG_FILE.test(first) && ROOTS.test(first), fileOf('')],
    ['builds of a tag file', (first) => first.startsWith('- name:'), fileOf('policy: semver\nbuilds:\n')],
    ['inputs', (first) => (first.split(':')[0] ?? '') in inputs, within(Object.keys(inputs))],
    [
      'a part of a job',
      (first) => /^\s*(?:permissions|concurrency):/.test(first),
      within(['permissions', 'concurrency']),
    ],
  ];

  test('blocks are shown', () => {
    expect(yaml.length).toBeGreaterThan(30);
  });

  test.each(titled(yaml))('%s is of a kind that is checked', (_where, { page, body }) => {
    // Files of other systems: "npm run lint:workflows" holds those of CI to their schemas.
    if (page === 'docs/ci-systems.md' || body.startsWith('apiVersion:')) {
      expect(parseAllDocuments(body).flatMap(({ errors }) => errors)).toEqual([]);
      return;
    }
    const first = body.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
    const kind = KINDS.find(([, is]) => is(first, body));
    expect(kind?.[0]).toBeDefined();
    kind?.[2](body);
  });
});

describe('references', () => {
  const schema = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(`schema/${name}.schema.json`, 'utf8')) as Record<string, unknown>;

  /** The names of all properties in a JSON Schema. */
  function keys(node: unknown): string[] {
    if (typeof node !== 'object' || node === null) return [];
    const { properties = {} } = node as { properties?: Record<string, unknown> };
    return [...Object.keys(properties), ...Object.values(node).flatMap(keys)];
  }

  test('tag-file.md names every key of the tag file', () => {
    const page = text.get('docs/tag-file.md') ?? '';
    const missing = keys(schema('tag-file')).filter(
      (key) => !new RegExp(`\`[^\`]*\\b${key}\\b[^\`]*\``).test(page),
    );
    expect(missing).toEqual([]);
  });

  test('report.md names every key of a report and of an action', () => {
    const page = text.get('docs/report.md') ?? '';
    const action = ReportSchema.entries.actions.item.entries;
    const missing = [...Object.keys(ReportSchema.entries), ...Object.keys(action)].filter(
      (key) => !page.includes(`\`${key}\``),
    );
    expect(missing).toEqual([]);
  });

  test.each(titled(ALL.filter(({ page, language }) => page === 'docs/report.md' && language === 'json')))(
    '%s is a report, or the mistakes instead of one',
    (_where, { body }) => {
      const ajv = new Ajv.default({ strict: false }).addSchema(schema('report'), 'report');
      const document = JSON.parse(body) as object;
      const validate = ajv.getSchema(
        'errors' in document ? 'report#/$defs/errors' : 'report',
      ) as ValidateFunction;
      validate(document);
      expect(validate.errors ?? []).toEqual([]);
    },
  );

  test('troubleshooting.md has every reason', () => {
    const page = text.get('docs/troubleshooting.md') ?? '';
    const reasons = ReportSchema.entries.actions.item.entries.reason.entries.code.options;
    expect(reasons.filter((reason) => !page.includes(`| \`${reason}\``))).toEqual([]);
  });
});

describe('workflows', () => {
  const { inputs } = parseYaml(readFileSync('action.yml', 'utf8')) as { inputs: Record<string, unknown> };
  const sources = [
    ...ALL.filter(({ language }) => language === 'yaml').map(({ page, line, body }) => [
      `${page}:${line}`,
      body,
    ]),
    ...files('examples', /\.ya?ml$/).map((path) => [path, readFileSync(path, 'utf8')]),
  ].filter(([, body = '']) => body.includes('uses: retag/retag@')) as [string, string][];

  /** The inputs that the steps in some YAML give to Retag. */
  function given(node: unknown): string[] {
    if (typeof node !== 'object' || node === null) return [];
    const { uses, with: own = {} } = node as { uses?: unknown; with?: Record<string, unknown> };
    const here = typeof uses === 'string' && uses.startsWith('retag/retag@') ? Object.keys(own) : [];
    return [...here, ...Object.values(node).flatMap(given)];
  }

  test.each(sources)('%s gives the action inputs that it has', (_where, body) => {
    expect(given(parseYaml(body)).filter((name) => !(name in inputs))).toEqual([]);
  });
});

describe('words', () => {
  /** What a reader whose first language is not English stumbles over, and the usual word for it. */
  const AVOIDED: readonly (readonly [RegExp, string])[] = [
    [/\bmend(?:s|ed|ing)?\b/, 'fix'],
    [/\b(?:is|are) (?:said|told)\b/, 'print, report'],
    [/\bspoken to\b/, 'connect to'],
    [/\bleave (?:\S+ )?away\b/, 'omit'],
    [/\bwhat is there\b/, 'the thing itself'],
    [/\bneeds no word\b|\ba word of its own\b/, 'not needed'],
    [/\bas \S+ takes? them\b/, 'in the format of'],
    [/\bdoubts?\b/, 'warning'],
    [/\bsalvag|\baftermath\b|\blookouts?\b/, 'the name of the field'],
    [/\bcontract(?:'s)? (?:section )?\d/, 'a page of docs, which a reader can open'],
  ];
  const read = ['README.md', 'action.yml', ...files('docs', /\.md$/), ...files('src', /\.ts$/)];

  test.each(AVOIDED)('nothing that people read says %s (write: %s)', (word) => {
    const everywhere = new RegExp(word.source, 'i');
    const found = read.filter((path) =>
      everywhere.test(readFileSync(path, 'utf8').replace(/\n\s*(?:\*|\/\/|>)?\s*/g, ' ')),
    );
    expect(found).toEqual([]);
  });
});
