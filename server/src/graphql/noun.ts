import { type ColumnType, type ColumnTypes, Table } from '../database/table.js';
import { parseGlobalId, toGlobalId } from './ids.js';

/** Columns of everything that the API shows by id. */
export type NounColumns = ColumnTypes & {
  readonly id: ColumnType<string>;
  readonly organizationId: ColumnType<string>;
};

/** What the API shows by a global id: its table, its type's name, and the prefix of its ids. */
export class Noun<Types extends NounColumns = NounColumns> extends Table<Types> {
  constructor(
    /** Name of the GraphQL type. */
    readonly type: string,
    readonly prefix: string,
    table: { readonly name: string; readonly alias: string; readonly columns: Types },
  ) {
    super(table.name, table.alias, table.columns);
  }

  globalId(uuid: string): string {
    return toGlobalId(this.prefix, uuid);
  }

  /** The UUID in a global id of this noun, or null where the text is not such an id. */
  uuidOf(id: string): string | null {
    const parsed = parseGlobalId(id);
    return parsed?.prefix === this.prefix ? parsed.uuid : null;
  }

  /** The UUIDs among global ids of this noun; a malformed id is an id of nothing. */
  uuidsOf(ids: readonly string[]): string[] {
    return ids.flatMap((id) => this.uuidOf(id) ?? []);
  }
}
