import { createHash, randomUUID } from 'node:crypto';
import { organizationOf, uuidOf } from './rows.js';
import { server } from './use-server.js';

/** What was used, as the database's `record_usage()` takes it. */
export interface UsageFixture {
  /** Global id of a key that `insertKeys` made. */
  readonly keyId: string;
  readonly occurredAt: Date;
  readonly model?: string;
  /** Global id. */
  readonly llmConfigurationId?: string;
  readonly status?: 'SUCCEEDED' | 'FAILED' | 'BLOCKED' | 'CANCELLED';
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cost?: string;
  readonly latencyMs?: number;
}

/** Records usage of keys of one organization, each as a request of its own. */
export async function recordUsage(records: readonly UsageFixture[]): Promise<void> {
  const [first] = records;
  if (first === undefined) return;
  const given = records.map(({ keyId, llmConfigurationId, occurredAt, ...record }) => ({
    requestId: randomUUID(),
    model: 'fast',
    status: 'SUCCEEDED',
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    cost: '0',
    latencyMs: 1,
    guardrailIds: [],
    tags: [],
    ...record,
    keyDigest: createHash('sha256').update(uuidOf(keyId)).digest('hex'),
    llmConfigurationId: llmConfigurationId === undefined ? null : uuidOf(llmConfigurationId),
    occurredAt: occurredAt.toISOString(),
  }));
  const [refused] = await server.database.rows<{ reasons: string[] }>({
    text: `SELECT reasons FROM record_usage($1, $2, '-infinity')`,
    values: [await organizationOf(server, first.keyId), JSON.stringify(given)],
  });
  if (refused?.reasons.length !== 0) throw new Error(`Refused: ${refused?.reasons.join(', ')}`);
}

/** Numbers from 0 to below 1 that follow from the seed, one a call (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
