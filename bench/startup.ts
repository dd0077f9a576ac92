import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLI, MAIN } from '../e2e/support/retag.js';
import { findBinary, temporaryDirectory } from '../e2e/support/stack.js';
import { cleanEnvironment, measure, measureOk, median, ratio, table, time } from './support.js';

const ROUNDS = 21;

/** How long a start takes, against Node's own. */
export async function benchStartup(): Promise<string> {
  const directory = temporaryDirectory('bench-startup');
  try {
    const env = runnerEnvironment(directory.path);
    const rows: string[][] = [];
    for (const node of ['node20', 'node24']) rows.push(...(await startOf(node, env)));
    const header = [`${ROUNDS} rounds, medians`, 'time', 'against `node -e 0`'];
    return ['### Start', table(header, rows)].join('\n\n');
  } finally {
    directory.remove();
  }
}

async function startOf(name: string, env: NodeJS.ProcessEnv): Promise<string[][]> {
  const node = findBinary(name);
  if (node === null) return [[name, 'missing', '']];
  const empty: number[] = [];
  const cli: number[] = [];
  const main: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    empty.push((await measureOk(node, ['-e', '0'])).duration);
    cli.push((await measureOk(node, [CLI, '--version'])).duration);
    const { firstOutput, stderr } = await measure(node, [MAIN], { env });
    if (firstOutput === null) throw new Error(`${MAIN} printed nothing\n${stderr}`);
    main.push(firstOutput);
  }
  const base = median(empty);
  return [
    [`${name}: \`node -e 0\``, time(base), '1.00 ×'],
    [`${name}: \`node dist/cli.cjs --version\``, time(median(cli)), ratio(median(cli), base)],
    [`${name}: \`dist/main.cjs\` to its first output`, time(median(main)), ratio(median(main), base)],
  ];
}

/** What a runner gives an action: inputs, an event, files for outputs. */
function runnerEnvironment(directory: string): NodeJS.ProcessEnv {
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  mkdirSync(join(directory, '.github'));
  const tags = 'images:\n  - name: 127.0.0.1:1/a\n    src_build_tag: b\n    tag: c\n';
  file(join('.github', 'image-tags.yaml'), tags);
  return cleanEnvironment({
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify({ ref: 'refs/heads/main', repository: {} })),
    GITHUB_OUTPUT: file('output', ''),
    GITHUB_STEP_SUMMARY: file('summary', ''),
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: '0'.repeat(40),
    GITHUB_REPOSITORY: 'octo/app',
    GITHUB_WORKSPACE: directory,
    RUNNER_TEMP: directory,
    INPUT_COMMAND: 'validate',
    INPUT_CONFIG: join(directory, '.github', 'image-tags.yaml'),
  });
}
