/**
 * The client. It has the public names of the modules `errors` and, but for the documents themselves, `documents` too.
 * These are all of them: what has no name here may change in any release.
 *
 * @module client
 */
export * from './client.js';
export type { TypedDocument } from './document.js';
export * from './errors.js';
export type * from './generated/operations.js';
export type { MoneyFragment as Money, PageInfoFragment as PageInfo } from './generated/operations.js';
export { keyDigest } from './key-digest.js';
export type * from './options.js';
export type { IterateOptions, PageOptions } from './pages.js';
