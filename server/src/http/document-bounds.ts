import { type ASTNode, type DocumentNode, type FieldNode, Kind, parse, type SelectionSetNode, visit } from 'graphql';
import { LRUCache } from 'lru-cache';
import { requestError } from '../errors.js';

/*
 * What a document may hold, before it is validated: validation compares fields with each other and names places by their
 * lines, so that its work grows faster than the document.
 */

/** In UTF-16 units. */
const charactersMax = 100_000;
const linesMax = 5_000;
const tokensMax = 10_000;
const definitionsMax = 100;
/** Of any kind of name, in characters. */
const nameMax = 100;
/** Nodes of the tree around one another: twenty fields in each other are about sixty. */
const depthMax = 120;
/** On one place. */
const directivesMax = 4;
/** Of one object: how often a field is asked for, by whatever aliases. */
const fieldRepeatsMax = 100;
/** Of one object: how often a field is asked for under one name, and so with arguments, which are compared as well. */
const aliasRepeatsMax = 30;
const argumentRepeatsMax = 10;
/** Fields in each other, with those of fragments; what fragments in circles ask for has no end. */
const levelsMax = 40;
/** Fields, those of a fragment wherever it is spread. */
const fieldsMax = 20_000;
/** In UTF-16 units, for texts that have passed. */
const passedCharactersMax = 2_000_000;

export const parseOptions = { maxTokens: tokensMax };
/** Nobody reads more of what is wrong. */
export const validationOptions = { maxErrors: 10 };

function refuse(message: string): never {
  throw requestError('tooComplex', message);
}

/** Texts that have passed, of which each is looked through once as long as it is kept. */
const passed = new LRUCache<string, true>({
  maxSize: passedCharactersMax,
  sizeCalculation: (_true, text) => text.length + 100,
});

/**
 * Called before anything else is done with the document; what does not parse is left to who says where.
 * @throws OPERATION_TOO_COMPLEX
 */
export function limitDocument(text: string): void {
  if (text.length > charactersMax) refuse(`A document has at most ${charactersMax.toLocaleString('en')} characters.`);
  if (passed.get(text)) return;
  if (linesOf(text) > linesMax) refuse(`A document has at most ${linesMax.toLocaleString('en')} lines.`);
  const document = parsed(text);
  if (document === null) return;
  limitTree(document);
  limitRepeats(document);
  passed.set(text, true);
}

function linesOf(text: string): number {
  let lines = 1;
  for (const end of ['\n', '\r']) {
    for (let at = text.indexOf(end); at >= 0; at = text.indexOf(end, at + 1)) lines += 1;
  }
  return lines;
}

function parsed(text: string): DocumentNode | null {
  try {
    return parse(text, { ...parseOptions, noLocation: true });
  } catch {
    return null;
  }
}

function limitTree(document: DocumentNode): void {
  if (document.definitions.length > definitionsMax) {
    refuse(`A document has at most ${definitionsMax} operations and fragments.`);
  }
  visit(document, {
    enter(node, _key, _parent, _path, ancestors) {
      if (ancestors.length > depthMax) refuse('The document is nested too deeply.');
      limitNode(node);
    },
  });
}

function limitNode(node: ASTNode): void {
  if (node.kind === Kind.NAME && node.value.length > nameMax) {
    refuse(`A name in a document has at most ${nameMax} characters.`);
  }
  if ('directives' in node && (node.directives?.length ?? 0) > directivesMax) {
    refuse(`There are at most ${directivesMax} directives on one place.`);
  }
}

type Fragments = ReadonlyMap<string, SelectionSetNode>;

/** What is asked of one object, so many levels down: several fields of one name are one object. */
interface Asked {
  readonly sets: readonly SelectionSetNode[];
  readonly level: number;
}

/** Looks at the fields as validation compares them: merged by the names that the answer gives them. */
function limitRepeats({ definitions }: DocumentNode): void {
  const fragments = new Map<string, SelectionSetNode>();
  for (const one of definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one.selectionSet);
  let fields = 0;
  const waiting: Asked[] = definitions.flatMap((one) =>
    'selectionSet' in one ? [{ sets: [one.selectionSet], level: 1 }] : [],
  );
  for (let asked = waiting.pop(); asked !== undefined; asked = waiting.pop()) {
    if (asked.level > levelsMax) refuse('The document is nested too deeply, or its fragments are in circles.');
    const { sets, level } = asked;
    const byName = new Map<string, number>();
    const byAlias = new Map<string, SelectionSetNode[]>();
    const repeats = new Map<string, number>();
    eachField(sets, fragments, ({ name, alias, selectionSet, arguments: given = [] }) => {
      fields += 1;
      if (fields > fieldsMax) refuse('The fragments of the document ask for too many fields.');
      if (count(byName, name.value) > fieldRepeatsMax) {
        refuse(`A field is asked for at most ${fieldRepeatsMax} times of one object.`);
      }
      const answered = alias?.value ?? name.value;
      const repeatsMax = given.length === 0 ? aliasRepeatsMax : argumentRepeatsMax;
      if (count(repeats, answered) > repeatsMax) {
        refuse(`A field is asked for at most ${repeatsMax} times under one name.`);
      }
      if (selectionSet === undefined) return;
      const below = byAlias.get(answered);
      if (below === undefined) byAlias.set(answered, [selectionSet]);
      else below.push(selectionSet);
    });
    for (const below of byAlias.values()) waiting.push({ sets: below, level: level + 1 });
  }
}

function count(counts: Map<string, number>, name: string): number {
  const counted = (counts.get(name) ?? 0) + 1;
  counts.set(name, counted);
  return counted;
}

/** Visits the fields of the object, those of each fragment once. */
function eachField(
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
  visitField: (field: FieldNode) => void,
): void {
  const spread = new Set<string>();
  const open = [...sets];
  for (let set = open.pop(); set !== undefined; set = open.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) visitField(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) open.push(selection.selectionSet);
      else {
        const name = selection.name.value;
        const found = fragments.get(name);
        if (found === undefined || spread.has(name)) continue;
        spread.add(name);
        open.push(found);
      }
    }
  }
}
