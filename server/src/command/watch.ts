import type { RowOf } from '../database/table.js';
import type { Changes } from '../database/transaction.js';
import type { Noun } from '../graphql/noun.js';
import type { Run } from './command.js';

/**
 * What hangs on the rows of a noun, which knows nothing of it, has its say in every change of one, in the change's own
 * transaction and under its locks.
 */
export interface Watcher<Of extends Noun = Noun> {
  readonly noun: Of;
  /** Refuses what would break something. @throws Refusal */
  readonly before?: (run: Run, row: RowOf<Of>, changes: Changes<Of>) => Promise<void>;
  /** Follows what has changed. */
  readonly after?: (run: Run, row: RowOf<Of>, changes: Changes<Of>) => Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: of whichever noun, which only the watcher itself has to know.
export type AnyWatcher = Watcher<any>;

const watchersOf = new Map<Noun, readonly AnyWatcher[]>();

/** Called by the registry. */
export function watch(watcher: AnyWatcher): void {
  watchersOf.set(watcher.noun, [...(watchersOf.get(watcher.noun) ?? []), watcher]);
}

/** Writes a change of the row between what its watchers do before and after. */
export async function watched<Of extends Noun>(
  run: Run,
  noun: Of,
  { row, changes }: { readonly row: RowOf<Of>; readonly changes: Changes<Of> },
  write: () => Promise<void>,
): Promise<void> {
  const watchers: readonly Watcher<Of>[] = watchersOf.get(noun) ?? [];
  for (const { before } of watchers) await before?.(run, row, changes);
  await write();
  for (const { after } of watchers) await after?.(run, row, changes);
}
