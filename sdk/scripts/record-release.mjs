/**
 * Keeps what this version of the SDK sends and what the API was then, in `releases/<version>/`, so that no later API
 * breaks it unawares. What was published never changes, so what is recorded stays, unless `--again` says that the version
 * was never published. With `--check`, as before it is published, it only compares. Exits with 1 where that differs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'));
const folder = join(sdk, 'releases', version);
const record = '`npm run release:record -w sdk';
const remedy = `if it was published, raise the version and run ${record}\`; else run ${record} -- --again\``;

const operations = readdirSync(join(sdk, 'operations'))
  .sort()
  .map((file) => readFileSync(join(sdk, 'operations', file), 'utf8'))
  .join('\n');
const files = {
  'operations.graphql': operations,
  'schema.graphql': readFileSync(join(sdk, '../schema.graphql'), 'utf8'),
};

if (process.argv.includes('--check')) {
  const different = Object.entries(files).filter(([name, text]) => text !== recorded(name));
  if (different.length > 0) {
    console.error(`releases/${version} is not what this version sends: ${remedy}.`);
    process.exit(1);
  }
} else if (existsSync(folder) && !process.argv.includes('--again')) {
  console.error(`releases/${version} is there: ${remedy}.`);
  process.exit(1);
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function recorded(name) {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return undefined;
  }
}
