import DataLoader from 'dataloader';
import type { FastifyBaseLogger } from 'fastify';
import type { Actor } from '../access/actor.js';
import type { OrganizationDatabase } from '../database/database.js';
import type { Deadline } from '../database/deadline.js';

type ClassOf<Service> = abstract new (...given: never[]) => Service;

/** What lives as long as the server and is shared by all requests, by the classes of it. */
export class Services {
  readonly #services: readonly object[];

  constructor(...services: readonly object[]) {
    this.#services = services;
  }

  get<Service>(type: ClassOf<Service>): Service {
    const service = this.#services.find((one) => one instanceof type);
    if (service === undefined) throw new Error(`The server has no ${type.name}.`);
    return service as Service;
  }
}

/** For whom a command or a query works, and with what. No request of a framework: a job calls them as well. */
export interface Caller {
  readonly actor: Actor;
  /** The tables as the actor's organization has them: row-level security keeps every other one out. */
  readonly database: OrganizationDatabase;
  /** Whether the server works in production, and not on a developer's machine. */
  readonly isProduction: boolean;
  readonly services: Services;
  readonly requestId: string;
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
  /** Until when the answer is to be there; over at once when nobody waits for it any more. */
  readonly deadline: Deadline;
}

/** A caller that remembers what it has read, as long as one request lasts. */
export interface Reader extends Caller {
  /** What has been made for this request, by whatever made it. */
  readonly remembered: Map<object, unknown>;
  /** Called after a change: what was read before it may no longer hold. */
  forgetReads(): void;
  /** Reads who asks anew, where they have turned out to be somebody else. @throws UNAUTHENTICATED */
  readActorAnew(): Promise<void>;
}

/** What `make` makes for this request, once, when first used. */
export function remember<Value>(reader: Reader, key: object, make: () => Value): Value {
  let value = reader.remembered.get(key) as Value | undefined;
  if (value === undefined) {
    value = make();
    reader.remembered.set(key, value);
  }
  return value;
}

/** How many keys one statement takes. */
const batchSizeMax = 1_000;

/**
 * A loader of one request, made when it is first used: what is asked for in one go comes in one statement. `fetch` answers
 * with what there is, in any order; a key without an answer gets `missing`.
 */
export function loader<Key extends string, Value>(
  fetch: (caller: Caller, keys: readonly Key[]) => Promise<Iterable<readonly [Key, Value]>>,
  missing: (key: Key) => Value,
): (reader: Reader) => DataLoader<Key, Value> {
  return (reader) =>
    remember(reader, fetch, () => {
      const load = async (keys: readonly Key[]) => {
        const found = new Map(await fetch(reader, keys));
        return keys.map((key) => found.get(key) ?? missing(key));
      };
      return new DataLoader<Key, Value>(load, { maxBatchSize: batchSizeMax });
    });
}

/** The items by what `keyOf` says of them, each group in the order of the items. */
export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
