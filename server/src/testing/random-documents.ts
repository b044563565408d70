import fc, { type GeneratorValue } from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** A query and the variables that a client may send with it; right or not. */
export interface RandomQuery {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What values are made of, by the names of scalars; more often those in front. */
export type Samples = Readonly<Record<string, readonly unknown[]>>;

const depthMax = 4;

/** A query over the whole schema, nearly always valid: what its arguments say need not be. */
export function randomQuery(schema: GraphQLSchema, g: GeneratorValue, samples: Samples): RandomQuery {
  return new Maker(schema, g, samples).query();
}

class Maker {
  readonly #schema: GraphQLSchema;
  readonly #g: GeneratorValue;
  readonly #samples: Samples;
  /** Some queries have none of these, as the queries of programs often have not. */
  readonly #hasDirectives: boolean;
  readonly #hasTexts: boolean;
  readonly #fragments: string[] = [];
  readonly #definitions: string[] = [];
  readonly #variables: Record<string, unknown> = {};
  #names = 0;

  constructor(schema: GraphQLSchema, g: GeneratorValue, samples: Samples) {
    this.#schema = schema;
    this.#g = g;
    this.#samples = samples;
    this.#hasDirectives = this.#chance(50);
    this.#hasTexts = this.#chance(50);
  }

  query(): RandomQuery {
    const selections = this.#selections(this.#schema.getQueryType() as GraphQLNamedType, 0);
    const definitions = this.#definitions.length === 0 ? '' : `(${this.#definitions.join(', ')})`;
    const text = `query${definitions} { ${selections} } ${this.#fragments.join(' ')}`;
    return { text, variables: this.#variables };
  }

  #int(max: number): number {
    return this.#g(fc.nat, { max });
  }

  #chance(percent: number): boolean {
    return this.#int(99) < percent;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#int(items.length - 1)] as Item;
  }

  #newName(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  #selections(type: GraphQLNamedType, depth: number): string {
    return Array.from({ length: 1 + this.#int(3) }, () => this.#selection(type, depth)).join(' ');
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const kind = this.#int(19);
    if (kind === 0) return `${this.#alias(20)}__typename${this.#directives()}`;
    if (kind > 4 || depth >= depthMax) return this.#field(type, depth);
    const condition = kind === 1 ? type : this.#within(type);
    if (kind === 1) return `...${this.#directives()} { ${this.#selections(type, depth + 1)} }`;
    if (kind === 2)
      return `... on ${condition.name}${this.#directives()} { ${this.#selections(condition, depth + 1)} }`;
    const name = this.#newName('F');
    this.#fragments.push(`fragment ${name} on ${condition.name} { ${this.#selections(condition, depth + 1)} }`);
    const spread = () => `...${name}${this.#directives()}`;
    return kind === 3 ? spread() : `${spread()} ${spread()}`;
  }

  /** A type on which a fragment can stand within this one. */
  #within(type: GraphQLNamedType): GraphQLNamedType {
    if (isAbstractType(type)) return this.#pick([type, ...this.#schema.getPossibleTypes(type)]);
    return isObjectType(type) ? this.#pick([type, type, ...type.getInterfaces()]) : type;
  }

  #field(type: GraphQLNamedType, depth: number): string {
    const fields = 'getFields' in type && !isInputObjectType(type) ? Object.values(type.getFields()) : [];
    const below = depth >= depthMax ? fields.filter((field) => isLeafType(getNamedType(field.type))) : fields;
    if (below.length === 0) return '__typename';
    const field = this.#pick<GraphQLField<unknown, unknown>>(below);
    const given = field.args.flatMap((argument) => this.#argument(argument));
    const named = getNamedType(field.type);
    const set = isLeafType(named) ? '' : ` { ${this.#selections(named, depth + 1)} }`;
    // The same name with other arguments would be a conflict.
    const alias = this.#alias(given.length > 0 ? 100 : 25);
    return `${alias}${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${this.#directives()}${set}`;
  }

  #alias(percent: number): string {
    return this.#chance(percent) ? `${this.#newName('a')}: ` : '';
  }

  #directives(): string {
    if (!this.#hasDirectives || this.#chance(65)) return '';
    const names = this.#pick([['include'], ['skip'], ['skip', 'include']]);
    return names.map((name) => ` @${name}(if: ${this.#condition(name === 'include')})`).join('');
  }

  #condition(usually: boolean): string {
    const value = this.#chance(70) ? usually : !usually;
    if (this.#chance(40)) return String(value);
    const name = this.#newName('v');
    const how = this.#int(9);
    if (how < 5) this.#define(name, 'Boolean!', value);
    else if (how < 8) this.#definitions.push(`$${name}: Boolean = ${value}`);
    else if (how === 8) this.#define(name, `Boolean = ${value}`, !value);
    // Valid, and wrong where it is used.
    else this.#define(name, `Boolean = ${value}`, null);
    return `$${name}`;
  }

  #define(name: string, definition: string, value: unknown): void {
    this.#definitions.push(`$${name}: ${definition}`);
    this.#variables[name] = value;
  }

  #argument(argument: GraphQLArgument): string[] {
    const isPageSize = argument.name === 'first';
    if (!isRequiredArgument(argument) && !this.#chance(isPageSize ? 90 : 25)) return [];
    // `last` excludes `first`, which most pages have.
    if (argument.name === 'last' && this.#chance(80)) return [];
    const value = this.#chance(35) ? this.#variable(argument.type) : this.#literal(argument.type);
    return value === null ? [] : [`${argument.name}: ${value}`];
  }

  /** A variable for a place of this type; one with a default may stand where there must be a value. */
  #variable(type: GraphQLInputType): string {
    const name = this.#newName('v');
    const nullable = getNullableType(type);
    const how = this.#int(9);
    if (isNonNullType(type)) {
      if (how < 6) this.#define(name, String(type), this.#value(type));
      else if (how < 8) this.#definitions.push(`$${name}: ${nullable} = ${this.#constant(type)}`);
      else if (how === 8) this.#definitions.push(`$${name}: ${type} = ${this.#constant(type)}`);
      else this.#define(name, `${nullable} = ${this.#constant(type)}`, null);
    } else if (how < 5) this.#define(name, String(nullable), this.#value(type));
    else if (how === 5) this.#define(name, String(nullable), null);
    else if (how === 6) this.#definitions.push(`$${name}: ${nullable}`);
    else if (how === 7) this.#define(name, `${nullable} = ${this.#constant(type)}`, null);
    else this.#definitions.push(`$${name}: ${nullable} = ${this.#constant(type)}`);
    return `$${name}`;
  }

  /** A value as variables carry it. */
  #value(type: GraphQLInputType): unknown {
    const nullable = getNullableType(type);
    if (!isNonNullType(type) && this.#chance(10)) return null;
    if (isListType(nullable))
      return this.#chance(20) ? this.#value(nullable.ofType) : this.#items(() => this.#value(nullable.ofType));
    if (isEnumType(nullable)) return this.#pick(nullable.getValues()).name;
    if (!isInputObjectType(nullable)) return this.#sample(nullable.name);
    const fields = Object.values(nullable.getFields()).filter(
      (field) => isRequiredArgument(field as never) || this.#chance(30),
    );
    return Object.fromEntries(fields.map((field) => [field.name, this.#value(field.type)]));
  }

  #items<Item>(make: () => Item): Item[] {
    return Array.from({ length: this.#int(2) }, make);
  }

  #sample(scalar: string): unknown {
    const samples = this.#samples[scalar];
    if (samples === undefined) throw new Error(`There are no samples of ${scalar}.`);
    return this.#chance(60) ? samples[0] : this.#pick(samples);
  }

  /** A value as text of the document; null for none, where it would have text of the client's. */
  #literal(type: GraphQLInputType): string | null {
    const nullable = getNullableType(type);
    if (isInputObjectType(nullable)) return this.#object(type);
    if (!this.#hasTexts && !isEnumType(getNamedType(nullable)) && getNamedType(nullable).name !== 'Int') {
      return isNonNullType(type) ? this.#variable(type) : null;
    }
    return this.#constant(type);
  }

  #object(type: GraphQLInputType): string {
    const nullable = getNullableType(type);
    if (!isInputObjectType(nullable)) return this.#constant(type);
    const fields = Object.values(nullable.getFields()).flatMap((field) => {
      if (!isRequiredArgument(field as never) && !this.#chance(30)) return [];
      const value = this.#hasTexts && this.#chance(30) ? this.#variable(field.type) : this.#literal(field.type);
      return value === null ? [] : [`${field.name}: ${value}`];
    });
    return `{ ${fields.join(', ')} }`;
  }

  #constant(type: GraphQLInputType): string {
    return literalOf(this.#value(isNonNullType(type) ? type : getNullableType(type)), type);
  }
}

/** The value as a literal of the type. */
function literalOf(value: unknown, type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (value === null) return 'null';
  if (isListType(nullable)) {
    return Array.isArray(value)
      ? `[${value.map((item) => literalOf(item, nullable.ofType)).join(', ')}]`
      : literalOf(value, nullable.ofType);
  }
  if (isEnumType(nullable)) return String(value);
  // Half a character can not be written in a document.
  if (!isInputObjectType(nullable)) return JSON.stringify(value).replaceAll('\\ud800', '');
  const types = nullable.getFields();
  const fields = Object.entries(value as object).map(
    ([name, one]) => `${name}: ${literalOf(one, types[name]?.type as GraphQLInputType)}`,
  );
  return `{ ${fields.join(', ')} }`;
}
