import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database.js';
import { DatabaseClock } from '../database/database-clock.js';
import { organization, type Sql, sql } from '../database/sql.js';
import { groupBy } from '../fetch/caller.js';
import type { GatewayDenialCode } from './gateway-denial.js';
import { uncountedDenials } from './gateway-metrics.js';

/** A request of a known key that was refused. */
export interface Denied {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly virtualKeyId: string;
  readonly code: GatewayDenialCode;
  readonly model: string;
}

interface Count extends Denied {
  /** Milliseconds since 1970: a quarter of an hour lies within one hour of any time zone. */
  readonly quarter: number;
  requests: number;
}

/** What stands for the models of a key beyond the first so many in an hour. */
export const otherModels = '(other models)';

const quarterMs = 900_000;
const hourMs = 3_600_000;
/** Models of a key that are told apart in an hour, whatever its clients ask for. */
const modelsMax = 20;
/** Keys of which it is remembered which models that were. */
const keysMax = 2_000;
/** Counts that are written without waiting for the minute, and those that are kept while they can not be written. */
const countsSoonWritten = 5_000;
const countsMax = 20_000;
/** Counts that one statement writes. */
const rowsMax = 1_000;

/** Counts what is refused, and writes it now and then: a denial costs no write of its own. */
export class DenialCounter {
  readonly #database: Database;
  readonly #clock: DatabaseClock;
  readonly #log: Pick<FastifyBaseLogger, 'error' | 'warn'>;
  #counts = new Map<string, Count>();
  readonly #models = new LRUCache<string, { readonly hour: number; readonly names: Set<string> }>({ max: keysMax });
  #writing: Promise<void> = Promise.resolve();
  #isLeavingOut = false;

  constructor(database: Database, log: Pick<FastifyBaseLogger, 'error' | 'warn'>) {
    this.#database = database;
    this.#clock = new DatabaseClock(database);
    this.#log = log;
  }

  async count(denied: Denied): Promise<void> {
    const now = (await this.#clock.now()).getTime();
    const quarter = now - (now % quarterMs);
    const model = this.#modelOf(denied, now - (now % hourMs));
    this.#add({ ...denied, model, quarter, requests: 1 });
    if (this.#counts.size === countsSoonWritten) void this.write();
  }

  #modelOf({ virtualKeyId, model }: Denied, hour: number): string {
    let known = this.#models.get(virtualKeyId);
    if (known?.hour !== hour) {
      known = { hour, names: new Set() };
      this.#models.set(virtualKeyId, known);
    }
    if (known.names.size < modelsMax) known.names.add(model);
    return known.names.has(model) ? model : otherModels;
  }

  #add(count: Count): void {
    const { virtualKeyId, code, model, quarter } = count;
    const key = `${virtualKeyId} ${quarter} ${code} ${model}`;
    const known = this.#counts.get(key);
    if (known !== undefined) known.requests += count.requests;
    else if (this.#counts.size < countsMax) this.#counts.set(key, count);
    else this.#leaveOut(count.requests);
  }

  /** Told once until all that is kept has been written. */
  #leaveOut(requests: number): void {
    uncountedDenials.inc(requests);
    if (this.#isLeavingOut) return;
    this.#isLeavingOut = true;
    this.#log.warn({ kept: countsMax }, 'denials are left out, because more wait to be written than are kept');
  }

  /** Adds to the table what was counted since; what can not be written now is written the next time. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    const organizations = groupBy(counts, ({ organizationId }) => organizationId);
    for (const [organizationId, all] of organizations) {
      for (let start = 0; start < all.length; start += rowsMax) {
        await this.#writePart(organizationId, all.slice(start, start + rowsMax));
      }
    }
    if (this.#counts.size < countsMax) this.#isLeavingOut = false;
  }

  async #writePart(organizationId: string, counts: readonly Count[]): Promise<void> {
    try {
      await this.#database.within({ organizationId, userId: null }).texts(addition(counts));
    } catch (error) {
      this.#log.error({ err: error }, 'denials could not be written');
      for (const count of counts) this.#add(count);
    }
  }
}

/** In the order of the keys, so that two servers never wait for each other in a circle. */
function addition(counts: readonly Count[]): Sql {
  return sql`INSERT INTO denial_hours AS dh (organization_id, workspace_id, started_at, virtual_key_id, code, model, requests)
    SELECT ${organization}, w.id, date_trunc('hour', counted.at, w.time_zone), counted.virtual_key_id, counted.code,
      counted.model, sum(counted.requests)
    FROM unnest(
      ${counts.map(({ workspaceId }) => workspaceId)}::uuid[], ${counts.map(({ quarter }) => new Date(quarter))}::timestamptz[],
      ${counts.map(({ virtualKeyId }) => virtualKeyId)}::uuid[], ${counts.map(({ code }) => code)}::text[],
      ${counts.map(({ model }) => model)}::text[], ${counts.map(({ requests }) => requests)}::bigint[]
    ) AS counted (workspace_id, at, virtual_key_id, code, model, requests)
    JOIN workspaces w ON w.organization_id = ${organization} AND w.id = counted.workspace_id
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (organization_id, workspace_id, started_at, virtual_key_id, code, model)
    DO UPDATE SET requests = dh.requests + excluded.requests`;
}
