/**
 * The GraphQL Code Generator plugin `typescript-operations`, with what programs need beyond it: inputs and variables take
 * read-only lists; enums have their values at run time; what the server answers may be a value that the API learns later,
 * and what it is asked for may not; and results may have the `__typename`s that caches add to every selection.
 */
import { plugin as typescriptOperations } from '@graphql-codegen/typescript-operations';
import { isEnumType, isInputObjectType, isIntrospectionType } from 'graphql';

const open = `/** What the server answers for an enum: a value that this SDK knows, or one that the API has learnt since. */
export type Open<Value extends string> = Value | (string & {});
`;
/** Of a member of a union the operations ask for it, to tell the members from one another. */
const typename = /(?<!\|\s*(?:\(\s*)?\{ )__typename: /g;

/** What a fragment's type says already. */
const repeatedTypename = /\(\s*\{ __typename\?: '\w+' \}\s*& (\w+)\s*\)/g;

export async function plugin(schema, documents, config, ...rest) {
  const settings = { ...config, nonOptionalTypename: true };
  const { content, ...output } = await typescriptOperations(schema, documents, settings, ...rest);

  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
  const enums = types.filter(isEnumType);
  const inputs = types.filter(isInputObjectType).map(({ name }) => name);
  const enumNames = new RegExp(`\\b(?:${enums.map(({ name }) => name).join('|')})\\b`, 'g');
  const declarations = content
    .replace(typename, '__typename?: ')
    .replace(repeatedTypename, '$1')
    .split(/^(?=\/\*\*|export type|type )/m);
  const changed = declarations.map((code) => {
    const [, name] = /^export type (\w+)/m.exec(code) ?? [];
    if (name === undefined) return code;
    if (inputs.includes(name) || name.endsWith('Variables')) return code.replaceAll(': Array<', ': ReadonlyArray<');
    const type = enums.find((candidate) => candidate.name === name);
    if (type) return `${code.trimEnd()}\n${valuesOf(type)}\n\n`;
    return code.replace(enumNames, (enumName) => `Open<${enumName}>`);
  });
  return { ...output, content: `${open}\n${changed.join('')}` };
}

/** Of an enum, what its values are at run time. */
function valuesOf(type) {
  const entries = type.getValues().map(({ name }) => `${name}: '${name}'`);
  return `export const ${type.name} = { ${entries.join(', ')} } as const;`;
}
