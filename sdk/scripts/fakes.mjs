/**
 * A GraphQL Code Generator plugin: for every type that the operations select, a function that makes one up for tests. What
 * may be null is null, lists are empty, and the rest is the simplest value of its type.
 */
import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  print,
} from 'graphql';
import { fragmentsOf, operationsOf } from './documents.mjs';

const scalars = {
  Int: 1,
  Float: 1,
  Boolean: false,
  Decimal: '1250.00',
  BigInt: '1',
  DateTime: '2026-01-01T00:00:00.000Z',
};
/** Fields whose value other programs read. */
const values = { currency: 'USD', email: 'ada@example.com', active: true };

export function plugin(schema, files) {
  const fragments = fragmentsOf(files);
  const wholes = new Map();
  for (const fragment of fragments.values()) {
    if ([...fragments.values()].some((other) => isPart(fragment, other))) continue;
    const type = fragment.typeCondition.name.value;
    if (wholes.has(type)) throw new Error(`Two fragments have parts of ${type}, and no fragment has them both`);
    wholes.set(type, fragment);
  }

  const functions = [...wholes].map(([type, { name, selectionSet }]) =>
    functionOf(schema.getType(type), selectionSet, `Types.${name.value}Fragment`),
  );
  for (const { type, selectionSet, typeText } of partsOf(schema, [...wholes.values()], files)) {
    if (wholes.has(type.name)) continue;
    functions.push(functionOf(type, selectionSet, typeText));
  }
  return { prepend: ["import type * as Types from './operations.js';"], content: functions.join('\n\n') };

  function functionOf(type, selectionSet, typeText) {
    return `/** ${type.description} What is not given is made up. */
export function fake${type.name}(given: Partial<${typeText}> = {}): ${typeText} {
  return { ${entriesOf(type, selectionSet)}, ...given };
}`;
  }

  function entriesOf(type, { selections }) {
    const entries = selections.map((selection) => {
      if (selection.kind === Kind.INLINE_FRAGMENT)
        throw new Error(`${type.name}: no value is made for inline fragments`);
      if (selection.kind === Kind.FIELD) return `${selection.name.value}: ${literalOf(type, selection)}`;
      const fragment = fragments.get(selection.name.value);
      return wholes.get(type.name) === fragment ? `...fake${type.name}()` : entriesOf(type, fragment.selectionSet);
    });
    return entries.join(', ');
  }

  function literalOf(parent, { name: { value: name }, selectionSet }) {
    if (name === '__typename') return `'${parent.name}'`;
    const { type: declared, description } = parent.getFields()[name];
    if (!isNonNullType(declared)) return 'null';
    const type = declared.ofType;
    if (isListType(type)) return '[]';
    if (isEnumType(type)) return `'${type.getValues()[0].name}'`;
    const [object] = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    if (isObjectType(object)) return `{ ${entriesOf(object, selectionSet)} }`;
    if (type.name === 'ID') return `'${/`(\w+_)…`/.exec(description)?.[1] ?? ''}01'`;
    const text = values[name] ?? (type.name === 'String' ? inWords(`${parent.name} ${name}`) : scalars[type.name]);
    if (text === undefined) throw new Error(`${parent.name}.${name}: no value is made for ${type.name}`);
    return typeof text === 'string' ? `'${text}'` : text;
  }
}

/**
 * The types that have no fragment: of each the largest selection, with the TypeScript type of what stands there. Pages and
 * payloads are left out: `fakePage` makes those, and these say themselves what they hold.
 */
function partsOf(schema, fragments, files) {
  const parts = new Map();
  const look = (parent, { selections }, typeText) => {
    for (const { kind, name, alias, selectionSet } of selections) {
      if (kind !== Kind.FIELD || selectionSet === undefined) continue;
      const { type: declared } = parent.getFields()[name.value];
      const type = getNamedType(declared);
      if (!isObjectType(type)) continue;
      const own = `NonNullable<${typeText}['${(alias ?? name).value}']>`;
      const text = isListType(isNonNullType(declared) ? declared.ofType : declared) ? `${own}[number]` : own;
      const isMadeOtherwise = /(Connection|Payload)$/.test(type.name);
      const { length } = print(selectionSet);
      if (!isMadeOtherwise && !(parts.get(type.name)?.length >= length))
        parts.set(type.name, { type, selectionSet, typeText: text, length });
      look(type, selectionSet, text);
    }
  };
  for (const { name, typeCondition, selectionSet } of fragments)
    look(schema.getType(typeCondition.name.value), selectionSet, `Types.${name.value}Fragment`);
  for (const { operation, type } of operationsOf(files))
    look(schema.getRootType(operation.operation), operation.selectionSet, `Types.${type}`);
  return parts.values();
}

function isPart(fragment, { typeCondition, selectionSet }) {
  const { name } = fragment;
  const isSpread = selectionSet.selections.some(
    (selection) => selection.kind === Kind.FRAGMENT_SPREAD && selection.name.value === name.value,
  );
  return isSpread && typeCondition.name.value === fragment.typeCondition.name.value;
}

/** `VirtualKey maskedKey` as "Virtual key masked key". */
function inWords(names) {
  const words = names.replace(/(?<=[a-z])[A-Z]/g, (initial) => ` ${initial}`).toLowerCase();
  return words[0].toUpperCase() + words.slice(1);
}
