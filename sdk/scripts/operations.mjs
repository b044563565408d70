/** The GraphQL Code Generator plugin `typescript-operations`, with inputs whose lists may be read-only ones. */
import { plugin as typescriptOperations } from '@graphql-codegen/typescript-operations';
import { isInputObjectType } from 'graphql';

export async function plugin(schema, ...rest) {
  const { content, ...output } = await typescriptOperations(schema, ...rest);
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  return { ...output, content: inputs.reduce(withReadonlyLists, content) };
}

function withReadonlyLists(code, { name }) {
  const declaration = new RegExp(`^export type ${name} = \\{$.*?^\\};$`, 'ms');
  return code.replace(declaration, (text) => text.replaceAll(': Array<', ': ReadonlyArray<'));
}
