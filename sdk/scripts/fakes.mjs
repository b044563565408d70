/**
 * A GraphQL Code Generator plugin: for every type that the operations have a fragment of, a function that makes one up for
 * tests. What may be null is null, lists are empty, and the rest is the simplest value of its type.
 */
import { isAbstractType, isEnumType, isListType, isNonNullType, isObjectType, Kind } from 'graphql';
import { fragmentsOf } from './documents.mjs';

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

  const functions = [...wholes].map(([type, { name, selectionSet }]) => {
    const { description } = schema.getType(type);
    return `/** ${description} What is not given is made up. */
export function fake${type}(given: Partial<Types.${name.value}Fragment> = {}): Types.${name.value}Fragment {
  return { ${entriesOf(schema.getType(type), selectionSet)}, ...given };
}`;
  });
  return { prepend: ["import type * as Types from './operations.js';"], content: functions.join('\n\n') };

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
