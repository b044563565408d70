import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database.js';
import type { SharedStatement } from '../database/shared-statements.js';
import { type AskedRequest, type Decision, decisions } from './decisions.js';
import { DenialCounter } from './denials.js';

/** A guardrail as far as every answer has it; the id is a UUID. */
export interface KnownGuardrail {
  readonly id: string;
  readonly version: number;
}

export interface GatewayOptions {
  readonly reservationSeconds: number;
  readonly log: Pick<FastifyBaseLogger, 'error' | 'warn'>;
}

const writeEveryMs = 60_000;
/** Lists and guardrails in them that are kept at the most. */
const guardrailsKept = 200_000;

/** What a server keeps to answer gateways, as long as it lives. */
export class Gateway {
  readonly decisions: SharedStatement<AskedRequest, Decision>;
  /** The enabled guardrails of workspaces, each list under the version of which it was read. */
  readonly guardrails = new LRUCache<string, readonly KnownGuardrail[]>({
    maxSize: guardrailsKept,
    sizeCalculation: (list) => list.length + 1,
  });
  readonly denials: DenialCounter;
  readonly #timer: NodeJS.Timeout;

  constructor(database: Database, { reservationSeconds, log }: GatewayOptions) {
    this.decisions = decisions(reservationSeconds);
    this.denials = new DenialCounter(database, log);
    this.#timer = setInterval(() => void this.denials.write(), writeEveryMs).unref();
  }

  /** Writes what was counted; called when nothing is under way any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.denials.write();
  }
}
