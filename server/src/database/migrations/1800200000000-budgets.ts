import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a workspace may spend in a month, and what of it is spent and held. A workspace's ledger is the lock under which
 * everything about its money changes: its keys' ledgers, its requests and its alerts.
 */
export class Budgets1800200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE workspaces
        ADD COLUMN budget_enforcement text NOT NULL DEFAULT 'BLOCK',
        ADD COLUMN budget_alert_thresholds integer[] NOT NULL DEFAULT '{80,100}',
        ADD COLUMN guardrails_version integer NOT NULL DEFAULT 0,
        ADD CONSTRAINT workspaces_budget_enforcement_check CHECK (budget_enforcement IN ('BLOCK', 'ALERT_ONLY')),
        ADD CONSTRAINT workspaces_budget_alert_thresholds_check CHECK (
          cardinality(budget_alert_thresholds) <= 20
          AND 1 <= ALL (budget_alert_thresholds) AND 1000 >= ALL (budget_alert_thresholds)
        );
      COMMENT ON COLUMN workspaces.budget_alert_thresholds IS 'Percentages of the budget, ascending';
      COMMENT ON COLUMN workspaces.guardrails_version IS 'Rises with every change of one of its guardrails';

      -- Written at every request, so that half of each page is left for the next version of a row.
      CREATE TABLE workspace_ledgers (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        period_start timestamptz(3) NOT NULL,
        period_end timestamptz(3) NOT NULL,
        spent numeric NOT NULL DEFAULT 0,
        reserved numeric NOT NULL DEFAULT 0,
        exhausted_at timestamptz(3),
        turn bigint NOT NULL DEFAULT 0,
        expired_until timestamptz(3) NOT NULL DEFAULT '-infinity',
        CONSTRAINT workspace_ledgers_pkey PRIMARY KEY (organization_id, workspace_id),
        CONSTRAINT workspace_ledgers_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id),
        CONSTRAINT workspace_ledgers_period_check CHECK (period_start < period_end)
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
      COMMENT ON COLUMN workspace_ledgers.exhausted_at IS
        'Since when what is spent has been at the limit or above it; null where it is below';
      COMMENT ON COLUMN workspace_ledgers.turn IS
        'Rises with every change under this lock: while it stands, what was read without the lock holds';
      COMMENT ON COLUMN workspace_ledgers.expired_until IS 'Reservations that ran out until then have been given back';

      CREATE TABLE virtual_key_ledgers (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        virtual_key_id uuid NOT NULL,
        spent numeric NOT NULL DEFAULT 0,
        reserved numeric NOT NULL DEFAULT 0,
        requests bigint NOT NULL DEFAULT 0,
        tokens bigint NOT NULL DEFAULT 0,
        CONSTRAINT virtual_key_ledgers_pkey PRIMARY KEY (organization_id, workspace_id, virtual_key_id),
        CONSTRAINT virtual_key_ledgers_virtual_key_id_fkey
          FOREIGN KEY (organization_id, virtual_key_id) REFERENCES virtual_keys (organization_id, id)
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
      COMMENT ON TABLE virtual_key_ledgers IS
        'Of keys that have a limit or once had one; the period is that of the workspace''s ledger';
      COMMENT ON COLUMN virtual_key_ledgers.requests IS
        'Admitted since the ledger began; never goes back, so that a minute is the difference of two';

      CREATE TABLE gateway_requests (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        request_id text COLLATE "C" NOT NULL,
        virtual_key_id uuid NOT NULL,
        state text NOT NULL,
        authorized_at timestamptz(3),
        expires_at timestamptz(3),
        reserved numeric NOT NULL DEFAULT 0,
        llm_configuration_ids uuid[] NOT NULL DEFAULT '{}',
        weights integer[] NOT NULL DEFAULT '{}',
        tokens bigint NOT NULL DEFAULT 0,
        key_requests bigint,
        key_tokens bigint,
        usage_id uuid,
        CONSTRAINT gateway_requests_pkey PRIMARY KEY (organization_id, workspace_id, request_id),
        CONSTRAINT gateway_requests_state_check CHECK (state IN ('HELD', 'EXPIRED', 'UNASKED')),
        CONSTRAINT gateway_requests_unasked_check CHECK ((state = 'UNASKED') = (authorized_at IS NULL)),
        CONSTRAINT gateway_requests_expires_at_check CHECK ((expires_at IS NULL) = (authorized_at IS NULL))
      ) WITH (fillfactor = 70);
      COMMENT ON COLUMN gateway_requests.state IS
        'HELD and EXPIRED of a decision; UNASKED where usage came without one. Holds nothing once usage_id is set';
      COMMENT ON COLUMN gateway_requests.key_requests IS
        'The key''s running totals with this one; null for a key without a ledger';
      CREATE INDEX gateway_requests_of_key
        ON gateway_requests (organization_id, virtual_key_id, authorized_at, key_requests) INCLUDE (key_tokens, tokens)
        WHERE key_requests IS NOT NULL;
      -- Nearly all rows are in it; the condition keeps a look-up by request from taking it for the primary key.
      CREATE INDEX gateway_requests_by_expiry ON gateway_requests (organization_id, workspace_id, expires_at)
        WHERE expires_at IS NOT NULL;

      CREATE TABLE budget_alerts (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        period_start timestamptz(3) NOT NULL,
        threshold integer NOT NULL,
        spent numeric NOT NULL,
        raised_at timestamptz(3) NOT NULL,
        CONSTRAINT budget_alerts_pkey PRIMARY KEY (organization_id, workspace_id, period_start, threshold),
        CONSTRAINT budget_alerts_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id),
        CONSTRAINT budget_alerts_threshold_check CHECK (threshold BETWEEN 1 AND 1000)
      );

      GRANT SELECT, INSERT, UPDATE ON workspace_ledgers, virtual_key_ledgers TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE, DELETE ON gateway_requests TO tokenvue_workspaces;
      GRANT SELECT, INSERT ON budget_alerts TO tokenvue_workspaces;
      DO $$
      DECLARE table_name text;
      BEGIN
        FOREACH table_name IN ARRAY ARRAY['workspace_ledgers', 'virtual_key_ledgers', 'gateway_requests', 'budget_alerts'] LOOP
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
          EXECUTE format(
            'CREATE POLICY own_organization ON %I TO tokenvue_workspaces
               USING (organization_id = current_organization_id())',
            table_name
          );
        END LOOP;
      END $$;

      -- The period of a ledger at a moment: the one that it has until that is over, then the calendar's month in the zone.
      -- A month begins where the last one ended, also where the zone has changed meanwhile: moving west would otherwise
      -- leave some hours between the two, and moving east count some twice. So that such hours are no month of their own,
      -- the new period ends with the first month that goes on for two days after the old one.
      CREATE FUNCTION budget_period(
        last_start timestamptz, last_end timestamptz, zone text, at timestamptz, OUT starts timestamptz, OUT ends timestamptz
      ) IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
      DECLARE
        moment timestamptz := greatest(at, last_end + interval '48 hours');
        month timestamp := date_trunc('month', moment AT TIME ZONE zone);
      BEGIN
        IF at < last_end THEN
          starts := last_start;
          ends := last_end;
        ELSE
          -- Where midnight comes twice, the month begins with the second, and what is before that is of the last one.
          IF month AT TIME ZONE zone > moment THEN month := month - interval '1 month'; END IF;
          starts := month AT TIME ZONE zone;
          ends := (month + interval '1 month') AT TIME ZONE zone;
          IF starts > at OR starts < last_end THEN starts := last_end; END IF;
        END IF;
      END $$;

      CREATE FUNCTION open_workspace_ledgers(organization uuid, ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE opened record;
      BEGIN
        -- Row by row: from the rows of another table it would be a copy to all shards.
        FOR opened IN
          SELECT w.id, period.starts, period.ends
          FROM workspaces w
          CROSS JOIN LATERAL budget_period('-infinity', '-infinity', w.time_zone, clock_timestamp()) AS period
          WHERE w.organization_id = organization AND w.id = ANY (ids)
        LOOP
          INSERT INTO workspace_ledgers (organization_id, workspace_id, period_start, period_end)
            VALUES (organization, opened.id, opened.starts, opened.ends) ON CONFLICT DO NOTHING;
        END LOOP;
      END $$;
      CREATE FUNCTION open_ledgers_of_added() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE added record;
      BEGIN
        FOR added IN SELECT organization_id, array_agg(id) AS ids FROM changed GROUP BY 1 ORDER BY 1 LOOP
          PERFORM open_workspace_ledgers(added.organization_id, added.ids);
        END LOOP;
        RETURN NULL;
      END $$;
      CREATE TRIGGER workspaces_open_ledger AFTER INSERT ON workspaces
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION open_ledgers_of_added();

      -- Under the locks of the ledgers: brings them into the present month, and gives back what was reserved and has run
      -- out. Answers with how many reservations that were.
      CREATE FUNCTION bring_ledgers_up_to_date(organization uuid, ids uuid[]) RETURNS integer LANGUAGE plpgsql AS $$
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
          SET period_start = period.starts, period_end = period.ends, spent = 0, exhausted_at = NULL,
            turn = l.turn + 1
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

      -- As the API shows it: the prefix, and the UUID's bits, five at a time.
      CREATE FUNCTION global_id(prefix text, id uuid) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql RETURN
        prefix || '_' || (
          SELECT string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + substring(bits FROM place FOR 5)::integer, 1), '' ORDER BY place)
          FROM (SELECT B'00' || ('x' || replace(id::text, '-', ''))::bit(128) AS bits) AS uuid, generate_series(1, 126, 5) AS place
        );
      -- The least UUIDv7 of a moment: ids made at it are not below, ids made before it are.
      CREATE FUNCTION id_at(at timestamptz) RETURNS uuid IMMUTABLE PARALLEL SAFE LANGUAGE sql RETURN
        (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;
      CREATE FUNCTION new_id_at(at timestamptz) RETURNS uuid VOLATILE PARALLEL SAFE LANGUAGE sql RETURN
        (left(id_at(at)::text, 15) || substr(gen_random_uuid()::text, 16))::uuid;

      -- Under the locks of the ledgers, after what is spent or the limit has changed: each threshold that was reached is
      -- noted once a period, with an event of the system's in the audit log, and so is when the limit was. Answers with the
      -- alerts that are new.
      CREATE FUNCTION raise_budget_alerts(organization uuid, ids uuid[]) RETURNS SETOF budget_alerts LANGUAGE plpgsql AS $$
      DECLARE
        at timestamptz := date_trunc('milliseconds', clock_timestamp());
        raised budget_alerts;
      BEGIN
        UPDATE workspace_ledgers l
          SET exhausted_at = CASE WHEN l.exhausted_at IS NULL THEN at END, turn = l.turn + 1
          FROM workspaces w
          WHERE l.organization_id = organization AND l.workspace_id = ANY (ids) AND l.period_end > at
            AND w.organization_id = organization AND w.id = l.workspace_id
            AND (l.spent >= w.monthly_budget) = (l.exhausted_at IS NULL);
        -- Row by row: from the rows of another table it would be a copy to all shards.
        FOR raised IN
          SELECT organization, l.workspace_id, l.period_start, reached.threshold, l.spent, at
          FROM workspace_ledgers l
          JOIN workspaces w ON w.organization_id = organization AND w.id = l.workspace_id
          CROSS JOIN LATERAL unnest(w.budget_alert_thresholds) AS reached (threshold)
          WHERE l.organization_id = organization AND l.workspace_id = ANY (ids) AND l.period_end > at
            AND w.monthly_budget > 0 AND l.spent * 100 >= reached.threshold * w.monthly_budget
            AND NOT EXISTS (
              SELECT FROM budget_alerts a WHERE a.organization_id = organization AND a.workspace_id = l.workspace_id
                AND a.period_start = l.period_start AND a.threshold = reached.threshold
            )
          ORDER BY l.workspace_id, reached.threshold
        LOOP
          INSERT INTO budget_alerts (organization_id, workspace_id, period_start, threshold, spent, raised_at)
            VALUES (organization, raised.workspace_id, raised.period_start, raised.threshold, raised.spent, at);
          INSERT INTO audit_events (
              id, organization_id, workspace_id, action, actor_kind, actor_name, target_id, changes, occurred_at)
            VALUES (
              new_id_at(at), organization, raised.workspace_id, 'workspace.budget_alert_raised', 'SYSTEM', 'TokenVue',
              global_id('ws', raised.workspace_id),
              jsonb_build_array(
                jsonb_build_object('field', 'threshold', 'before', NULL, 'after', raised.threshold),
                jsonb_build_object('field', 'spent', 'before', NULL, 'after', raised.spent::text)
              ),
              at
            );
          RETURN NEXT raised;
        END LOOP;
      END $$;

      CREATE FUNCTION raise_guardrails_version(organization uuid, ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM 1 FROM workspaces w WHERE w.organization_id = organization AND w.id = ANY (ids)
          ORDER BY w.id FOR NO KEY UPDATE;
        UPDATE workspaces w SET guardrails_version = w.guardrails_version + 1
          WHERE w.organization_id = organization AND w.id = ANY (ids);
      END $$;
      CREATE FUNCTION note_written_guardrails() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE changed record;
      BEGIN
        FOR changed IN
          SELECT organization_id, array_agg(DISTINCT workspace_id) AS ids FROM written GROUP BY 1 ORDER BY 1
        LOOP
          PERFORM raise_guardrails_version(changed.organization_id, changed.ids);
        END LOOP;
        RETURN NULL;
      END $$;
      CREATE TRIGGER guardrails_added AFTER INSERT ON guardrails
        REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION note_written_guardrails();
      CREATE TRIGGER guardrails_changed AFTER UPDATE ON guardrails
        REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION note_written_guardrails();

      DO $$
      DECLARE existing record;
      BEGIN
        FOR existing IN SELECT organization_id, array_agg(id) AS ids FROM workspaces GROUP BY 1 LOOP
          PERFORM open_workspace_ledgers(existing.organization_id, existing.ids);
        END LOOP;
      END $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
