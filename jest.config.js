export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  setupFiles: ['<rootDir>/scripts/seed-properties.mjs'],
  // Against hanging only: nothing is judged by how long it takes, and the machine may be busy.
  testTimeout: 120_000,
  // jest leaves one core alone by itself, which is half of a machine with two.
  maxWorkers: '100%',
  // what mutation tests copy
  modulePathIgnorePatterns: ['<rootDir>/.stryker-tmp/'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  collectCoverageFrom: ['src/**/*.ts'],
  reporters: ['default', ...(process.env['JEST_TOTALS'] ? ['<rootDir>/scripts/totals-reporter.mjs'] : [])],
};
