/**
 * Imports go down: what may not import what, and why. `npm run lint` checks it on the sources, where types count too,
 * and on the compiled server, where only what really runs is left.
 */
const base =
  'server/src/(config|errors|ids|money|decimal|text)[.]ts$|server/src/(access|audit|auth|database|pagination)/';
const composition = '^server/dist/(main|app|schema|context|loaders)[.]js$';
const entryPoints = '^server/dist/(cli/.*|http/server)[.]js$';
const tests = '[.](test|browser)[.]ts$|/testing/|/scripts/|/bench/';

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
      comment: 'Configuration, errors, access and audit serve every feature and know none.',
      severity: 'error',
      from: { path: base, pathNot: tests },
      to: { path: '^server/src/', pathNot: `${base}|^server/src/graphql/|^server/src/[^/]+[.]ts$` },
    },
    {
      name: 'workspace-knows-no-child',
      comment: 'The child knows its parent and never the other way round.',
      severity: 'error',
      from: { path: '^server/src/(workspace|organization)/', pathNot: tests },
      to: {
        path: '^server/src/(member|virtual-key|review|audit-log|summary|active-workspace|node|viewer|service-token|team-access|demo)/',
      },
    },
    {
      name: 'nothing-imports-the-composition',
      comment: 'app, schema, context and main import everything; others may know their types only.',
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
      name: 'server-knows-no-sdk',
      severity: 'error',
      from: { path: '^server/', pathNot: tests },
      to: { path: '^sdk/' },
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
      path: '^sdk/dist/|^server/dist/graphiql/assets/|^server/dist/workspace-page/|^sdk/examples/.*[.]tsx$',
    },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
