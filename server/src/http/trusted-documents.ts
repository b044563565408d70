import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type DocumentNode, parse, visit } from 'graphql';
import { ConfigError } from '../config.js';
import { requestError } from '../errors.js';
import type { GraphQLRequest } from './graphql-request.js';

/** The documents that run, and no others. */
export class TrustedDocuments {
  /** Texts by their SHA-256 in lower-case hex. */
  readonly #texts: ReadonlyMap<string, string>;
  /** Whether one of them reads the schema. */
  readonly hasIntrospection: boolean;

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
    this.hasIntrospection = [...texts.values()].some((text) => readsSchema(parse(text)));
  }

  /**
   * The request with the text of its document, whether it came by text or by hash.
   * @throws BAD_USER_INPUT for any other document, which is not even parsed
   */
  resolve({ query, extensions, ...request }: GraphQLRequest): GraphQLRequest {
    const persisted = extensions?.['persistedQuery'] as { sha256Hash?: string } | undefined;
    const hash = query === undefined ? persisted?.sha256Hash : createHash('sha256').update(query).digest('hex');
    const text = this.#texts.get(hash ?? '');
    if (text === undefined) throw requestError('documentNotTrusted');
    return { ...request, query: text };
  }
}

/** @throws ConfigError with one sentence for a file that is no manifest */
export async function readTrustedDocuments(file: string): Promise<TrustedDocuments> {
  const wrong = (what: string) =>
    new ConfigError(`TRUSTED_DOCUMENTS expects a manifest of documents; ${file} ${what}.`);
  const json = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrong(`can not be read (${error.code})`);
  });
  let manifest: { format?: unknown; version?: unknown; operations?: unknown } | null;
  try {
    manifest = JSON.parse(json);
  } catch {
    throw wrong('is no JSON');
  }
  const { format, version, operations } = manifest ?? {};
  if (format !== 'apollo-persisted-query-manifest' || version !== 1 || !Array.isArray(operations)) {
    throw wrong('is not of the format apollo-persisted-query-manifest, version 1');
  }
  if (operations.length === 0) throw wrong('has no operations');
  const texts = new Map<string, string>();
  for (const [index, operation] of operations.entries()) {
    const { id, body } = (operation ?? {}) as { id?: unknown; body?: unknown };
    if (typeof body !== 'string' || createHash('sha256').update(body).digest('hex') !== id) {
      throw wrong(`has an operation at place ${index} whose id is not the SHA-256 of its body`);
    }
    try {
      parse(body);
    } catch {
      throw wrong(`has an operation at place ${index} that does not parse`);
    }
    texts.set(id, body);
  }
  return new TrustedDocuments(texts);
}

function readsSchema(document: DocumentNode): boolean {
  let reads = false;
  visit(document, {
    Field: ({ name }) => {
      reads ||= name.value === '__schema' || name.value === '__type';
    },
  });
  return reads;
}
