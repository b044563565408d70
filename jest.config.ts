/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

/** Native ES modules, compiled by SWC with the metadata that the decorators need. */
const project = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    // Not a library's `.json.js`, which is no JSON.
    '^(\\.{1,2}/.*)(?<!\\.json)\\.js$': '$1',
    // From its sources, so that nothing has to be built before.
    '^@tokenvue/sdk/guardrails$': '<rootDir>/../sdk/src/guardrails/index.ts',
    '^@tokenvue/sdk/guardrails/countries$': '<rootDir>/../sdk/src/guardrails/countries.ts',
  },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          target: 'es2022',
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
} satisfies Config;

/** What starts servers: most of its time would go into loading packages for each file again. */
const withServers = {
  ...project,
  transform: {
    ...project.transform,
    '/node_modules/.+\\.[cm]?js$': '<rootDir>/../server/src/testing/native-package.mjs',
  },
  transformIgnorePatterns: [],
  // Whatever file a test imports first, the decorators in it find what they need.
  setupFiles: ['reflect-metadata'],
  testEnvironment: '<rootDir>/../server/src/testing/test-environment.mjs',
  globalSetup: '<rootDir>/../server/src/testing/global-setup.mjs',
  globalTeardown: '<rootDir>/../server/src/testing/global-teardown.mjs',
} satisfies Config;

/** The tests of the server whose files end in `.<kind>.ts`. */
function ofServer(displayName: string, kind: string) {
  return {
    ...withServers,
    displayName,
    rootDir: 'server',
    testMatch: [`<rootDir>/src/**/*.${kind}.ts`],
  };
}

/** Tests of the SDK against servers. */
const againstServers = '**/sdk/src/server*.test.ts';

// biome-ignore lint/style/noProcessEnv: read where the tests are set up, as in their files.
const isShared = process.env['TEST_DATABASE_URL'] !== undefined;

const config: Config = {
  // On a busy machine everything takes many times as long; a database of several nodes takes longer still, and files that
  // share it come one after the other.
  testTimeout: isShared ? 120_000 : 60_000,
  // Tests wait for the database more than they compute.
  maxWorkers: isShared ? 1 : '100%',
  // A worker holds a gigabyte in the end, and on a busy machine takes longer to go than the half second that Jest gives.
  workerGracefulExitTimeout: 10_000,
  projects: [
    // What `npm test` runs: minutes at the most.
    ofServer('server', 'test'),
    { ...withServers, displayName: 'sdk', rootDir: 'sdk', testMatch: [againstServers] },
    {
      ...project,
      displayName: 'sdk',
      rootDir: 'sdk',
      testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/examples/*/src/**/*.test.ts', `!${againstServers}`],
    },
    // What takes longer or needs more, each by a command of its own: what holds of every mutation, query and list, what
    // the documentation tells to do, properties that need many cases, a connection pooler, a browser.
    ofServer('api', 'api'),
    ofServer('recipes', 'recipe'),
    ofServer('long', 'long'),
    { ...project, displayName: 'long', rootDir: 'sdk', testMatch: ['<rootDir>/src/**/*.long.ts'] },
    ofServer('pooler', 'pooler'),
    ofServer('browser', 'browser'),
  ],
};

export default config;
