import { createHash } from 'node:crypto';
import tag, { empty, join, raw, Sql } from 'sql-template-tag';

export { empty, join, raw, Sql };

/**
 * The one way to write SQL: ``sql`SELECT … WHERE m.role = ${role}` ``. Values become parameters, pieces of SQL are put in
 * place, and `organization` and `viewer` stand for whoever the statement runs for.
 */
export const sql = tag;

/** A value that is known only where a statement runs; however often it is named, it is one parameter. */
class Known {
  constructor(readonly name: 'organization' | 'viewer') {}
}

/** UUID of the organization that the statement is held to: every table of a tenant is compared with it. */
export const organization = new Known('organization');

/** UUID of the person who asks; null for a service, which is nobody's member. */
export const viewer = new Known('viewer');

/** The role that row-level security binds. */
export const requestRole = 'tokenvue_workspaces';

/** Whom a statement runs for. */
export interface Scope {
  readonly organizationId: string;
  /** Null where no person asks. */
  readonly userId: string | null;
}

/** A statement as PostgreSQL takes it. A name makes it a prepared statement of each connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A text with its places: where the value of each is found. */
interface Compiled {
  readonly text: string;
  /** A place holds a value that is known only then, or the number of one that the statement brings. */
  readonly places: readonly (Known | number)[];
}

const compiledBefore = new WeakMap<Sql, Compiled>();
const namesOfTexts = new Map<string, string>();
const prepared = new WeakSet<Sql>();
const namedMax = 10_000;

/**
 * Marks a statement as one that each connection prepares once: for the few texts that come again and again and whose plan
 * does not hang on their values. PostgreSQL keeps one plan for all of them after a few runs.
 */
export function prepare(statement: Sql): Sql {
  prepared.add(statement);
  return statement;
}

/** The statement with its values, for this scope. @throws where it names an organization that there is none of. */
export function bind(statement: Sql, scope: Scope | null, carriesNames: boolean): Statement {
  const { text, places } = compile(statement);
  const values = places.map((place) =>
    typeof place === 'number' ? statement.values[place] : knownValue(place, scope),
  );
  return carriesNames && prepared.has(statement) ? { name: nameOf(text), text, values } : { text, values };
}

function compile(statement: Sql): Compiled {
  let compiled = compiledBefore.get(statement);
  if (compiled === undefined) {
    const places: (Known | number)[] = [];
    let text = statement.strings[0] ?? '';
    for (const [index, value] of statement.values.entries()) {
      const known = value instanceof Known ? places.indexOf(value) : -1;
      const place = known >= 0 ? known + 1 : places.push(value instanceof Known ? value : index);
      text += `$${place}${statement.strings[index + 1]}`;
    }
    compiled = { text, places };
    compiledBefore.set(statement, compiled);
  }
  return compiled;
}

function knownValue({ name }: Known, scope: Scope | null): string | null {
  if (scope === null) throw new Error(`A statement of the service itself names ${name}.`);
  return name === 'organization' ? scope.organizationId : scope.userId;
}

function nameOf(text: string): string {
  let name = namesOfTexts.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    // Texts come from few pieces; should there ever be more, the name is only worked out again.
    if (namesOfTexts.size < namedMax) namesOfTexts.set(text, name);
  }
  return name;
}

/** The text with its parameters left out, to look for the columns that it names. */
export function asParameterless(statement: Sql): string {
  return statement.strings.join(' ');
}
