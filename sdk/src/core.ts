/**
 * A client in which an operation costs what its text does: `TokenVueCore`, and every operation of the SDK to hand to it. A
 * bundle holds the operations and functions that it names, and no other.
 *
 * @module core
 */
import type { CallPromise } from './call-promise.js';
import type { TypedDocument } from './document.js';
import { Executor, type List, type Mutation, type MutationOptions, type Payload, type Results } from './executor.js';
import type { ItemIterator, IterateOptions } from './pages.js';
import type { TokenVueCore } from './token-vue-core.js';

export type { CallPromise, ResponseDetails, WithResponse } from './call-promise.js';
export type { TypedDocument } from './document.js';
export type { List, Mutation, MutationOptions, Payload, Results } from './executor.js';
export * from './generated/documents.js';
export * from './generated/operations.js';
export type * from './options.js';
export type { ItemIterator, IterateOptions, Page } from './pages.js';
export { type RequestArguments, TokenVueCore } from './token-vue-core.js';

/**
 * Runs a mutation of one `input`, and answers with what its payload holds; `userErrors` are thrown, as the client's methods
 * throw them. It is sent again when the input has an `idempotencyKey`, or `isRepeatable` says that it does nothing more when
 * it arrives twice.
 */
export function mutate<P extends Payload, Input>(
  core: TokenVueCore,
  document: Mutation<P, Input>,
  input: Input,
  options?: MutationOptions,
): CallPromise<Results<P>> {
  return new Executor(core.transport).payload(document, input, options);
}

/** All items of a query's one list, page after page, under the same variables. */
export function iterate<Item, Variables>(
  core: TokenVueCore,
  document: TypedDocument<Record<string, List<Item>>, Variables>,
  variables: Omit<Variables, 'first' | 'after' | 'last' | 'before'>,
  options: IterateOptions = {},
): ItemIterator<Item> {
  return new Executor(core.transport).iterate(document, variables as Variables, options);
}
