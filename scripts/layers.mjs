/*
 * Who may import whom in src/: the rules of docs/architecture.md for eslint.
 * A room is a folder of src/ or a file directly in it.
 */
import { basename, dirname } from 'node:path/posix';

/** From the top down: a room may import those below it, none above and none beside it. */
const FLOORS = [
  ['main.ts', 'cli.ts'],
  ['cli'],
  ['registry', 'docker', 'git', 'github', 'system', 'embedded'],
  ['run.ts'],
  ['report'],
  ['observe.ts', 'classify.ts', 'load.ts', 'select.ts', 'execute.ts'],
  ['request.ts', 'want.ts'],
  ['builds', 'trust'],
  ['plan'],
  ['gates'],
  ['ci'],
  ['policy'],
  ['config', 'ports.ts'],
  ['oci'],
  ['shared'],
  ['errors.ts', 'version.ts'],
];
const floorOf = new Map(FLOORS.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));

const ADAPTERS = FLOORS[2];
/** Adapters know these by their types alone, so that nothing outside runs a part of the flow. */
const STAGES = [
  'run.ts',
  'observe.ts',
  'classify.ts',
  'load.ts',
  'select.ts',
  'execute.ts',
  'request.ts',
  'want.ts',
];

/**
 * What may be imported of a folder from outside besides the file with its name and its model. Folders that are not
 * here are tools, or adapters that are opened one by one: each of their files stands for itself.
 */
const DOORS = {
  builds: [
    'build',
    'cache',
    'check',
    'dockerfile',
    'inputs',
    'labels',
    'machines',
    'platform-stages',
    'release',
    'state',
  ],
  config: ['add', 'edit', 'entries', 'forge', 'promotion', 'source', 'starter', 'yaml'],
  gates: ['port'],
  plan: ['conflicts', 'decide', 'drift', 'looks', 'overrides', 'reasons'],
  policy: ['fit', 'pattern', 'refname', 'template'],
  registry: ['credentials', 'transport'],
  trust: ['check', 'material', 'record', 'recorder', 'rules'],
  report: ['annotations', 'format', 'lines', 'nothing', 'outputs', 'render', 'summary'],
};

const roomOf = (file) => /(?:^|\/)src\/([^/]+)/.exec(file)?.[1];

/**
 * Why one file must not import another; null when it may.
 * @param {string} from path of a file in src/
 * @param {string} to the same, of what it imports
 * @param {boolean} typeOnly does it import types alone?
 */
export function forbidden(from, to, typeOnly) {
  const [user, used] = [roomOf(from), roomOf(to)];
  if (user === undefined || used === undefined || user === used) return null;
  const [high, low] = [floorOf.get(user), floorOf.get(used)];
  if (high === undefined || low === undefined) {
    return `${high === undefined ? user : used} has no floor in scripts/layers.mjs`;
  }
  if (low < high) return `${user} stands below ${used}`;
  if (low === high) return `${user} and ${used} stand side by side`;
  if (ADAPTERS.includes(user) && STAGES.includes(used) && !typeOnly) {
    return `${user} may know ${used} by its types alone`;
  }
  const name = basename(to, '.ts');
  const doors = [used, basename(dirname(to)), 'model', ...(DOORS[used] ?? [])];
  if (used in DOORS && !doors.includes(name)) return `${name} is inside ${used}; enter by its door`;
  return null;
}

/** The rule for eslint: every import of a file of src/ goes down, and through a door. */
export const layers = {
  rules: {
    down: {
      meta: { type: 'problem', schema: [], messages: { wrong: '{{why}} (docs/architecture.md).' } },
      create(context) {
        const check = (node, source, typeOnly) => {
          if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
          const to = new URL(source.value, `file://${context.filename}`).pathname.replace(/\.js$/, '.ts');
          const why = forbidden(context.filename, to, typeOnly);
          if (why !== null) context.report({ node, messageId: 'wrong', data: { why } });
        };
        const isType = (node, kind) =>
          node[kind] === 'type' ||
          (node.specifiers?.length > 0 && node.specifiers.every((each) => each[kind] === 'type'));
        return {
          ImportDeclaration: (node) => check(node, node.source, isType(node, 'importKind')),
          ExportNamedDeclaration: (node) => check(node, node.source, isType(node, 'exportKind')),
          ExportAllDeclaration: (node) => check(node, node.source, isType(node, 'exportKind')),
          ImportExpression: (node) => check(node, node.source, false),
          TSImportType: (node) => check(node, node.source ?? node.argument?.literal, true),
        };
      },
    },
  },
};
