import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Copy, copyRepository, type Outcome, put, root } from './recipe-copy.js';
import { filesOf, type Recipe, readRecipes } from './recipe-steps.js';

/**
 * CONTRIBUTING's recipes, done on copies of the repository as they are written; a file for each, so that two are tried at
 * once. All that is tried of a recipe is tried in one copy, because Jest compiles what it has not seen in a folder. Most of
 * the time goes into databases of the tests in the copies, so each runs as few of those as can tell.
 */

jest.setTimeout(1_800_000);

const recipes = readRecipes(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'));

/** One way to find out whether something is missing in a copy. */
type Check = (copy: Copy) => Promise<Outcome>;

async function inTurn(copy: Copy, ...checks: readonly Check[]): Promise<Outcome> {
  const outputs: string[] = [];
  for (const check of checks) {
    const { isDone, output } = await check(copy);
    outputs.push(output);
    if (!isDone) return { isDone, output: outputs.join('\n') };
  }
  return { isDone: true, output: outputs.join('\n') };
}

const listMigrations: Check = ({ run }) => run('node', 'server/scripts/list-migrations.mjs');

const serverTypes: Check = (copy) => inTurn(copy, listMigrations, ({ run }) => run('tsc', '-p', 'server'));

/** As `npm run generate` but for the reference, which tells nothing that the types do not. */
const generate: Check = (copy) =>
  inTurn(
    copy,
    ({ run }) => run('npm', 'run', '--silent', 'generate', '-w', 'server'),
    ({ run }) => run('graphql-codegen', '--config', 'codegen.yml', '--errors-only'),
    ({ run }) => run('node', 'sdk/scripts/method-tables.mjs'),
  );

const sdkTypes: Check = (copy) => inTurn(copy, generate, ({ run }) => run('tsc', '-p', 'sdk'));

/** The tests of these files whose names match. */
function tests(names: RegExp, ...files: readonly string[]): Check {
  return ({ run }) =>
    run(
      'npm',
      ...['run', '--silent', 'jest', '--', '--selectProjects', 'server', 'api', 'sdk', '--testPathPatterns', ...files],
      ...['--testNamePattern', names.source],
    );
}

function serverTests(names: RegExp, ...files: readonly string[]): Check {
  return (copy) => inTurn(copy, listMigrations, tests(names, ...files));
}

function sdkTests(names: RegExp, ...files: readonly string[]): Check {
  return (copy) => inTurn(copy, generate, tests(names, ...files));
}

/** What tells that a step is missing, by the step's first file, and what it then says. */
interface Missing {
  readonly file: string;
  readonly check: Check;
  readonly says: RegExp;
}

interface Promised {
  readonly filesMax: number;
  /** A program of the SDK that does with what is new what it is for. */
  readonly program: string;
  /** The tests that promise it, by files and names. */
  readonly tests: readonly [names: RegExp, ...files: string[]];
  /** Every step, in the order of the recipe; of a recipe that is not tried without each, nothing. */
  readonly missing: readonly Missing[];
}

const noTest = /No tests found/;
const promised = {
  'A field that is stored and can be set': {
    filesMax: 6,
    program: `import type { WorkspaceDetails } from './index.js';
export const show = ({ costCenter }: WorkspaceDetails): string => costCenter ?? 'none';
`,
    tests: [
      /cost center|agree on every|fields of Workspace have|is created|every method|present API/,
      ...[
        'cost-center',
        'database/schema',
        'src/isolation',
        'sdk/src/server.test',
        'sdk/src/client',
        'sdk/src/releases',
      ],
    ],
    missing: [
      {
        file: 'server/src/database/migrations/1900000000000-cost-center.ts',
        check: serverTests(/agree on every table/, 'database/schema'),
        says: /workspaces\.cost_center/,
      },
      { file: 'server/src/workspace/workspace.entity.ts', check: generate, says: /costCenter/ },
      { file: 'server/src/workspace/workspace.inputs.ts', check: serverTypes, says: /costCenter/ },
      {
        file: 'server/src/workspace/workspace.commands.ts',
        check: serverTests(/cost center/, 'cost-center'),
        says: /Expected: "K-1"/,
      },
      {
        file: 'server/src/workspace/cost-center.test.ts',
        check: serverTests(/cost center/, 'cost-center'),
        says: noTest,
      },
      { file: 'sdk/operations/workspaces.graphql', check: sdkTypes, says: /costCenter/ },
    ],
  },
  'A mutation': {
    filesMax: 8,
    program: `import type { TokenVueClient, VirtualKey } from './index.js';
export const end = (client: TokenVueClient): Promise<VirtualKey> => client.virtualKeys.expire('vk_01');
`,
    tests: [
      /expireVirtualKey|virtualKeys.expire|this test|is known|every method|present API/,
      ...['virtual-key/expire', 'src/isolation', 'audit/audit', 'sdk/src/(client|readme|releases)'],
    ],
    missing: [
      { file: 'server/src/virtual-key/virtual-key.inputs.ts', check: serverTypes, says: /ExpireVirtualKeyInput/ },
      { file: 'server/src/virtual-key/virtual-key.commands.ts', check: serverTypes, says: /expireVirtualKey/ },
      { file: 'server/src/virtual-key/virtual-key.resolver.ts', check: generate, says: /ExpireVirtualKeyInput/ },
      {
        file: 'server/src/testing/commands.ts',
        check: serverTests(/this test knows a command/, 'src/isolation'),
        says: /expireVirtualKey/,
      },
      {
        file: 'server/src/virtual-key/expire.test.ts',
        check: serverTests(/expireVirtualKey/, 'virtual-key/expire'),
        says: noTest,
      },
      { file: 'sdk/operations/virtual-keys.graphql', check: sdkTypes, says: /ExpireVirtualKeyDocument/ },
      { file: 'sdk/src/virtual-keys.ts', check: sdkTypes, says: /'expire' does not exist/ },
      {
        file: 'sdk/src/testing/method-cases.ts',
        check: sdkTests(/every method is tried/, 'sdk/src/client'),
        says: /virtualKeys\.expire/,
      },
    ],
  },
  'A noun with a list and a create': {
    filesMax: 14,
    program: `import type { Note, TokenVueClient } from './index.js';
export async function noted(client: TokenVueClient): Promise<readonly Note[]> {
  await client.notes.create({ workspaceId: 'ws_01', text: 'Remember' });
  return (await client.notes.list('ws_01'))?.nodes ?? [];
}
`,
    tests: [
      /[nN]otes?\b|Note\b|agree on every table|in the database|every table|this test|is known|every method|present API/,
      ...['server/src/note/', 'database/(schema|row-security|distribution)', 'src/isolation', 'audit/audit'],
      ...['fetch/connections', 'sdk/src/(client|readme|releases)'],
    ],
    missing: [],
  },
} satisfies Readonly<Record<string, Promised>>;

/** Follows the recipe, once whole and once without each step. */
export function tryRecipe(title: keyof typeof promised): void {
  test('every recipe is tried', () => {
    expect(recipes.map((recipe) => recipe.title)).toEqual(Object.keys(promised));
  });

  const recipe = recipes.find((one) => one.title === title) as Recipe;
  const { filesMax, program, missing, tests: names }: Promised = promised[title];
  const files = filesOf(recipe);

  test(`takes ${filesMax} files, generated ones aside`, () => {
    expect(files.length <= filesMax ? [] : files).toEqual([]);
  });

  let copy: Copy;
  beforeAll(async () => {
    copy = await copyRepository();
  });
  afterAll(() => copy?.remove());

  describe('done as it is written', () => {
    beforeAll(async () => {
      await copy.follow(recipe.steps);
      await put(copy, 'sdk/src/program.ts', program);
    });

    test('generates what is to be generated', async () => {
      await expectDone(copy, generate);
      await expectDone(copy, ({ run }) => run('node', 'sdk/scripts/record-release.mjs', '--again'));
    });

    test('compiles, as does a program that uses it', async () => {
      await expectDone(copy, serverTypes);
      await expectDone(copy, ({ run }) => run('tsc', '-p', 'sdk'));
    });

    test('is what the linter and the import rules ask for', async () => {
      await expectDone(copy, ({ run }) =>
        run('biome', 'check', '--error-on-warnings', '--files-ignore-unknown=true', ...files),
      );
      await expectDone(copy, ({ run }) =>
        run('depcruise', '--config', '.dependency-cruiser.cjs', 'server/src', 'sdk/src'),
      );
    });

    test('keeps what the tests promise', async () => {
      await expectDone(copy, tests(...names));
    });
  });

  if (missing.length === 0) return;
  test('is tried without each step', () => {
    expect(missing.map(({ file }) => file)).toEqual(recipe.steps.map(({ blocks }) => blocks[0]?.file));
  });

  test.each(missing.map((one, index) => [index + 1, one.file, one] as const))(
    'fails without step %i, in %s',
    async (number, _file, { check, says }) => {
      await copy.follow(without(recipe, number));
      await put(copy, 'sdk/src/program.ts', program);
      const { isDone, output } = await check(copy);
      if (isDone || !says.test(output)) throw new Error(`Expected a failure that says ${says}:\n${output}`);
    },
  );
}

function without({ steps }: Recipe, number: number): Recipe['steps'] {
  return steps.filter((step) => step.number !== number);
}

async function expectDone(copy: Copy, check: Check): Promise<void> {
  const { isDone, output } = await check(copy);
  if (!isDone) throw new Error(output);
}
