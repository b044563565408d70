import type { Actor } from '../access/actor.js';
import type { TextRow } from '../database/message.js';
import { asParameterless, empty, join, type Sql } from '../database/sql.js';
import type { Noun } from '../graphql/noun.js';
import type { Fetched, Need, Piece, Sight } from './fetch.js';
import type { Selection } from './selection.js';

/** What is fetched of each row has this much at least. */
export interface NounRow {
  readonly __typename: string;
  readonly uuid: string;
  /** Global id. */
  readonly id: string;
}

/** The needs of a type's fields, by their names. */
export type Needs = ReadonlyMap<string, Need>;

interface PlannedField {
  readonly name: string;
  /** Where its values lie in the row. */
  readonly at: readonly number[];
  readonly parse: readonly Piece['parse'][];
  readonly read: Need['read'];
  readonly selected: Selection;
}

/** What a statement fetches of a noun for one selection, and how its rows become objects. */
export class Plan {
  readonly noun: Noun;
  /** The first is the row's UUID, which is never null. */
  readonly #pieces: Piece['sql'][];
  readonly #joins = new Set<Sql>();
  readonly #fields: PlannedField[] = [];
  readonly #empty: Readonly<Record<string, unknown>>;
  readonly #statements = new Map<string, Sql>();

  constructor(noun: Noun, needs: Needs, selection: Selection) {
    this.noun = noun;
    this.#pieces = [noun.columns.id.sql];
    for (const [name, selected] of selection) {
      const need = needs.get(name);
      if (need !== undefined && name !== 'id') this.#add(name, need, selected);
    }
    // All rows of a plan have the same shape, in the same order.
    const names = ['__typename', 'uuid', 'id', ...this.#fields.map(({ name }) => name)];
    this.#empty = Object.fromEntries(names.map((name) => [name, null]));
  }

  #add(name: string, { pieces, read }: Need, selected: Selection): void {
    const at = pieces.map(({ sql: one, joins = [] }) => {
      for (const joined of joins) this.#joins.add(joined);
      const known = this.#pieces.indexOf(one);
      return known >= 0 ? known : this.#pieces.push(one) - 1;
    });
    this.#fields.push({ name, at, parse: pieces.map(({ parse }) => parse), read, selected });
  }

  /** How many values it fetches: where others begin in a row that has more. */
  get width(): number {
    return this.#pieces.length;
  }

  /** The values, as SELECT names them. */
  selected(sight: Sight): Sql {
    return join(
      this.#pieces.map((one) => (typeof one === 'function' ? one(sight) : one)),
      ', ',
    );
  }

  get joins(): Sql {
    return this.#joins.size === 0 ? empty : join([...this.#joins], ' ');
  }

  /** The columns of the noun's own table that its pieces and joins name: what a subquery in its place has to answer with. */
  ownColumns(sight: Sight): ReadonlySet<string> {
    const text = [this.selected(sight), this.joins].map(asParameterless).join(' ');
    const named = text.matchAll(new RegExp(`\\b${this.noun.alias}\\.(\\w+)`, 'g'));
    return new Set([...named].map(([, name]) => name as string));
  }

  /** A statement with the plan's own values only, made once for each key, of which there are few. */
  statement(key: string, make: () => Sql): Sql {
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = make();
      this.#statements.set(key, statement);
    }
    return statement;
  }

  /** The objects of rows whose values begin here. */
  rowsOf(rows: readonly TextRow[], actor: Actor, from = 0): NounRow[] {
    // Once for all rows, of which there are many.
    const fetched = this.#fields.map(({ selected }): Fetched => ({ actor, selected }));
    return rows.map((texts) => this.#rowOf(texts, fetched, from));
  }

  #rowOf(texts: TextRow, fetched: readonly Fetched[], from: number): NounRow {
    const uuid = texts[from] as string;
    const row: Record<string, unknown> = { ...this.#empty };
    row['__typename'] = this.noun.type;
    row['uuid'] = uuid;
    row['id'] = this.noun.globalId(uuid);
    for (let index = 0; index < this.#fields.length; index++) {
      const { name, at, parse, read } = this.#fields[index] as PlannedField;
      const known = fetched[index];
      const first = valueAt(texts, from + (at[0] as number), parse[0]);
      if (at.length === 1) row[name] = read(first, known);
      else row[name] = read(...at.map((place, of) => valueAt(texts, from + place, parse[of])), known);
    }
    return row as unknown as NounRow;
  }
}

function valueAt(texts: TextRow, place: number, parse: Piece['parse'] | undefined): unknown {
  const text = texts[place];
  return text == null || parse === undefined ? null : parse(text);
}
