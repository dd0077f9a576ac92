import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/*
 * The direction of dependencies (docs/architecture.md), left may import right:
 *   main, cli → run → observe, execute, report → plan → policy → pattern, config → errors
 * Stages know adapters only by the types of ports.ts; adapters never import each other.
 * Two blocks that set one rule for one file do not add up (the later wins), so each file kind is matched once.
 */
const adapters = ['registry', 'docker', 'github', 'git', 'embedded', 'system'];

const forbidAdapters = (...names) =>
  names.map((name) => ({
    group: [`**/${name}/**`, '!**/testing/**'],
    allowTypeImports: false,
    message: `This file must not import src/${name}; go through ports.ts.`,
  }));
const forbidActions = {
  group: ['@actions/*'],
  message: 'Only src/github and src/main.ts may import @actions/*.',
};
// Names with a leading slash match the bare module only, not src/registry/http.
const forbidNetwork = {
  group: [
    'node:http',
    'node:https',
    'node:net',
    'node:tls',
    '/http',
    '/https',
    '/net',
    '/tls',
    '*-proxy-agent',
    '/undici',
  ],
  message: 'Only src/registry/http.ts (and the embedded registry) may use the network.',
};
const forbidOuter = {
  group: ['**/main.js', '**/cli.js', '**/run.js'],
  message: 'Nothing imports the entries or the flow.',
};
const restrictImports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const forbidEnvironment = {
  'no-restricted-globals': [
    'error',
    ...['process', 'console', 'fetch', 'setTimeout', 'setInterval', 'performance'].map((name) => ({
      name,
      message: 'A stage gets clock, environment and output passed in.',
    })),
  ],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Pass the time in.' },
    {
      selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
      message: 'Pass the time in.',
    },
    {
      selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
      message: 'Pass chance in.',
    },
  ],
};

const adapterBlock = (name, { network = false, actions = false } = {}) => ({
  files: [`src/${name}/**/*.ts`],
  rules: restrictImports(
    ...forbidAdapters(...adapters.filter((other) => other !== name)),
    ...(actions ? [] : [forbidActions]),
    ...(network ? [] : [forbidNetwork]),
    forbidOuter,
  ),
});

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'schema/', 'node_modules/', '.stryker-tmp/', 'reports/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
      },
    },
  },
  {
    // the stages: files directly in src/, and the folders that they are made of
    files: [
      'src/*.ts',
      ...['builds', 'config', 'gates', 'oci', 'plan', 'policy', 'report', 'shared'].map(
        (name) => `src/${name}/**/*.ts`,
      ),
    ],
    ignores: ['src/main.ts', 'src/cli.ts'],
    rules: {
      ...restrictImports(...forbidAdapters(...adapters), forbidActions, forbidNetwork, {
        group: ['**/main.js', '**/cli.js'],
        message: 'Nothing imports the entries.',
      }),
      ...forbidEnvironment,
    },
  },
  {
    // the entries: they know everything, and nothing knows them
    files: ['src/cli/**/*.ts', 'src/main.ts', 'src/cli.ts'],
    rules: restrictImports(forbidNetwork, {
      group: ['**/main.js', '**/cli.js'],
      message: 'Nothing imports the entries.',
    }),
  },
  adapterBlock('registry'),
  adapterBlock('docker', { actions: true }),
  adapterBlock('github', { actions: true }),
  adapterBlock('git'),
  adapterBlock('embedded', { network: true }),
  adapterBlock('system'),
  {
    files: ['src/registry/http/**/*.ts', 'src/registry/http.ts'],
    rules: restrictImports(
      ...forbidAdapters(...adapters.filter((n) => n !== 'registry')),
      forbidActions,
      forbidOuter,
    ),
  },
  {
    // one writer: what reaches a stream of the process has been made harmless (src/shared/text.ts)
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/cli.ts', 'src/cli/start.ts', 'src/github/output.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        ...['stdout', 'stderr'].map((property) => ({
          object: 'process',
          property,
          message: 'Print through the log, Io or github/output.ts: foreign text must not become a command.',
        })),
      ],
    },
  },
  {
    files: [
      '__tests__/**/*.ts',
      'e2e/**/*.ts',
      'bench/**/*.ts',
      'scripts/**/*.ts',
      'faults/**/*.ts',
      'testing/**/*.ts',
    ],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    // scripts/test.mjs tells the slow tests by their place
    files: ['__tests__/**/*.test.ts'],
    ignores: ['__tests__/**/bundle/**', '__tests__/**/sweeps/**'],
    rules: restrictImports(
      {
        group: ['**/support/runner.js', '**/support/child.js', '**/support/github/world.js'],
        message: 'A test that starts the bundle belongs in a folder named "bundle".',
      },
      {
        group: ['**/faults/{matrix,races,replay,search}/**'],
        message: 'A test that tries thousands of combinations belongs in a folder named "sweeps".',
      },
    ),
  },
  prettier,
);
