import {
  coerceInputValue,
  GraphQLError,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { hasCredential } from '../credentials.js';

const errorsMax = 50;

/**
 * What is wrong with the variables of an operation, each by its place and never by its value, which graphql-js would repeat:
 * it may be a credential, or a text that nobody else may read.
 */
export function variableErrors(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] {
  const errors: GraphQLError[] = [];
  for (const definition of variableDefinitions) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    const value = variables[name];
    const isOfNothing = value == null && (!Object.hasOwn(variables, name) || !isNonNullType(type));
    if (type === undefined || !isInputType(type) || isOfNothing) continue;
    coerceInputValue(value, type, (path, _value, error) => {
      const place = [name, ...path].reduce(
        (text, step) => `${text}${typeof step === 'number' ? `[${step}]` : `.${step}`}`,
      );
      const message = `Variable "$${name}" got invalid value at "${place}"; ${reasonOf(error)}`;
      if (errors.length < errorsMax) errors.push(new GraphQLError(message, { nodes: definition }));
    });
  }
  return errors;
}

/** The sentence of graphql-js about a document without what is written there in place of a value, or a credential as a name. */
export function withoutLiterals(message: string): string {
  const sentence = message
    .replace(/^((?:\w+|Enum "\w+") cannot represent [^:]*): .*$/s, '$1.')
    .replace(/^(Argument "\w+") has invalid value .*$/s, '$1 has an invalid value.')
    .replace(/^(Expected value of type "[^"]*"), found .*$/s, '$1.')
    .replace(/((?:Block)?String) ".*"/s, '$1');
  return hasCredential(sentence) ? 'The document holds what looks like a credential where a name belongs.' : sentence;
}

const withoutValue = /^(?:Expected (?:non-nullable )?type "|Field ")/;
const ofPlainScalar = /^(?:String|Int|Float|Boolean|ID) cannot represent [^:]*(?=:)/;

/** A sentence of graphql-js without the value that it ends with, one of our own as it is, and of any other nothing. */
function reasonOf({ message, extensions }: GraphQLError): string {
  if (withoutValue.test(message) || extensions['code'] !== undefined) return message;
  const [plain] = ofPlainScalar.exec(message) ?? [];
  return plain === undefined ? 'it is no value of this type.' : `${plain}.`;
}
