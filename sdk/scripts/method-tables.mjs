/**
 * Writes the README's tables of methods from the source: what each takes, what it resolves to, and the first sentence of
 * its docstring. They stand between `<!-- methods: workspaces -->`, or of several, and `<!-- end -->`; a noun that stands
 * nowhere gets a chapter, which a person may move and tell more in.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const marked = /(?<start><!-- methods: (?<names>[\w ]+) -->\n).*?(?<end><!-- end -->)/gs;

const [sdk, file] = ['../', '../README.md'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
const client = ts.createProgram([`${sdk}src/client.ts`], { strict: true, target: ts.ScriptTarget.ES2022 });
const checker = client.getTypeChecker();

/** Before which a new chapter comes: after those of the other nouns. */
const afterNouns = '## Token, time and retries\n';

const methods = methodsOfClient();
const readme = readFileSync(file, 'utf8');
if (!readme.includes(afterNouns)) fail(`there is no ${afterNouns.trim()}`);
const known = [...readme.matchAll(marked)].flatMap(({ groups }) => groups.names.split(' '));
// What runs operations of one's own has a chapter without a table.
const chapters = [...methods.keys()].filter((name) => name !== 'request' && !known.includes(name)).map(chapterOf);
const withChapters = readme.replace(afterNouns, () => chapters.join('') + afterNouns);
const written = withChapters.replace(marked, (...match) => {
  const { start, names, end } = match.at(-1);
  const rows = names.split(' ').flatMap((name) => methods.get(name) ?? fail(`the client has no ${name}`));
  return `${start}\n${table([['call', 'resolves to', 'what it does'], ...rows])}\n\n${end}`;
});
writeFileSync(file, written);

/** Such as that of `virtualKeys`, "Virtual keys". */
function chapterOf(name) {
  const title = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `## ${title[0].toUpperCase()}${title.slice(1)}\n\n<!-- methods: ${name} -->\n<!-- end -->\n\n`;
}

/** The rows of each noun's methods, and of each method of the client's own. */
function methodsOfClient() {
  const [symbol] = checker
    .getExportsOfModule(checker.getSymbolAtLocation(client.getSourceFile(`${sdk}src/client.ts`)))
    .filter(({ name }) => name === 'TokenVueClient');
  return new Map(
    propertiesOf(checker.getDeclaredTypeOfSymbol(symbol)).map((property) => {
      const { name } = property;
      if (ts.isMethodDeclaration(property.valueDeclaration)) return [name, [row(`client.${name}`, property)]];
      const nouns = propertiesOf(checker.getTypeOfSymbol(property));
      return [name, nouns.map((method) => row(`client.${name}.${method.name}`, method))];
    }),
  );
}

function propertiesOf(type) {
  return checker
    .getPropertiesOfType(type)
    .filter(({ valueDeclaration }) => !ts.isPrivateIdentifier(valueDeclaration.name))
    .filter(({ valueDeclaration }) => !ts.isAccessor(valueDeclaration));
}

function row(name, method) {
  const { parameters, type } = method.valueDeclaration;
  const given = parameters.filter((parameter) => parameter.type?.getText() !== 'CallOptions').map(argument);
  const [sentence] = ts.displayPartsToString(method.getDocumentationComment(checker)).split(/\.(?=\s|$)/);
  return [`\`${name}(${given.join(', ')})\``, result(type), sentence.replace(/\s+/g, ' ')];
}

/** What chooses and pages is told by its names, anything else by its own. */
function argument({ name, type }) {
  if (!/(Selector|Options)$/.test(type.getText()) || type.getText() === 'IterateOptions') return name.getText();
  const names = checker.getPropertiesOfType(checker.getTypeAtLocation(type)).map((property) => property.name);
  return `{ ${names.join(', ')} }`;
}

function result(type) {
  const [resolved] = type.typeArguments;
  const text = `\`${resolved.getText().replaceAll('|', '\\|')}\``;
  return type.typeName.getText() === 'ItemIterator' ? `each ${text}` : text;
}

function table([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => cells[column].length)));
  const line = (cells, fill = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column], fill)).join(' | ')} |`;
  return [
    line(head),
    line(
      head.map(() => ''),
      '-',
    ),
    ...rows.map((cells) => line(cells)),
  ].join('\n');
}

function fail(reason) {
  throw new Error(`README.md: ${reason}`);
}
