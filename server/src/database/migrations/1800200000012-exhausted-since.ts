import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A budget of nothing is exhausted from when its period begins, and not from when somebody first looks. */
export class ExhaustedSince1800200000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION open_workspace_ledgers(organization uuid, ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE opened record;
      BEGIN
        -- Row by row: from the rows of another table it would be a copy to all shards.
        FOR opened IN
          SELECT w.id, period.starts, period.ends, CASE WHEN w.monthly_budget = 0 THEN period.starts END AS exhausted_at
          FROM workspaces w
          CROSS JOIN LATERAL budget_period('-infinity', '-infinity', w.time_zone, clock_timestamp()) AS period
          WHERE w.organization_id = organization AND w.id = ANY (ids)
        LOOP
          INSERT INTO workspace_ledgers (organization_id, workspace_id, period_start, period_end, exhausted_at)
            VALUES (organization, opened.id, opened.starts, opened.ends, opened.exhausted_at) ON CONFLICT DO NOTHING;
        END LOOP;
      END $$;

      -- Under the locks of the ledgers: brings them into the present month, and gives back what was reserved and has run
      -- out. Answers with how many reservations that were.
      CREATE OR REPLACE FUNCTION bring_ledgers_up_to_date(organization uuid, ids uuid[]) RETURNS integer
        LANGUAGE plpgsql AS $$
      DECLARE
        at timestamptz;
        expired integer;
      BEGIN
        PERFORM 1 FROM workspace_ledgers l WHERE l.organization_id = organization AND l.workspace_id = ANY (ids)
          ORDER BY l.workspace_id FOR NO KEY UPDATE;
        -- After the wait, so that nothing that others have written meanwhile is later.
        at := date_trunc('milliseconds', clock_timestamp());
        WITH begun AS (
          UPDATE workspace_ledgers l
          SET period_start = period.starts, period_end = period.ends, spent = 0,
            exhausted_at = CASE WHEN w.monthly_budget = 0 THEN period.starts END, turn = l.turn + 1
          FROM workspaces w, workspace_ledgers old,
            LATERAL budget_period(old.period_start, old.period_end, w.time_zone, at) AS period
          WHERE l.organization_id = organization AND l.workspace_id = ANY (ids) AND l.period_end <= at
            AND w.organization_id = organization AND w.id = l.workspace_id
            AND old.organization_id = organization AND old.workspace_id = l.workspace_id
          RETURNING l.workspace_id
        )
        UPDATE virtual_key_ledgers kl SET spent = 0 FROM begun
          WHERE kl.organization_id = organization AND kl.workspace_id = begun.workspace_id AND kl.spent <> 0;

        WITH gone AS (
          UPDATE gateway_requests r SET state = 'EXPIRED' FROM workspace_ledgers l
          WHERE l.organization_id = organization AND l.workspace_id = ANY (ids)
            AND r.organization_id = organization AND r.workspace_id = l.workspace_id
            AND r.expires_at > l.expired_until AND r.expires_at <= at AND r.state = 'HELD' AND r.usage_id IS NULL
          RETURNING r.workspace_id, r.virtual_key_id, r.reserved
        ), of_keys AS (
          UPDATE virtual_key_ledgers kl SET reserved = kl.reserved - back.reserved
          FROM (SELECT workspace_id, virtual_key_id, sum(reserved) AS reserved FROM gone GROUP BY 1, 2) AS back
          WHERE kl.organization_id = organization AND kl.workspace_id = back.workspace_id
            AND kl.virtual_key_id = back.virtual_key_id
        ), of_workspaces AS (
          UPDATE workspace_ledgers l
          SET reserved = l.reserved - coalesce(back.reserved, 0), turn = l.turn + 1, expired_until = at
          FROM unnest(ids) AS given (id)
          LEFT JOIN (SELECT workspace_id, sum(reserved) AS reserved FROM gone GROUP BY 1) AS back
            ON back.workspace_id = given.id
          WHERE l.organization_id = organization AND l.workspace_id = given.id
        )
        SELECT count(*) INTO expired FROM gone;
        RETURN expired;
      END $$;

      UPDATE workspace_ledgers l SET exhausted_at = l.period_start, turn = l.turn + 1 FROM workspaces w
        WHERE w.organization_id = l.organization_id AND w.id = l.workspace_id AND w.monthly_budget = 0
          AND l.exhausted_at IS NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
