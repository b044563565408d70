/**
 * The client. It has the public names of the modules `errors` and, but for the documents themselves, `documents` too.
 * These are all of them: what has no name here may change in any release.
 *
 * @module client
 */

export type { CallPromise, ResponseDetails, WithResponse } from './call-promise.js';
export * from './client.js';
export type { AnyDocument, DocumentTree, TypedDocument } from './document.js';
export * from './errors.js';
export type { MoneyFragment as Money, PageInfoFragment as PageInfo } from './generated/operations.js';
export * from './generated/operations.js';
export { keyDigest } from './key-digest.js';
export type * from './options.js';
export type { ItemIterator, IterateOptions, PageOptions } from './pages.js';
export { type RequestArguments, TokenVueCore } from './token-vue-core.js';
