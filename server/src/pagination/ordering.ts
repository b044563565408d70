import type { Values } from '../access/sight.js';
import type { CursorKey, CursorShape, cursorParts } from './cursor.js';

/** How a list is ordered. */
export interface Ordering<Field extends string = string> {
  readonly field: Field;
  readonly direction: 'ASC' | 'DESC';
}

export interface SortColumn {
  readonly sql: string;
  /** What stands for it in a cursor. */
  readonly part: keyof typeof cursorParts;
}

/** What a list is ordered by. The columns together tell any two rows apart, so that a cursor names one place. */
export interface SortKey<Row> {
  readonly columns: readonly SortColumn[];
  readonly of: (row: Row) => CursorKey;
}

/** SQL that turns a part of a cursor into a value to compare with; texts are names and compared in folded case. */
const valueSql: Record<SortColumn['part'], (placeholder: string) => string> = {
  uuid: (placeholder) => `${placeholder}::uuid`,
  decimal: (placeholder) => `${placeholder}::numeric`,
  time: (placeholder) => `${placeholder}::timestamptz`,
  text: (placeholder) => `fold_case(${placeholder})`,
};

/** The cursors of a list in one of its orderings. */
export function cursorShapeOf(
  list: string,
  { field, direction }: Ordering,
  { columns }: { readonly columns: readonly SortColumn[] },
): CursorShape {
  return { ordering: `${list}:${field}:${direction}`, parts: columns.map(({ part }) => part) };
}

/** The cursor's place as SQL, a value a column. */
export function placeSql(columns: readonly SortColumn[], after: CursorKey, values: Values): string[] {
  return columns.map(({ part }, index) => valueSql[part](values.add(after[index])));
}

/** The comparison that holds for what comes after a place. */
export function comparisonOf(direction: Ordering['direction']): '>' | '<' {
  return direction === 'ASC' ? '>' : '<';
}

/** SQL that holds for the rows after the place. */
export function afterSql(
  columns: readonly SortColumn[],
  direction: Ordering['direction'],
  place: readonly string[],
): string {
  return `(${columns.map(({ sql }) => sql).join(', ')}) ${comparisonOf(direction)} (${place.join(', ')})`;
}

/** What stands behind ORDER BY. */
export function orderSql(columns: readonly SortColumn[], direction: Ordering['direction']): string {
  return columns.map(({ sql }) => `${sql} ${direction}`).join(', ');
}
