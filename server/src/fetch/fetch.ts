import { Extensions } from 'type-graphql';
import type { Actor } from '../access/actor.js';
import type { MemberRole } from '../access/permissions.js';
import type { Sql } from '../database/sql.js';
import type { Parse } from '../database/table.js';
import type { Selection } from './selection.js';

/** What a piece of SQL may depend on: who asks, and SQL for their role in the row's workspace. */
export interface Sight {
  readonly actor: Actor;
  readonly role: Sql;
}

/** A value that a statement fetches with each row, over the alias of the row's table and of what is joined to it. */
export interface Piece<Value = unknown> {
  readonly sql: Sql | ((sight: Sight) => Sql);
  readonly parse: Parse<NonNullable<Value>>;
  /** Only for the compiler: what the value is like, null included. */
  readonly like?: Value;
  /** What has to be joined for it. The same joins of several pieces are one. */
  readonly joins?: readonly Sql[];
}

export function piece<Value>(
  sql: Piece['sql'],
  parse: Parse<NonNullable<Value>>,
  ...joins: readonly Sql[]
): Piece<Value> {
  return { sql, parse, joins };
}

/** What a field that is fetched along knows beside its values. */
export interface Fetched {
  readonly actor: Actor;
  /** What the client asks of the field's own object. */
  readonly selected: Selection;
}

/** How a field is fetched along with its row: the values that it needs, and what comes of them. */
export interface Need {
  readonly pieces: readonly Piece[];
  /** Gets the values in their order, then what else is known. */
  readonly read: (...values: readonly unknown[]) => unknown;
}

type ValuesOf<Pieces extends readonly Piece[]> = {
  [Index in keyof Pieces]: Pieces[Index] extends { readonly like?: infer Value } ? Value : never;
};

/** Under which a field's need stands among the extensions of the schema: of one without a resolver, and of one with. */
export const needKey = 'fetch';
export const alongKey = 'along';

/** The actor's role in the row's workspace. */
export const viewerRole: Piece<MemberRole | null> = { sql: ({ role }) => role, parse: (text) => text as MemberRole };

/**
 * Says what a field needs fetched along with its row, wherever the row comes from: no resolver runs for it, and no statement
 * of its own. On a field of the type's class the one value is the field's; a resolver's method makes the field's value of
 * the values, without a promise.
 *
 *   @Fetch(workspaces.columns.monthlyBudget)
 *   @FieldResolver(() => Money, { description: '…' })
 *   monthlyBudget(amount: string, { actor }: Fetched): Money { return { amount, currency: actor.currency }; }
 */
export function Fetch<const Pieces extends readonly Piece[]>(...pieces: Pieces) {
  return (
    target: object,
    name: string | symbol,
    descriptor?: { value?: (...given: [...values: ValuesOf<Pieces>, fetched: Fetched]) => unknown },
  ): void => {
    const read = (descriptor?.value ?? firstOf) as Need['read'];
    const need: Need = { pieces, read };
    const decorate = Extensions({ [needKey]: need }) as (
      target: object,
      name: string | symbol,
      descriptor?: object,
    ) => void;
    decorate(target, name, descriptor);
  };
}

/**
 * Says what the resolver of a field needs fetched along with its row: the value lies in the row under the field's own name.
 */
export function Along<Value>(needed: Piece<Value>): MethodDecorator {
  const need: Need = { pieces: [needed], read: firstOf };
  return Extensions({ [alongKey]: need });
}

function firstOf(value: unknown): unknown {
  return value;
}
