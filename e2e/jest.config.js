import base from '../jest.config.js';

/** End-to-end tests: real registries, BuildKit and clients, started by e2e/support. Run with `npm run e2e`. */
export default {
  ...base,
  rootDir: '..',
  testMatch: ['<rootDir>/e2e/**/*.test.ts'],
};
