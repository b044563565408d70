/**
 * Every operation of the SDK as a `TypedDocumentNode`, for Apollo Client, urql and other clients that work on syntax
 * trees. Each stands alone in a bundle: what is not imported is left out.
 *
 * @module documents
 */
export type { TypedDocumentNode } from './document-node.js';
export * from './generated/document-nodes.js';
export * from './generated/operations.js';
