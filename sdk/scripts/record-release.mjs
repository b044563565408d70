/**
 * Keeps what this version of the SDK sends and what the API was then, in `releases/<version>/`, so that no later API
 * breaks it unawares. With `--check`, as before it is published, it only compares. Exits with 1 where that differs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'));
const folder = join(sdk, 'releases', version);

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
    console.error(`releases/${version} is not what this version sends: run \`npm run release:record\` and commit it.`);
    process.exit(1);
  }
} else if (existsSync(folder)) {
  console.error(`releases/${version} is there: raise the version, or remove the folder if it was never published.`);
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
