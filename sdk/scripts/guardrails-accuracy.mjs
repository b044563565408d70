/**
 * Measures how exactly the guardrails find personal data, on the labelled sets of `src/testing/pii`, and writes the table
 * into `docs/guardrails.md`. With `--examples`, prints what is found wrongly or missed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({
  stdin: { contents: "export * from './measure.ts'; export * from './table.ts';", resolveDir: `${sdk}src/testing/pii` },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { measure, withTable } = await import(`data:text/javascript;base64,${code}`);

const page = `${sdk}docs/guardrails.md`;
const scores = measure();
writeFileSync(page, withTable(readFileSync(page, 'utf8'), scores));
if (process.argv.includes('--examples')) {
  for (const { name, examples } of scores)
    console.log(`${name}\n${examples.map((example) => `  ${example}\n`).join('')}`);
}
