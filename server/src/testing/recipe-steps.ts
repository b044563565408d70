import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The recipes of CONTRIBUTING.md, as it says how to read them. */
export interface Recipe {
  readonly title: string;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly number: number;
  readonly blocks: readonly Block[];
}

interface Block {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly place: Place;
  readonly text: string;
}

type Place = { readonly how: 'new' } | { readonly how: 'after' | 'before' | 'instead of'; readonly line: string };

/** The files that a recipe writes by hand. */
export function filesOf({ steps }: Recipe): string[] {
  return [...new Set(steps.flatMap(({ blocks }) => blocks.map(({ file }) => file)))];
}

/** Every recipe of the section: what is bold at the start of a paragraph and has numbered steps. */
export function readRecipes(page: string): Recipe[] {
  const recipes: { title: string; steps: { number: number; blocks: Block[] }[] }[] = [];
  const lines = page.split('\n');
  for (let index = lines.indexOf('## Recipes') + 1; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line.startsWith('## ')) break;
    const [, title] = /^\*\*(.+?)\*\*/.exec(line) ?? [];
    if (title !== undefined) recipes.push({ title, steps: [] });
    const [, number] = /^(\d+)\. /.exec(line) ?? [];
    if (number !== undefined) recipes.at(-1)?.steps.push({ number: Number(number), blocks: [] });
    const [, indent, fence, info] = /^( *)(`{3,})\w+ (.+)$/.exec(line) ?? [];
    if (indent === undefined || fence === undefined || info === undefined) continue;
    const end = lines.indexOf(`${indent}${fence}`, index);
    const text = lines.slice(index + 1, end).map((one) => one.slice(indent.length));
    recipes
      .at(-1)
      ?.steps.at(-1)
      ?.blocks.push({ ...placeOf(info), text: `${text.join('\n')}\n` });
    index = end;
  }
  return recipes.filter(({ steps }) => steps.length > 0);
}

function placeOf(info: string): Pick<Block, 'file' | 'place'> {
  const [, fresh] = /^new (\S+)$/.exec(info) ?? [];
  if (fresh !== undefined) return { file: fresh, place: { how: 'new' } };
  const [, file, how, line] = /^(\S+) (after|before|instead of) (.+)$/.exec(info) ?? [];
  if (file === undefined || line === undefined) throw new Error(`Nothing says where this block goes: ${info}`);
  return { file, place: { how: how as 'after', line } };
}

/** Does the step in this copy of the repository. @throws where the place of a block is not there, or there twice. */
export async function follow({ blocks }: Step, root: string): Promise<void> {
  for (const { file, place, text } of blocks) {
    const path = join(root, file);
    if (place.how === 'new') {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flag: 'wx' });
      continue;
    }
    const lines = (await readFile(path, 'utf8')).split(/(?<=\n)/);
    const found = lines.flatMap((line, index) => (line.trim().startsWith(place.line) ? [index] : []));
    const [index] = found;
    if (index === undefined || found.length > 1) {
      throw new Error(`${found.length} lines of ${file} begin with: ${place.line}`);
    }
    lines.splice(place.how === 'after' ? index + 1 : index, place.how === 'instead of' ? 1 : 0, text);
    await writeFile(path, lines.join(''));
  }
}
