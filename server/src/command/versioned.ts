import { organization, sql } from '../database/sql.js';
import type { ColumnType, RowOf } from '../database/table.js';
import type { Changes } from '../database/transaction.js';
import { Refusal } from '../errors.js';
import type { Noun, NounColumns } from '../graphql/noun.js';
import type { Run } from './command.js';
import { watched } from './watch.js';

type VersionedColumns = NounColumns & { readonly version: ColumnType<number, false> };

/** A row as it was locked. */
export interface Versioned {
  readonly id: string;
  readonly version: number;
}

/**
 * Refuses a change that was made of another state than the present one, which goes with the refusal: as
 * `conflictingWorkspace` for a workspace, and so for every noun.
 * @throws Refusal VERSION_CONFLICT
 */
export function refuseOtherVersion(noun: Noun, { id, version }: Versioned, expectedVersion: number): void {
  if (version === expectedVersion) return;
  throw new Refusal([{ refusal: 'versionConflict', field: ['input', 'expectedVersion'] }], {
    [`conflicting${noun.type}`]: id,
  });
}

/** Changes a row that is locked, and raises its version; who watches it has a say. */
export async function changeVersioned<Types extends VersionedColumns>(
  run: Run,
  noun: Noun<Types>,
  row: RowOf<Noun<Types>> & Versioned,
  changes: Changes<Noun<Types>>,
): Promise<void> {
  const { id, version } = row;
  const where = sql`${noun.columns.organizationId.sql} = ${organization} AND ${noun.columns.id.sql} = ${id}
    AND ${noun.columns.version.sql} = ${version}`;
  const all = { ...changes, version: sql`${noun.columns.version.sql} + 1` } as Changes<Noun<Types>>;
  await watched(run, noun, { row, changes }, async () => {
    if ((await run.transaction.update(noun, all, where)) !== 1) {
      throw new Error(`The version of ${noun.type} has changed under its lock.`);
    }
  });
}
