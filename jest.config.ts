/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

/** Native ES modules, compiled by SWC with the metadata that the decorators need. */
const project = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
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

const database = {
  globalSetup: '<rootDir>/../server/src/testing/global-setup.mjs',
  globalTeardown: '<rootDir>/../server/src/testing/global-teardown.mjs',
};

const config: Config = {
  testTimeout: 30_000,
  // Tests wait for the database more than they compute.
  maxWorkers: '100%',
  projects: [
    {
      ...project,
      ...database,
      displayName: 'server',
      rootDir: 'server',
      testMatch: ['<rootDir>/src/**/*.test.ts'],
    },
    {
      ...project,
      ...database,
      displayName: 'sdk',
      rootDir: 'sdk',
      testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/examples/*/src/**/*.test.ts'],
    },
    {
      ...project,
      ...database,
      displayName: 'browser',
      rootDir: 'server',
      testMatch: ['<rootDir>/src/**/*.browser.ts'],
    },
  ],
};

export default config;
