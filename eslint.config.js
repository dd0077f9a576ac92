import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

import { layers } from './scripts/layers.mjs';

/*
 * Who may import whom: scripts/layers.mjs, told in docs/architecture.md. Who may use the network and the runner: below.
 * Two blocks that set one rule for one file do not add up (the later wins), so each file is matched once.
 */
const forbidActions = {
  group: ['@actions/*'],
  message: 'Only src/github, src/docker and src/main.ts may import @actions/*.',
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
  message: 'Only src/registry/http (and the embedded registry) may use the network.',
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

const NETWORK = ['src/registry/http/**/*.ts', 'src/embedded/**/*.ts'];
const RUNNER = ['src/docker/**/*.ts', 'src/github/**/*.ts', 'src/main.ts'];

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
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
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
    files: ['src/**/*.ts'],
    plugins: { layers },
    rules: { 'layers/down': 'error', 'max-lines': ['error', 350] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [...NETWORK, ...RUNNER],
    rules: restrictImports(forbidActions, forbidNetwork),
  },
  { files: NETWORK, rules: restrictImports(forbidActions) },
  { files: RUNNER, rules: restrictImports(forbidNetwork) },
  {
    // the stages: files directly in src/, and the folders that they are made of
    files: [
      'src/*.ts',
      ...['builds', 'config', 'gates', 'oci', 'plan', 'policy', 'report', 'shared'].map(
        (name) => `src/${name}/**/*.ts`,
      ),
    ],
    ignores: ['src/main.ts', 'src/cli.ts'],
    rules: forbidEnvironment,
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
