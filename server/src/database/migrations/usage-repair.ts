/** The functions that find what ledgers, hours and days lack and make it right, and the ledgers of keys. A part of the migration of usage, which never changes. */
export const usageRepair = `
  -- Rows of ledgers that differ from what their requests and records add up to. One statement sees one state, so that
  -- it can be asked at any time; where ledgers are to be made right, they are locked before.
  CREATE FUNCTION ledger_differences(organization uuid, ids uuid[]) RETURNS TABLE (
    its_workspace uuid, its_key uuid, spent numeric, right_spent numeric, reserved numeric, right_reserved numeric
  ) STABLE LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  BEGIN
    RETURN QUERY
      WITH ledgers AS MATERIALIZED (
        SELECT * FROM workspace_ledgers l WHERE l.organization_id = organization AND l.workspace_id = ANY (ids)
      ), moves AS (
        SELECT g.workspace_id, g.virtual_key_id, 0 AS spent, g.reserved FROM ledgers l
          JOIN gateway_requests g ON g.organization_id = organization AND g.workspace_id = l.workspace_id
          WHERE g.state = 'HELD' AND g.usage_id IS NULL AND g.expires_at > l.expired_until
        UNION ALL
        SELECT u.workspace_id, u.virtual_key_id, u.cost, 0 FROM ledgers l
          JOIN usage_records u ON u.organization_id = organization AND u.workspace_id = l.workspace_id
          WHERE u.id >= id_at(l.period_start) AND u.occurred_at >= l.period_start AND u.occurred_at < l.period_end
      ), sums AS MATERIALIZED (
        SELECT workspace_id, virtual_key_id, sum(spent) AS spent, sum(reserved) AS reserved,
          grouping(virtual_key_id) = 1 AS is_whole
        FROM moves GROUP BY GROUPING SETS ((workspace_id, virtual_key_id), (workspace_id))
      ), compared AS (
        SELECT l.workspace_id, NULL::uuid AS virtual_key_id, l.spent, coalesce(sums.spent, 0) AS right_spent, l.reserved,
          coalesce(sums.reserved, 0) AS right_reserved
        FROM ledgers l LEFT JOIN sums ON sums.workspace_id = l.workspace_id AND sums.is_whole
        UNION ALL
        SELECT kl.workspace_id, kl.virtual_key_id, kl.spent, coalesce(sums.spent, 0), kl.reserved,
          coalesce(sums.reserved, 0)
        FROM ledgers l
        JOIN virtual_key_ledgers kl ON kl.organization_id = organization AND kl.workspace_id = l.workspace_id
        LEFT JOIN sums ON sums.workspace_id = kl.workspace_id AND sums.virtual_key_id = kl.virtual_key_id
      )
      SELECT c.workspace_id, c.virtual_key_id, c.spent, c.right_spent, c.reserved, c.right_reserved FROM compared c
        WHERE (c.spent, c.reserved) <> (c.right_spent, c.right_reserved);
  END $$;

  -- Makes ledgers right, and answers with those that were not; keys that have a limit get the ledger that they lack.
  CREATE FUNCTION repair_ledgers(organization uuid, ids uuid[]) RETURNS TABLE (
    its_workspace uuid, its_key uuid, spent numeric, right_spent numeric, reserved numeric, right_reserved numeric
  ) LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE wrong record;
  BEGIN
    PERFORM 1 FROM workspace_ledgers l WHERE l.organization_id = organization AND l.workspace_id = ANY (ids)
      ORDER BY l.workspace_id FOR NO KEY UPDATE;
    -- A month that is over is no difference.
    PERFORM bring_ledgers_up_to_date(organization, ids);
    UPDATE workspace_ledgers l SET turn = l.turn + 1
      WHERE l.organization_id = organization AND l.workspace_id = ANY (ids);
    INSERT INTO virtual_key_ledgers (organization_id, workspace_id, virtual_key_id)
      SELECT organization, k.workspace_id, k.id FROM virtual_keys k
      WHERE k.organization_id = organization AND k.workspace_id = ANY (ids)
        AND num_nonnulls(k.monthly_budget, k.requests_per_minute, k.tokens_per_minute) > 0
      ON CONFLICT DO NOTHING;
    FOR wrong IN SELECT * FROM ledger_differences(organization, ids) LOOP
      IF wrong.its_key IS NULL THEN
        UPDATE workspace_ledgers l
          SET spent = wrong.right_spent, reserved = wrong.right_reserved, turn = l.turn + 1
          WHERE l.organization_id = organization AND l.workspace_id = wrong.its_workspace;
      ELSE
        UPDATE virtual_key_ledgers kl SET spent = wrong.right_spent, reserved = wrong.right_reserved
          WHERE kl.organization_id = organization AND kl.workspace_id = wrong.its_workspace
            AND kl.virtual_key_id = wrong.its_key;
      END IF;
      its_workspace := wrong.its_workspace;
      its_key := wrong.its_key;
      spent := wrong.spent;
      right_spent := wrong.right_spent;
      reserved := wrong.reserved;
      right_reserved := wrong.right_reserved;
      RETURN NEXT;
    END LOOP;
  END $$;

  CREATE TYPE usage_difference AS (
    rollup text,
    workspace_id uuid,
    started_at timestamptz,
    day_started_at timestamptz,
    virtual_key_id uuid,
    model text,
    provider text,
    status text,
    histogram numeric,
    requests bigint,
    input_tokens bigint,
    output_tokens bigint,
    cost numeric
  );

  -- What the hours and days lack that begin between two moments, or have too much; the records since the first moment
  -- must still be kept. One statement sees one state, so that it can be asked at any time.
  CREATE FUNCTION usage_differences(organization uuid, ids uuid[], since timestamptz, until timestamptz)
    RETURNS SETOF usage_difference STABLE LANGUAGE plpgsql AS $$
  BEGIN
    RETURN QUERY
      WITH used AS MATERIALIZED (
        SELECT u.workspace_id, date_trunc('hour', u.occurred_at, u.time_zone) AS hour,
          date_trunc('day', u.occurred_at, u.time_zone) AS day, u.virtual_key_id, u.model, u.provider, u.status,
          u.input_tokens::bigint, u.output_tokens::bigint, u.cost, u.latency_ms
        FROM usage_records u WHERE u.organization_id = organization AND u.workspace_id = ANY (ids)
          AND u.id >= id_at(since) AND u.id < id_at(until + interval '2 days')
      ), moves AS (
        SELECT 'usage_hours' AS rollup, workspace_id, hour AS started_at, day AS day_started_at, virtual_key_id, model,
          provider, status, NULL::numeric AS histogram, 1::bigint AS requests, input_tokens, output_tokens, cost FROM used
        UNION ALL
        SELECT 'usage_days', workspace_id, day, NULL, virtual_key_id, model, provider, status, NULL, 1, input_tokens,
          output_tokens, cost FROM used
        UNION ALL
        SELECT 'latency_hours', workspace_id, hour, day, NULL, NULL, NULL, NULL, latency_histogram(array_agg(latency_ms)),
          0, 0, 0, 0 FROM used GROUP BY 2, 3, 4
        UNION ALL
        SELECT 'latency_days', workspace_id, day, NULL, NULL, NULL, NULL, NULL, latency_histogram(array_agg(latency_ms)),
          0, 0, 0, 0 FROM used GROUP BY 2, 3
        UNION ALL
        SELECT 'usage_hours', h.workspace_id, h.started_at, h.day_started_at, h.virtual_key_id, h.model, h.provider,
          h.status, NULL, -h.requests, -h.input_tokens, -h.output_tokens, -h.cost
        FROM usage_hours h WHERE h.organization_id = organization AND h.workspace_id = ANY (ids)
        UNION ALL
        SELECT 'usage_days', d.workspace_id, d.started_at, NULL, d.virtual_key_id, d.model, d.provider, d.status, NULL,
          -d.requests, -d.input_tokens, -d.output_tokens, -d.cost
        FROM usage_days d WHERE d.organization_id = organization AND d.workspace_id = ANY (ids)
        UNION ALL
        SELECT 'latency_hours', h.workspace_id, h.started_at, h.day_started_at, NULL, NULL, NULL, NULL, -h.histogram,
          0, 0, 0, 0
        FROM latency_hours h
        WHERE h.organization_id = organization AND h.workspace_id = ANY (ids)
        UNION ALL
        SELECT 'latency_days', d.workspace_id, d.started_at, NULL, NULL, NULL, NULL, NULL, -d.histogram,
          0, 0, 0, 0
        FROM latency_days d
        WHERE d.organization_id = organization AND d.workspace_id = ANY (ids)
      )
      SELECT m.rollup, m.workspace_id, m.started_at, m.day_started_at, m.virtual_key_id, m.model, m.provider, m.status,
        sum(m.histogram), sum(m.requests)::bigint, sum(m.input_tokens)::bigint, sum(m.output_tokens)::bigint, sum(m.cost)
      FROM moves m WHERE m.started_at >= since AND m.started_at < until
      GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
      HAVING (coalesce(sum(m.histogram), 0), sum(m.requests), sum(m.input_tokens), sum(m.output_tokens), sum(m.cost))
        <> (0, 0, 0, 0, 0);
  END $$;

  -- Makes them right, and answers with how many were not. Adds what is missing in place of writing what is right, so
  -- that what is recorded meanwhile is not lost; only two repairs at once have to wait for each other.
  CREATE FUNCTION repair_usage(organization uuid, ids uuid[], since timestamptz, until timestamptz) RETURNS integer
    LANGUAGE plpgsql AS $$
  DECLARE missing usage_difference[];
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('repair_usage' || organization, 0));
    missing := ARRAY(SELECT ROW(m.*)::usage_difference FROM usage_differences(organization, ids, since, until) AS m);
    -- A month that has gone meanwhile has no records to compare with; what they added up to stays.
    IF cardinality(missing) = 0 OR since < first_usage_month() THEN RETURN 0; END IF;
    INSERT INTO usage_hours AS h (
        organization_id, workspace_id, started_at, day_started_at, virtual_key_id, model, provider, status, requests,
        input_tokens, output_tokens, cost)
      SELECT organization, m.workspace_id, m.started_at, m.day_started_at, m.virtual_key_id, m.model, m.provider,
        m.status, m.requests, m.input_tokens, m.output_tokens, m.cost
      FROM unnest(missing) AS m WHERE m.rollup = 'usage_hours' ORDER BY 2, 3, 4, 5, 6, 7, 8
      ON CONFLICT (organization_id, workspace_id, started_at, day_started_at, virtual_key_id, model, provider, status)
      DO UPDATE SET requests = h.requests + excluded.requests, input_tokens = h.input_tokens + excluded.input_tokens,
        output_tokens = h.output_tokens + excluded.output_tokens, cost = h.cost + excluded.cost;
    INSERT INTO usage_days AS d (
        organization_id, workspace_id, started_at, virtual_key_id, model, provider, status, requests, input_tokens,
        output_tokens, cost)
      SELECT organization, m.workspace_id, m.started_at, m.virtual_key_id, m.model, m.provider, m.status, m.requests,
        m.input_tokens, m.output_tokens, m.cost
      FROM unnest(missing) AS m WHERE m.rollup = 'usage_days' ORDER BY 2, 3, 4, 5, 6, 7
      ON CONFLICT (organization_id, workspace_id, started_at, virtual_key_id, model, provider, status)
      DO UPDATE SET requests = d.requests + excluded.requests, input_tokens = d.input_tokens + excluded.input_tokens,
        output_tokens = d.output_tokens + excluded.output_tokens, cost = d.cost + excluded.cost;
    INSERT INTO latency_hours AS lh (organization_id, workspace_id, started_at, day_started_at, histogram)
      SELECT organization, m.workspace_id, m.started_at, m.day_started_at, m.histogram
      FROM unnest(missing) AS m WHERE m.rollup = 'latency_hours' ORDER BY 2, 3, 4
      ON CONFLICT (organization_id, workspace_id, started_at, day_started_at)
      DO UPDATE SET histogram = lh.histogram + excluded.histogram;
    INSERT INTO latency_days AS ld (organization_id, workspace_id, started_at, histogram)
      SELECT organization, m.workspace_id, m.started_at, m.histogram
      FROM unnest(missing) AS m WHERE m.rollup = 'latency_days' ORDER BY 2, 3
      ON CONFLICT (organization_id, workspace_id, started_at)
      DO UPDATE SET histogram = ld.histogram + excluded.histogram;
    DELETE FROM usage_hours h
      WHERE h.organization_id = organization AND h.workspace_id = ANY (ids) AND h.requests = 0;
    DELETE FROM usage_days d
      WHERE d.organization_id = organization AND d.workspace_id = ANY (ids) AND d.requests = 0;
    DELETE FROM latency_hours lh
      WHERE lh.organization_id = organization AND lh.workspace_id = ANY (ids) AND lh.histogram = 0;
    DELETE FROM latency_days ld
      WHERE ld.organization_id = organization AND ld.workspace_id = ANY (ids) AND ld.histogram = 0;
    RETURN cardinality(missing);
  END $$;

  -- A key that gets its first limit gets a ledger, with what is spent and held for it already.
  CREATE FUNCTION open_key_ledger(organization uuid, workspace uuid, key uuid) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    ledger workspace_ledgers;
    spent numeric;
    reserved numeric;
    requests bigint;
    tokens bigint;
  BEGIN
    -- Another turn: whoever has looked and found no ledger of the key looks again.
    UPDATE workspace_ledgers l SET turn = l.turn + 1
      WHERE l.organization_id = organization AND l.workspace_id = workspace RETURNING l.* INTO ledger;
    IF EXISTS (
      SELECT FROM virtual_key_ledgers kl
      WHERE kl.organization_id = organization AND kl.workspace_id = workspace AND kl.virtual_key_id = key
    ) THEN RETURN; END IF;
    SELECT coalesce(sum(u.cost), 0) INTO spent FROM usage_records u
      WHERE u.organization_id = organization AND u.virtual_key_id = key AND u.id >= id_at(ledger.period_start)
        AND u.occurred_at >= ledger.period_start AND u.occurred_at < ledger.period_end;
    SELECT coalesce(sum(g.reserved), 0) INTO reserved FROM gateway_requests g
      WHERE g.organization_id = organization AND g.workspace_id = workspace AND g.virtual_key_id = key
        AND g.state = 'HELD' AND g.usage_id IS NULL AND g.expires_at > ledger.expired_until;
    -- What the last minute has admitted counts against a limit of the minute, too.
    WITH latest AS (
      SELECT g.request_id, row_number() OVER latest AS number, sum(g.tokens) OVER latest AS tokens
      FROM gateway_requests g
      WHERE g.organization_id = organization AND g.workspace_id = workspace AND g.virtual_key_id = key
        AND g.expires_at > clock_timestamp() AND g.authorized_at > clock_timestamp() - interval '1 minute'
      WINDOW latest AS (ORDER BY g.authorized_at, g.request_id ROWS UNBOUNDED PRECEDING)
    ), numbered AS (
      UPDATE gateway_requests g SET key_requests = latest.number, key_tokens = latest.tokens FROM latest
        WHERE g.organization_id = organization AND g.workspace_id = workspace AND g.request_id = latest.request_id
    )
    SELECT coalesce(max(latest.number), 0), coalesce(max(latest.tokens), 0) INTO requests, tokens FROM latest;
    INSERT INTO virtual_key_ledgers (
        organization_id, workspace_id, virtual_key_id, spent, reserved, requests, tokens)
      VALUES (organization, workspace, key, spent, reserved, requests, tokens);
  END $$;
  CREATE FUNCTION open_ledger_of_limited_key() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM open_key_ledger(NEW.organization_id, NEW.workspace_id, NEW.id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER virtual_keys_open_ledger AFTER INSERT ON virtual_keys FOR EACH ROW
    WHEN (num_nonnulls(NEW.monthly_budget, NEW.requests_per_minute, NEW.tokens_per_minute) > 0)
    EXECUTE FUNCTION open_ledger_of_limited_key();
  CREATE TRIGGER virtual_keys_first_limit AFTER UPDATE OF monthly_budget, requests_per_minute, tokens_per_minute
    ON virtual_keys FOR EACH ROW
    WHEN (num_nonnulls(OLD.monthly_budget, OLD.requests_per_minute, OLD.tokens_per_minute) = 0
      AND num_nonnulls(NEW.monthly_budget, NEW.requests_per_minute, NEW.tokens_per_minute) > 0)
    EXECUTE FUNCTION open_ledger_of_limited_key();
  INSERT INTO virtual_key_ledgers (organization_id, workspace_id, virtual_key_id)
    SELECT k.organization_id, k.workspace_id, k.id FROM virtual_keys k
    WHERE num_nonnulls(k.monthly_budget, k.requests_per_minute, k.tokens_per_minute) > 0;
`;
