/** The GraphQL Code Generator plugin `typescript-operations`, with inputs and variables whose lists may be read-only ones. */
import { plugin as typescriptOperations } from '@graphql-codegen/typescript-operations';
import { isInputObjectType } from 'graphql';

const variables = /^export type \w+Variables = Exact<\{$.*?^\}>;$/gms;

export async function plugin(schema, ...rest) {
  const { content, ...output } = await typescriptOperations(schema, ...rest);
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const declarations = [
    variables,
    ...inputs.map(({ name }) => new RegExp(`^export type ${name} = \\{$.*?^\\};$`, 'ms')),
  ];
  return { ...output, content: declarations.reduce(withReadonlyLists, content) };
}

function withReadonlyLists(code, declaration) {
  return code.replace(declaration, (text) => text.replaceAll(': Array<', ': ReadonlyArray<'));
}
