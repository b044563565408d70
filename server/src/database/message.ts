/// <reference path="./pg-internals.d.ts" />
/// <reference path="./pg-internals.d.ts" />
import pg from 'pg';
import utils from 'pg/lib/utils.js';
import { serialize } from 'pg-protocol';
import type { Statement } from './sql.js';

/** A row as PostgreSQL sends it: texts in the order of the columns. */
export type TextRow = readonly (string | null)[];

interface AnswerColumn {
  readonly name: string;
  readonly dataTypeID: number;
}

/** What PostgreSQL answers to one statement. */
export interface Answer {
  readonly rows: TextRow[];
  /** Rows that were changed, or that are answered. */
  count: number;
  columns: readonly AnswerColumn[];
}

/** What of a connection of `pg` a message is written to. */
interface Wire {
  readonly stream: { write(data: Buffer): boolean };
  on(event: 'parseComplete', listener: () => void): void;
  off(event: 'parseComplete', listener: () => void): void;
  /** Texts by the names under which PostgreSQL knows them. */
  readonly parsedStatements: Record<string, string>;
}

/**
 * The columns of named statements, described once a process. They hold: PostgreSQL refuses to run a statement whose columns
 * have changed since it was prepared, and the connection then goes.
 */
const columnsByName = new Map<string, readonly AnswerColumn[]>();

/** How much may still be read, in UTF-16 units of the values and some for each row: what one request's statements share. */
export interface Room {
  left: number;
}
const unitsPerRow = 50;

/** More was read for a request than one may answer with. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

const execute = serialize.execute();
const sync = serialize.sync();
const describe = serialize.describe({ type: 'P' });

/**
 * Several statements in one message to PostgreSQL, with one answer: a transaction's begin, its scope, what it reads, its
 * end. When one fails, PostgreSQL skips the rest; whoever sent the message then ends the transaction or the connection.
 */
export class Message implements pg.Submittable {
  readonly statements: readonly Statement[];
  readonly #done: (error: Error | null, answers: Answer[]) => void;
  readonly #answers: Answer[];
  /** Names under which this message prepares statements, in their order; empty for those without one. */
  readonly #names: string[] = [];
  /** How many of them PostgreSQL has prepared: also where it refuses the rest, and the transaction is rolled back. */
  #prepared = 0;
  #current: Answer = { rows: [], count: 0, columns: [] };
  #wire: Wire | undefined;
  #isOver = false;
  readonly #room: Room | undefined;

  constructor(
    statements: readonly Statement[],
    done: (error: Error | null, answers: Answer[]) => void,
    room: Room | undefined,
    answers: Answer[],
  ) {
    this.#answers = answers;
    this.statements = statements;
    this.#done = done;
    this.#room = room;
  }

  /** Called by `pg` once the connection is free for it. */
  submit(connection: pg.Connection): void {
    const wire = connection as unknown as Wire;
    this.#wire = wire;
    wire.on('parseComplete', this.#onPrepared);
    const parts: Buffer[] = [];
    for (const statement of this.statements) this.#write(statement, wire, parts);
    parts.push(sync);
    wire.stream.write(Buffer.concat(parts));
  }

  #write({ name = '', text, values }: Statement, { parsedStatements }: Wire, parts: Buffer[]): void {
    if (name === '' || parsedStatements[name] === undefined) {
      parts.push(serialize.parse({ name, text, types: [] }));
      this.#names.push(name);
      if (name !== '') parsedStatements[name] = text;
    }
    parts.push(serialize.bind({ statement: name, values: [...values], valueMapper: utils.prepareValue }));
    if (name === '' || !columnsByName.has(name)) parts.push(describe);
    parts.push(execute);
  }

  readonly #onPrepared = (): void => {
    this.#prepared += 1;
  };

  get #statement(): Statement | undefined {
    return this.statements[this.#answers.length];
  }

  handleRowDescription({ fields }: { readonly fields: readonly AnswerColumn[] }): void {
    this.#current.columns = fields;
    const name = this.#statement?.name;
    if (name !== undefined) columnsByName.set(name, fields);
  }

  handleDataRow({ fields }: { readonly fields: TextRow }): void {
    if (this.#room !== undefined) {
      this.#room.left -= fields.reduce((sum, text) => sum + (text?.length ?? 0), unitsPerRow);
      // What still comes is let go as it comes.
      if (this.#room.left < 0) return;
    }
    this.#current.rows.push(fields);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const name = this.#statement?.name;
    if (name !== undefined && this.#current.columns.length === 0) {
      this.#current.columns = columnsByName.get(name) ?? [];
    }
    // Such as "UPDATE 3" or "INSERT 0 3"; "BEGIN" changes nothing.
    this.#current.count = Number(/\d+$/.exec(text)?.[0] ?? 0);
    this.#answers.push(this.#current);
    this.#current = { rows: [], count: 0, columns: [] };
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleError(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wire?.off('parseComplete', this.#onPrepared);
    // What came after the error is prepared again where it is needed; what came before stays, and its name is taken.
    for (const name of this.#names.slice(this.#prepared)) delete this.#wire?.parsedStatements[name];
    this.#done(error, []);
  }

  handleReadyForQuery(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wire?.off('parseComplete', this.#onPrepared);
    if (this.#room !== undefined && this.#room.left < 0) this.#done(new AnswerTooLarge('Too much was read.'), []);
    else this.#done(null, this.#answers);
  }
}

/** Sends the statements as one message. Where one fails, `answers` has what came before it. */
export function send(
  connection: pg.ClientBase,
  statements: readonly Statement[],
  room?: Room,
  answers: Answer[] = [],
): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, all: Answer[]) => (error === null ? resolve(all) : reject(error));
    connection.query(new Message(statements, done, room, answers));
  });
}

/** The rows as objects with the names and values that `pg` gives them. */
export function objectsOf<Row extends object>({ rows, columns }: Answer): Row[] {
  const parsers = columns.map(({ dataTypeID }) => pg.types.getTypeParser(dataTypeID) as (text: string) => unknown);
  return rows.map((row) => {
    const object: Record<string, unknown> = {};
    for (const [index, { name }] of columns.entries()) {
      const value = row[index];
      object[name] = value == null ? null : parsers[index]?.(value);
    }
    return object as Row;
  });
}
