/**
 * Sends usage to the server: in batches, again where that can help, and never losing a record without a word. It is for
 * gateways, whose requests should not wait until their usage is recorded.
 *
 * @module usage-recorder
 */

export type { RecordedUsage, RefusedRecord, UsageRefusal } from '../gateway.js';
export type * from '../generated/operations.js';
export type { CallOptions } from '../options.js';
export type { RefusedUsage, UsageRecipient, UsageRecorderFailure, UsageRecorderOptions } from './options.js';
export { type CloseOptions, UsageRecorder } from './recorder.js';
export { MemoryUsageStore, type StoredUsage, type UsageStore } from './store.js';
