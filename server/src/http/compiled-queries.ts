import {
  type DocumentNode,
  GraphQLBoolean,
  GraphQLID,
  GraphQLInt,
  type GraphQLSchema,
  GraphQLString,
  isAbstractType,
  Kind,
  visit,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { walkFields } from './walk-fields.js';

/** Uses after which a query counts as one that a program sends again and again. */
const usesBeforeCompiling = 3;

/** What one query may have at the most, because nothing else runs while it is compiled: characters, and fields. */
const sourceMax = 20_000;
const fieldsMax = 150;

/** What is kept at the most: queries, and fields of all of them, each of which takes ten to twenty kilobytes. */
const queriesKeptMax = 100;
const fieldsKeptMax = 2_500;

/** As graphql-js serializes them, which nearly always means that the value goes out as it is. */
const customSerializers = {
  String: (value: unknown) => (typeof value === 'string' ? value : GraphQLString.serialize(value)),
  ID: (value: unknown) => (typeof value === 'string' ? value : GraphQLID.serialize(value)),
  Boolean: (value: unknown) => (typeof value === 'boolean' ? value : GraphQLBoolean.serialize(value)),
  Int: (value: unknown) => (typeof value === 'number' && (value | 0) === value ? value : GraphQLInt.serialize(value)),
};

/** Queries that come again and again, as compiled code. Documents are told apart by identity: Apollo keeps one for a text. */
export class CompiledQueries {
  readonly #schema: GraphQLSchema;
  readonly #uses = new WeakMap<DocumentNode, number>();
  readonly #compiled = new LRUCache<DocumentNode, CompiledQuery>({
    max: queriesKeptMax,
    maxSize: fieldsKeptMax,
    dispose: (_query, document) => this.#uses.delete(document),
  });

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** The compiled code of the document, once it has come often enough; null where it has none. */
  of(document: DocumentNode): CompiledQuery | null {
    const compiled = this.#compiled.get(document);
    if (compiled !== undefined) return compiled;
    const uses = (this.#uses.get(document) ?? 0) + 1;
    this.#uses.set(document, uses);
    return uses === usesBeforeCompiling ? this.#compile(document) : null;
  }

  #compile(document: DocumentNode): CompiledQuery | null {
    if (!isSafeToCompile(document)) return null;
    const fields = countFields(this.#schema, document);
    if (fields > fieldsMax || (document.loc?.end ?? 0) > sourceMax) return null;
    const compiled = compileQuery(this.#schema, document, '', { customSerializers });
    if (!isCompiledQuery(compiled)) return null;
    this.#compiled.set(document, compiled, { size: Math.max(fields, 1) });
    return compiled;
  }
}

/**
 * Only a single query without any text of the client's own: what the compiler writes into code then holds nothing but
 * names that the schema knows, aliases, and numbers. Text comes in variables, which are never compiled. And only what the
 * compiler answers as graphql-js does: without directives, without variables inside of literals, which are null for it when
 * they are left out, and without `_` in aliases, with which it mistakes one field's place for another's.
 */
export function isSafeToCompile(document: DocumentNode): boolean {
  let operations = 0;
  let isSafe = true;
  const refuse = () => {
    isSafe = false;
  };
  visit(document, {
    OperationDefinition(operation) {
      operations += 1;
      if (operation.operation !== 'query') refuse();
    },
    Field({ alias }) {
      if (alias?.value.includes('_')) refuse();
    },
    Name({ value }) {
      if (value.startsWith('__') && value !== '__typename') refuse();
    },
    Variable(_variable, _key, parent) {
      const isWhole = parent !== undefined && 'kind' in parent && parent.kind !== Kind.OBJECT_FIELD;
      if (!isWhole) refuse();
    },
    Directive: refuse,
    StringValue: refuse,
  });
  return isSafe && operations === 1;
}

/** Fields that are compiled: below an interface or a union once for each type that there may be. */
function countFields(schema: GraphQLSchema, document: DocumentNode): number {
  let count = 0;
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    walkFields({ schema, document, operation }, 1, ({ parent }, above) => {
      const times = isAbstractType(parent) ? above * schema.getPossibleTypes(parent).length : above;
      count += times;
      return times;
    });
  }
  return count;
}
