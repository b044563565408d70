import { empty, organization, raw, type Sql, sql } from '../database/sql.js';
import { groupBy, type Reader } from '../fetch/caller.js';
import type { Selection } from '../fetch/selection.js';
import type { GatewayDenialCode } from '../gateway/gateway-denial.js';
import { type Money, toSpent } from '../graphql/money.js';
import { virtualKeys } from '../virtual-key/virtual-key.entity.js';
import {
  type DenialCount,
  denialsMax,
  type InsightGroup,
  topGroupsMax,
  type WorkspaceInsights,
} from './insights.entity.js';
import { LatencyHistogram } from './latency-histogram.js';
import { daysAndHoursSql, type Range, rangesSql, workspaceLoader } from './rollups.js';

/** The fields of insights that are asked for; what is not asked for has no value, and nothing is read for it. */
export async function readInsights(
  reader: Reader,
  workspaceId: string,
  range: Range,
  selected: Selection,
): Promise<Partial<WorkspaceInsights>> {
  const asks = (...names: readonly (keyof WorkspaceInsights)[]) => names.some((name) => selected.has(name));
  const [models, keys, change] = [asks('topModels'), asks('topVirtualKeys'), asks('costChange')];
  const isTrafficAsked = models || keys || change || asks('requests', 'errorRate', 'cost');
  const [traffic, costBefore, latency, denials] = await Promise.all([
    isTrafficAsked ? trafficOf(reader, { range, models, keys }).load(workspaceId) : noTraffic,
    change ? costBeforeOf(reader, range).load(workspaceId) : '0',
    asks('latencyMsP50', 'latencyMsP95', 'latencyMsP99') ? latencyOf(reader, range).load(workspaceId) : null,
    asks('denials') ? denialsOf(reader, range).load(workspaceId) : [],
  ]);
  const { requests, errors, cost } = traffic.whole;
  const inCurrency = (amount: string): Money => toSpent(amount, reader.actor.currency);
  const toGroup = ({ group, ...of }: Traffic, isKey: boolean): InsightGroup => ({
    group: isKey ? virtualKeys.globalId(group) : group,
    virtualKey: isKey ? group : null,
    requests: of.requests,
    cost: inCurrency(of.cost),
    share: ratio(of.cost, cost) ?? 0,
  });
  const changed = ratio(cost, costBefore);
  return {
    requests,
    errorRate: ratio(errors, requests) ?? 0,
    cost: inCurrency(cost),
    costChange: changed === null ? null : changed - 1,
    latencyMsP50: latency?.percentile(50) ?? null,
    latencyMsP95: latency?.percentile(95) ?? null,
    latencyMsP99: latency?.percentile(99) ?? null,
    topModels: traffic.models.map((group) => toGroup(group, false)),
    topVirtualKeys: traffic.keys.map((group) => toGroup(group, true)),
    denials,
  };
}

/** Null where there is nothing to compare with. */
function ratio(part: string, whole: string): number | null {
  return Number(whole) === 0 ? null : Number(part) / Number(whole);
}

/** What there was of a group, or of all; exact numbers as texts. */
interface Traffic {
  readonly group: string;
  readonly requests: string;
  readonly errors: string;
  readonly cost: string;
}

interface WorkspaceTraffic {
  readonly whole: Traffic;
  /** The dearest, if they were asked for. */
  readonly models: readonly Traffic[];
  readonly keys: readonly Traffic[];
}

const nothing: Traffic = { group: '', requests: '0', errors: '0', cost: '0' };
const noTraffic: WorkspaceTraffic = { whole: nothing, models: [], keys: [] };

interface TrafficArgs {
  readonly range: Range;
  readonly models: boolean;
  readonly keys: boolean;
}

const trafficOf = workspaceLoader<TrafficArgs, WorkspaceTraffic>(readTraffic, noTraffic);

async function readTraffic(reader: Reader, { range, models, keys }: TrafficArgs, workspaceIds: readonly string[]) {
  const dimensions = [...(models ? ['model'] : []), ...(keys ? ['virtual_key_id'] : [])];
  const columns = dimensions.map((name) => `${name}, `).join('');
  const groups = raw(dimensions.length === 0 ? '' : `GROUP BY ${dimensions.join(', ')}`);
  const parts = daysAndHoursSql('usage', {
    columns: () =>
      raw(
        `${columns}sum(requests) AS requests, sum(requests) FILTER (WHERE status = 'FAILED') AS errors, sum(cost) AS cost`,
      ),
    groups: () => groups,
  });
  const sums = raw('sum(requests) AS requests, sum(errors) AS errors, sum(cost) AS cost');
  const top = (kind: 'model' | 'key', column: Sql) => sql` UNION ALL (
    SELECT ${raw(`'${kind}'`)}, ${column}::text, ${sums} FROM used GROUP BY ${column}
    ORDER BY cost DESC, ${column} LIMIT ${raw(String(topGroupsMax))})`;
  const { rows } = await reader.database.texts(
    sql`WITH ranges AS MATERIALIZED (${rangesSql(workspaceIds, range)})
      SELECT r.id, found.* FROM ranges r CROSS JOIN LATERAL (
        WITH used AS MATERIALIZED (SELECT ${raw(columns)}${sums} FROM (${parts}) AS part ${groups})
        SELECT 'whole' AS kind, '' AS of_group, coalesce(sum(requests), 0) AS requests, coalesce(sum(errors), 0) AS errors,
          coalesce(sum(cost), 0) AS cost FROM used
        ${models ? top('model', raw('model')) : empty}${keys ? top('key', raw('virtual_key_id')) : empty}
      ) AS found ORDER BY r.id, found.kind, found.cost DESC, found.of_group`,
  );
  const byWorkspace = groupBy(rows, ([workspaceId]) => workspaceId ?? '');
  return new Map(
    [...byWorkspace].map(([workspaceId, ofWorkspace]) => {
      const ofKind = (wanted: string): Traffic[] =>
        ofWorkspace.flatMap(([, kind, group, requests, errors, cost]) =>
          kind === wanted
            ? { group: group ?? '', requests: requests ?? '0', errors: errors ?? '0', cost: cost ?? '0' }
            : [],
        );
      return [workspaceId, { whole: ofKind('whole')[0] ?? nothing, models: ofKind('model'), keys: ofKind('key') }];
    }),
  );
}

/** What the range of equal length just before cost. */
const costBeforeOf = workspaceLoader<Range, string>(async ({ database }, range, workspaceIds) => {
  const { rows } = await database.texts(
    sql`WITH ranges AS MATERIALIZED (${rangesSql(workspaceIds, range, true)})
      SELECT r.id, coalesce(part.cost, 0) FROM ranges r CROSS JOIN LATERAL (
        SELECT sum(cost) AS cost FROM (${daysAndHoursSql('usage', { columns: () => raw('sum(d.cost) AS cost') })}) AS used
      ) AS part`,
  );
  return new Map(rows.map(([workspaceId, cost]) => [workspaceId ?? '', cost ?? '0']));
}, '0');

/** Null without records. */
const latencyOf = workspaceLoader<Range, LatencyHistogram | null>(async ({ database }, range, workspaceIds) => {
  const { rows } = await database.texts(
    sql`WITH ranges AS MATERIALIZED (${rangesSql(workspaceIds, range)})
      SELECT r.id, part.histogram FROM ranges r CROSS JOIN LATERAL (
        SELECT sum(histogram) AS histogram
        FROM (${daysAndHoursSql('latency', { columns: () => raw('sum(d.histogram) AS histogram') })}) AS used
      ) AS part`,
  );
  return new Map(
    rows.flatMap(([workspaceId, histogram]) =>
      workspaceId == null || histogram == null ? [] : [[workspaceId, new LatencyHistogram(histogram)]],
    ),
  );
}, null);

const denialsOf = workspaceLoader<Range, readonly DenialCount[]>(async ({ database }, range, workspaceIds) => {
  const { rows } = await database.texts(
    sql`WITH ranges AS MATERIALIZED (${rangesSql(workspaceIds, range)})
      SELECT r.id, denied.* FROM ranges r CROSS JOIN LATERAL (
        SELECT d.code, d.model, d.virtual_key_id, sum(d.requests) AS requests FROM denial_hours d
        WHERE d.organization_id = ${organization} AND d.workspace_id = r.id
          AND d.started_at >= r.starts AND d.started_at < r.ends
        GROUP BY 1, 2, 3 ORDER BY requests DESC, d.code, d.model, d.virtual_key_id LIMIT ${raw(String(denialsMax))}
      ) AS denied ORDER BY r.id, denied.requests DESC, denied.code, denied.model, denied.virtual_key_id`,
  );
  const byWorkspace = groupBy(rows, ([workspaceId]) => workspaceId ?? '');
  return new Map(
    [...byWorkspace].map(([workspaceId, ofWorkspace]) => [
      workspaceId,
      ofWorkspace.map(([, code, model, virtualKey, requests]) => ({
        code: code as GatewayDenialCode,
        model: model ?? '',
        virtualKey: virtualKey ?? null,
        requests: requests ?? '0',
      })),
    ]),
  );
}, []);
