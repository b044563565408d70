import { createHash, randomUUID } from 'node:crypto';
import { toGlobalId } from './ids.js';
import { organizationOf, uuidOf } from './rows.js';
import type { TestServer } from './test-server.js';

/** What the function `record_usage` takes of a request; what is left out is right as it is. */
export interface LogFixture {
  readonly requestId?: string;
  readonly model?: string;
  /** Global id. */
  readonly llmConfigurationId?: string | null;
  readonly status?: string;
  readonly errorCode?: string | null;
  readonly inputTokens?: number;
  readonly cachedInputTokens?: number;
  readonly outputTokens?: number;
  readonly cost?: string | null;
  readonly latencyMs?: number;
  /** Global ids. */
  readonly guardrailIds?: readonly string[];
  readonly tags?: readonly string[];
  readonly occurredAt?: string;
}

/** Records requests of a key as the service does. @returns the global ids of the records, in the order of the requests. */
export async function recordLogs(
  server: TestServer,
  key: { readonly id: string; readonly secret: string },
  logs: readonly LogFixture[],
): Promise<string[]> {
  const organizationId = await organizationOf(server, key.id);
  const keyDigest = createHash('sha256').update(key.secret).digest('hex');
  const records = logs.map(({ llmConfigurationId = null, guardrailIds = [], ...log }) => ({
    requestId: randomUUID(),
    keyDigest,
    model: 'gpt-large',
    llmConfigurationId: llmConfigurationId && uuidOf(llmConfigurationId),
    status: 'SUCCEEDED',
    errorCode: null,
    inputTokens: 10,
    cachedInputTokens: 0,
    outputTokens: 10,
    cost: '0.01',
    latencyMs: 100,
    guardrailIds: guardrailIds.map(uuidOf),
    tags: [],
    occurredAt: new Date().toISOString(),
    ...log,
  }));
  const [answer] = await server.database.rows<{ places: number[]; reasons: string[] }>({
    text: `SELECT places, reasons FROM record_usage($1, $2, '2020-01-01')`,
    values: [organizationId, JSON.stringify(records)],
  });
  if (answer?.places.length !== 0) throw new Error(`Refused: ${JSON.stringify(answer)}`);
  const ids = await server.database.rows<{ id: string; requestId: string }>({
    text: `SELECT id, request_id AS "requestId" FROM usage_records
      WHERE organization_id = $1 AND virtual_key_id = $2 AND request_id = ANY ($3)`,
    values: [organizationId, uuidOf(key.id), records.map(({ requestId }) => requestId)],
  });
  const byRequest = new Map(ids.map(({ id, requestId }) => [requestId, id]));
  return records.map(({ requestId }) => toGlobalId('RequestLog', byRequest.get(requestId) ?? ''));
}
