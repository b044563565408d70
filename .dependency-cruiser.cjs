/**
 * Imports go down: what may not import what, and why. `npm run lint` checks it on the sources, where types count too,
 * and on the compiled server, where only what really runs is left.
 */

/** What every feature stands on; knows none of them. A file beside the folders that is none of these composes. */
const base = ['config', 'errors', 'text', 'credentials', 'case-folding', 'unicode.generated', 'counters', 'url'].map(
  (file) => `^server/src/${file}[.]ts$`,
);
const baseFolders = ['access', 'audit', 'auth', 'command', 'database', 'fetch', 'graphql', 'jobs'];
/** The edge: knows the base, and no feature. */
const edge = ['http', 'graphiql', 'embedded-postgres'];
/**
 * The features, each folder a noun, that others stand on or that stand on others: each may import those before it, and none
 * after it. A folder that is named nowhere is a child of the workspace, which nobody imports but what reads all of them.
 */
const features = [
  'organization',
  'user',
  'team',
  'workspace',
  'member',
  'virtual-key',
  'llm-configuration',
  'model-route',
  'guardrail',
  'budget',
  'usage',
  'logs',
  'gateway',
  'insights',
  'active-workspace',
  'review',
  'service-token',
  'audit-log',
  'team-access',
  'viewer',
  'summary',
  'node',
  'demo',
];

const folders = (names) => `^server/src/(${names.join('|')})/`;
const tests = '[.](test|api|browser|long|recipe|pooler)[.]ts$|/testing/|/scripts/|/bench/';
const composition = '^server/dist/(main|app|schema|registry)[.]js$';
const entryPoints = '^server/dist/(cli/.*)[.]js$';

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Files that import each other, even as types, cannot be read one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'base-knows-no-feature',
      comment: 'What serves every feature knows none; a folder that is not named above is a feature.',
      severity: 'error',
      from: { path: [...base, folders([...baseFolders, ...edge])], pathNot: tests },
      to: { path: '^server/src/', pathNot: [...base, folders([...baseFolders, ...edge])] },
    },
    {
      name: 'base-knows-no-edge',
      comment: 'Features and what they stand on know nothing of HTTP, nor where PostgreSQL comes from.',
      severity: 'error',
      from: { path: [...base, folders([...baseFolders, ...features])], pathNot: tests },
      to: { path: folders(edge) },
    },
    {
      name: 'child-knows-the-workspace',
      comment: 'A feature that is not named above knows the workspace and what comes before it, and no other.',
      severity: 'error',
      from: {
        path: '^server/src/([^/]+)/',
        pathNot: [tests, folders([...baseFolders, ...edge, ...features, 'cli', 'browser'])],
      },
      to: {
        path: '^server/src/',
        pathNot: [
          ...base,
          folders([...baseFolders, ...features.slice(0, features.indexOf('workspace') + 1)]),
          '^server/src/$1/',
        ],
      },
    },
    ...features.map((feature, index) => ({
      name: `${feature}-knows-what-comes-before`,
      comment: 'The child knows its parent and never the other way round.',
      severity: 'error',
      from: { path: folders([feature]), pathNot: tests },
      to: {
        path: '^server/src/',
        pathNot: [...base, folders([...baseFolders, ...features.slice(0, index + 1)])],
      },
    })),
    {
      name: 'nothing-imports-the-composition',
      comment: 'main, app, schema and registry import everything; others may know their types only.',
      severity: 'error',
      from: { path: '^server/dist/', pathNot: `${composition}|${entryPoints}` },
      to: { path: composition },
    },
    {
      name: 'sdk-stands-alone',
      comment: 'The SDK and the server meet in schema.graphql and nowhere else.',
      severity: 'error',
      from: { path: '^sdk/', pathNot: tests },
      to: { path: '^server/' },
    },
    {
      name: 'server-knows-of-the-sdk-what-evaluates-guardrails',
      comment: 'A guardrail means the same in a gateway and here.',
      severity: 'error',
      from: { path: '^server/', pathNot: tests },
      to: { path: '^sdk/', pathNot: '^sdk/(dist/esm|src)/guardrails/(index|countries)[.]' },
    },
    {
      name: 'examples-use-the-package',
      comment: 'An example imports the SDK by its name, as everybody else does.',
      severity: 'error',
      from: { path: '^sdk/examples/' },
      to: { path: '^sdk/src/' },
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'What is shipped imports no test and no test helper.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'no-unlisted-packages',
      comment: 'A package that is imported stands in the package.json beside it.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    // Tests and tools take what the root's package.json lists for both workspaces.
    combinedDependencies: true,
    exclude: {
      // The parser can't read JSX: the page's components are checked as they are compiled.
      path: '^sdk/dist/(?!esm/)|^server/dist/graphiql/assets/|^server/dist/console/|^sdk/examples/.*[.]tsx$',
    },
    doNotFollow: { path: ['node_modules', '^sdk/dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
