import {
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isSpecifiedScalarType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { hasCredential } from '../credentials.js';

/** Nobody reads more, and the rest is not looked at. */
const errorsMax = 10;
/** More than any field takes, with what is named again. */
const itemsMax = 20_000;
/** More than the largest directory has. */
const valuesMax = 500_000;
/** In UTF-16 units, of a text where the library expects none; scalars of our own measure theirs themselves. */
const leafLengthMax = 200;
const numberOf = new Intl.NumberFormat('en').format;

/** Where a value lies: the last step, and what is around it. */
interface Place {
  readonly step: string | number;
  readonly around: Place | null;
}

/** Ends the walk. */
class Enough extends Error {}

/**
 * What is wrong with the variables of an operation, ten faults at the most, each by its place and never by its value: it may
 * be a credential, or a text that nobody else may read. Looked at before the library does, which would go through all of it
 * and say what else a name is like.
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
    if (type === undefined || !isInputType(type)) continue;
    const add = (message: string) => {
      if (errors.push(new GraphQLError(message, { nodes: definition })) >= errorsMax) throw new Enough();
    };
    const walk = new Walk((place, reason) =>
      add(`Variable "$${name}" got invalid value at "${textOf(name, place)}"; ${reason}`),
    );
    try {
      const isGiven = Object.hasOwn(variables, name);
      const isNeeded = isNonNullType(type) && (isGiven || definition.defaultValue === undefined);
      if (variables[name] != null) walk.look(variables[name], type, null);
      else if (isNeeded && isGiven) add(`Variable "$${name}" of non-null type "${type}" must not be null.`);
      else if (isNeeded) add(`Variable "$${name}" of required type "${type}" was not provided.`);
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
      break;
    }
  }
  return errors;
}

class Walk {
  readonly #tell: (place: Place | null, reason: string) => void;
  #values = 0;

  constructor(tell: (place: Place | null, reason: string) => void) {
    this.#tell = tell;
  }

  look(value: unknown, type: GraphQLInputType, place: Place | null): void {
    this.#values += 1;
    if (this.#values > valuesMax) {
      this.#tell(place, `There are at most ${numberOf(valuesMax)} values in a variable.`);
      throw new Enough();
    }
    if (isNonNullType(type)) {
      if (value == null) this.#tell(place, `Expected non-nullable type "${type}" not to be null.`);
      else this.look(value, type.ofType, place);
    } else if (value == null) return;
    else if (isListType(type)) this.#lookAtList(value, type.ofType, place);
    else if (isInputObjectType(type)) this.#lookAtObject(value, type, place);
    else {
      const reason = reasonOf(value, type);
      if (reason !== null) this.#tell(place, reason);
    }
  }

  #lookAtList(value: unknown, type: GraphQLInputType, place: Place | null): void {
    if (!Array.isArray(value)) this.look(value, type, place);
    else if (value.length > itemsMax) this.#tell(place, `A list has at most ${numberOf(itemsMax)} items.`);
    else for (const [index, item] of value.entries()) this.look(item, type, { step: index, around: place });
  }

  #lookAtObject(value: unknown, type: GraphQLInputObjectType, place: Place | null): void {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) this.#lookAtFields(value, type, place);
    else this.#tell(place, `Expected type "${type.name}" to be an object.`);
  }

  #lookAtFields(value: object, type: GraphQLInputObjectType, place: Place | null): void {
    const fields = type.getFields();
    for (const field of Object.values(fields)) {
      const given = Object.hasOwn(value, field.name) ? (value as Record<string, unknown>)[field.name] : undefined;
      if (given !== undefined) this.look(given, field.type, { step: field.name, around: place });
      else if (isRequiredInputField(field)) {
        this.#tell(place, `Field "${field.name}" of required type "${field.type}" was not provided.`);
      }
    }
    for (const name in value) {
      if (Object.hasOwn(fields, name)) continue;
      const isName = /^\w{1,80}$/.test(name) && !hasCredential(name);
      this.#tell(place, `${isName ? `Field "${name}"` : 'A field'} is not defined by type "${type.name}".`);
    }
  }
}

/** What is wrong with a value that is neither a list nor an object; null for nothing. */
function reasonOf(value: unknown, type: GraphQLLeafType): string | null {
  const isOther = isEnumType(type) || ['Int', 'Float', 'Boolean'].includes(type.name);
  // The library would write down all of it.
  const isNone = typeof value === 'object' || (typeof value === 'string' && isOther && value.length > leafLengthMax);
  if (!isNone && isEnumType(type)) {
    const isOne = typeof value === 'string' && type.getValue(value) !== undefined;
    return isOne ? null : noneOfType;
  }
  try {
    if (!isNone && type.parseValue(value) !== undefined) return null;
    return isSpecifiedScalarType(type) ? `${type.name} cannot represent the value.` : noneOfType;
  } catch (error) {
    if (!(error instanceof GraphQLError)) return noneOfType;
    if (error.extensions['code'] !== undefined) return error.message;
    const [plain] = ofPlainScalar.exec(error.message) ?? [];
    return plain === undefined ? noneOfType : `${plain}.`;
  }
}

const noneOfType = 'it is no value of this type.';
const ofPlainScalar = /^(?:String|Int|Float|Boolean|ID) cannot represent [^:]*(?=:)/;

function textOf(variable: string, place: Place | null): string {
  const steps: string[] = [];
  for (let at = place; at !== null; at = at.around) {
    steps.unshift(typeof at.step === 'number' ? `[${at.step}]` : `.${at.step}`);
  }
  return variable + steps.join('');
}
