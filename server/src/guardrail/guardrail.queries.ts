import type { GraphQLResolveInfo } from 'graphql';
import { requireScope } from '../access/require-scope.js';
import { organization, type Sql, sql } from '../database/sql.js';
import { requestError } from '../errors.js';
import type { Reader } from '../fetch/caller.js';
import { type NestedList, type Page, type PageArgs, readNestedList } from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { workspaces } from '../workspace/workspace.entity.js';
import { sightOfCalls, workspaceReads } from '../workspace/workspace.queries.js';
import { type Evaluator, evaluatorOf, keptEvaluator, stateOf } from './evaluators.js';
import { type GuardrailRow, guardrails } from './guardrail.entity.js';
import type { CheckGuardrailsInput, GuardrailCheck } from './guardrail-check.entity.js';
import { pause } from './slices.js';

const { id, position, stage, workspaceId } = guardrails.columns;

/** Whoever sees a workspace sees its guardrails, also those that were deleted. */
export const guardrailReads: Reads = {
  noun: guardrails,
  joins: sql`JOIN workspaces w ON w.organization_id = ${organization} AND w.id = g.workspace_id`,
  permission: 'gateway.read',
  sight: sightOfCalls,
};

/** In the order in which they apply: those of INPUT before those of OUTPUT. */
const guardrailsOfWorkspace: NestedList = {
  reads: guardrailReads,
  parent: workspaceId,
  order: {
    name: 'workspace.guardrails',
    columns: [
      { sql: stage.sql, part: 'text' },
      { sql: position.sql, part: 'integer' },
      { sql: id.sql, part: 'uuid' },
    ],
    direction: 'ASC',
  },
  where: () => sql`g.deleted_at IS NULL`,
};

export function listGuardrails(
  reader: Reader,
  parentId: string,
  page: PageArgs,
  info: GraphQLResolveInfo,
): Promise<Page> {
  return readNestedList(reader, info, guardrailsOfWorkspace, { parentId, page, args: undefined });
}

const charactersMax = 100_000;

/**
 * What the enabled guardrails of a stage make of a text; null where the actor sees no such workspace. Nothing is written,
 * and the text goes nowhere.
 * @throws BAD_USER_INPUT for a text that is too long
 */
export async function checkGuardrails(reader: Reader, input: CheckGuardrailsInput): Promise<GuardrailCheck | null> {
  requireScope(reader, 'workspace.read');
  const { text } = input;
  if (text.length > 2 * charactersMax || (text.length > charactersMax && [...text].length > charactersMax)) {
    throw requestError('textTooLong');
  }
  const workspace = workspaces.uuidOf(input.workspaceId);
  const evaluator = workspace === null ? null : await evaluatorFor(reader, workspace, input.stage);
  if (evaluator === null) return null;
  const { outcome, text: passed, matches } = await evaluator.evaluateInSlices(text, pause);
  return {
    outcome: outcome as GuardrailCheck['outcome'],
    text: passed,
    matches: matches.map(({ guardrail, piiType, start, end }) => ({
      guardrail: guardrail.id,
      piiType: piiType as GuardrailCheck['matches'][number]['piiType'],
      start,
      end,
    })),
  };
}

type State = Pick<GuardrailRow, 'id' | 'version'>;

/** Null without sight of the workspace. The terms and patterns themselves are read only where they are not compiled yet. */
async function evaluatorFor(reader: Reader, workspace: string, stageOfText: string): Promise<Evaluator | null> {
  const applies = sql`g.organization_id = ${organization} AND g.workspace_id = ${workspace} AND g.stage = ${stageOfText}
    AND g.enabled AND g.deleted_at IS NULL`;
  const states = await reader.database.rows<State | { readonly id: null }>(
    sql`SELECT g.id, g.version FROM workspaces w LEFT JOIN guardrails g ON ${applies}
      WHERE w.organization_id = ${organization} AND w.id = ${workspace}
        AND ${workspaceReads.sight(reader.actor) as Sql} ORDER BY g.position`,
  );
  if (states.length === 0) return null;
  const kept = keptEvaluator(stateOf(states.filter((state): state is State => state.id !== null)));
  if (kept !== undefined) return kept;
  return evaluatorOf(
    await reader.database.select(guardrails, sql`FROM guardrails g WHERE ${applies} ORDER BY g.position`),
  );
}
