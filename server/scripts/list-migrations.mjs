// Writes the list of the migrations from the folder that they lie in, so that a new one is a file and nothing else.
import { readdir, readFile, writeFile } from 'node:fs/promises';

const folder = new URL('../src/database/migrations/', import.meta.url);
const files = (await readdir(folder)).filter((name) => /^\d+-.+\.ts$/.test(name)).sort();
const classes = await Promise.all(
  files.map(async (file) => {
    const [, name] = /export class (\w+)/.exec(await readFile(new URL(file, folder), 'utf8')) ?? [];
    if (name === undefined) throw new Error(`${file} exports no class.`);
    return { file, name };
  }),
);
const imports = classes.map(({ file, name }) => `import { ${name} } from './${file.replace(/\.ts$/, '.js')}';\n`);
// As Biome writes it.
const onOneLine = `[${classes.map(({ name }) => name).join(', ')}]`;
const onLines = `[\n${classes.map(({ name }) => `  ${name},\n`).join('')}]`;
const list = `export const migrations = ${onOneLine} as const;`.length <= 120 ? onOneLine : onLines;
await writeFile(
  new URL('index.ts', folder),
  `// Made by \`npm run generate\` from the files beside it.
${imports.join('')}
/** In the order in which they run; a released migration never changes. */
export const migrations = ${list} as const;
`,
);
