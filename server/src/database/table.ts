import pg from 'pg';
import type { EntitySchemaOptions } from 'typeorm';
import { raw, type Sql } from './sql.js';

/** How a column's text, as PostgreSQL sends it, becomes a value. */
export type Parse<Value> = (text: string) => Value;

/** What a column holds and how the table declares it; built by the functions below. */
export class ColumnType<Value, Given extends boolean = true> {
  /** Only for the compiler: the value of the column, and whether an insert has to bring it. */
  declare readonly value: Value;
  declare readonly given: Given;

  constructor(
    readonly type: string,
    readonly parse: Parse<NonNullable<Value>>,
    readonly options: {
      readonly isNullable?: boolean;
      readonly isPrimary?: boolean;
      readonly isArray?: boolean;
      /** SQL. */
      readonly defaultValue?: string;
      readonly isKept?: boolean;
    } = {},
  ) {}

  /** May be null; an insert may leave it out. */
  nullable(): ColumnType<Value | null, false> {
    return new ColumnType<Value | null, false>(this.type, this.parse, { ...this.options, isNullable: true });
  }

  /** Part of the table's primary key. */
  primary(): ColumnType<Value, Given> {
    return new ColumnType<Value, Given>(this.type, this.parse, { ...this.options, isPrimary: true });
  }

  /** Has a default, as SQL; an insert may leave it out. */
  default(sql: string): ColumnType<Value, false> {
    return new ColumnType<Value, false>(this.type, this.parse, { ...this.options, defaultValue: sql });
  }

  /** Kept by triggers: neither inserted nor changed by a command. */
  kept(): ColumnType<Value, false> {
    return new ColumnType<Value, false>(this.type, this.parse, { ...this.options, isKept: true });
  }
}

const asIs: Parse<string> = (text) => text;
const parserOf = (oid: number) => pg.types.getTypeParser(oid) as Parse<unknown>;
const parseTime = parserOf(pg.types.builtins.TIMESTAMPTZ) as Parse<Date>;
const textArrayOid = 1009;
const integerArrayOid = 1007;

export const parseBoolean: Parse<boolean> = (text) => text === 't';
export { asIs as parseText, parseTime };
export const parseInteger: Parse<number> = Number;

export const uuid = () => new ColumnType<string>('uuid', asIs);
export const text = <Value extends string = string>() => new ColumnType<Value>('text', asIs as Parse<Value>);
export const integer = () => new ColumnType<number>('integer', parseInteger);
/** Exact: a string in JavaScript. */
export const numeric = () => new ColumnType<string>('numeric', asIs);
export const bigint = () => new ColumnType<string>('bigint', asIs);
export const boolean = () => new ColumnType<boolean>('boolean', parseBoolean);
/** With milliseconds, as JavaScript's times have. */
export const time = () => new ColumnType<Date>('timestamptz', parseTime);
export const bytes = () => new ColumnType<Buffer>('bytea', parserOf(pg.types.builtins.BYTEA) as Parse<Buffer>);
export const json = <Value>() => new ColumnType<Value>('jsonb', (json) => JSON.parse(json) as NonNullable<Value>);
export const texts = <Value extends string = string>() =>
  new ColumnType<readonly Value[]>('text', parserOf(textArrayOid) as Parse<readonly Value[]>, { isArray: true });
const parseTexts = parserOf(textArrayOid);
export const uuids = () =>
  new ColumnType<readonly string[]>('uuid', parseTexts as Parse<readonly string[]>, { isArray: true });
/** Exact: strings in JavaScript. */
export const numerics = () =>
  new ColumnType<readonly string[]>('numeric', parseTexts as Parse<readonly string[]>, { isArray: true });
export const integers = () =>
  new ColumnType<readonly number[]>('integer', parserOf(integerArrayOid) as Parse<readonly number[]>, {
    isArray: true,
  });

export type ColumnTypes = Readonly<Record<string, ColumnType<unknown, boolean>>>;

/** A row of the table, every column of it. */
export type RowOf<Of extends { readonly types: ColumnTypes }> = {
  readonly [Name in keyof Of['types']]: Of['types'][Name]['value'];
};

/** What an insert brings: what has no default must be there. */
export type NewRowOf<Of extends { readonly types: ColumnTypes }> = {
  readonly [Name in keyof Of['types'] as Of['types'][Name]['given'] extends true
    ? Name
    : never]: Of['types'][Name]['value'];
} & {
  readonly [Name in keyof Of['types'] as Of['types'][Name]['given'] extends true
    ? never
    : Name]?: Of['types'][Name]['value'];
};

/** A column in statements, over the table's alias, and how its text becomes a value. */
export interface Column<Value = unknown> {
  /** In camel case. */
  readonly name: string;
  /** Under the table's alias, such as `w.owner_user_id`. */
  readonly sql: Sql;
  /** Without the alias. */
  readonly bare: Sql;
  readonly parse: Parse<NonNullable<Value>>;
  /** Only for the compiler: what the value is like, null included. */
  readonly like?: Value;
}

/**
 * A table with one typed map of its columns, from which its row type, every SELECT, INSERT and UPDATE, locks, what the
 * audit tells, and TypeORM's entity follow.
 */
export class Table<Types extends ColumnTypes = ColumnTypes> {
  /** Columns by their names in camel case. */
  readonly columns: { readonly [Name in keyof Types]: Column<Types[Name]['value']> };
  /** All of them, in their order, as a SELECT names them. */
  readonly selected: Sql;
  /** The table with its alias, as FROM names it. */
  readonly from: Sql;
  readonly #list: readonly Column[];

  constructor(
    readonly name: string,
    readonly alias: string,
    readonly types: Types,
  ) {
    this.#list = Object.entries(types).map(([property, { parse }]) => ({
      name: property,
      sql: raw(`${alias}.${toSnakeCase(property)}`),
      bare: raw(toSnakeCase(property)),
      parse,
    }));
    this.columns = Object.fromEntries(this.#list.map((column) => [column.name, column])) as Table<Types>['columns'];
    this.selected = raw(this.#list.map(({ sql }) => sql.strings[0]).join(', '));
    this.from = raw(`${name} ${alias}`);
  }

  /** The row of texts in the order of `selected`, from this place on. */
  parse(row: readonly (string | null)[], from = 0): RowOf<this> {
    const parsed: Record<string, unknown> = {};
    for (const [index, { name, parse }] of this.#list.entries()) {
      const value = row[from + index];
      parsed[name] = value == null ? null : parse(value);
    }
    return parsed as RowOf<this>;
  }

  /** How many columns it has: where the next begin in a row that names more. */
  get width(): number {
    return this.#list.length;
  }

  /** What TypeORM knows of the table. */
  toEntity(): EntitySchemaOptions<unknown> {
    return {
      name: this.name,
      tableName: this.name,
      columns: Object.fromEntries(
        Object.entries(this.types).map(([property, { type, options }]) => [
          property,
          {
            name: toSnakeCase(property),
            type: type as 'text',
            nullable: options.isNullable ?? false,
            primary: options.isPrimary ?? false,
            array: options.isArray ?? false,
            ...(type === 'timestamptz' && { precision: 3 }),
            ...(options.defaultValue !== undefined && { default: () => options.defaultValue as string }),
          },
        ]),
      ),
    };
  }
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
