/** The functions that record usage and settle the ledgers. A part of the migration of usage, which never changes. */
export const usageRecording = `
  -- The step of a latency: none at all is 0, a millisecond 1, and above (g^(step - 2), g^(step - 1)] with g = 1.01 / 0.99.
  CREATE FUNCTION latency_step(ms integer) RETURNS smallint IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN (CASE WHEN ms < 1 THEN 0 ELSE 1 + ceil(ln(ms::float8) / 0.020000666706669435) END)::smallint;
  CREATE FUNCTION latency_histogram(ms integer) RETURNS numeric IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN ('1e' || 12 * latency_step(ms))::numeric;
  -- Of several; sum() sets up so much that it is left out for one alone, of which there are many.
  CREATE FUNCTION latency_histogram(latencies integer[]) RETURNS numeric IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN CASE WHEN cardinality(latencies) = 1 THEN latency_histogram(latencies[1])
      ELSE (
        SELECT sum(counted.number * ('1e' || 12 * counted.step)::numeric) FROM (
          SELECT latency_step(ms) AS step, count(*) AS number FROM unnest(latencies) AS ms GROUP BY 1
        ) AS counted
      ) END;

  CREATE TYPE usage_entry AS (
    place integer,
    refusal text,
    workspace_id uuid,
    id uuid,
    virtual_key_id uuid,
    secret_id uuid,
    request_id text,
    model text,
    llm_configuration_id uuid,
    provider text,
    provider_model text,
    status text,
    error_code text,
    input_tokens integer,
    cached_input_tokens integer,
    output_tokens integer,
    cost numeric,
    latency_ms integer,
    guardrail_ids uuid[],
    tags text[],
    time_zone text,
    occurred_at timestamptz,
    hour timestamptz,
    day timestamptz
  );

  -- Records usage: each request once, with what it adds up to, and settles what was held for it, all in one. Answers
  -- with the places, from 1 on, of what was not counted and why, and with the alerts that it raised. Takes a JSON array
  -- of {requestId, keyDigest (hex), model, llmConfigurationId (UUID), status, errorCode, inputTokens,
  -- cachedInputTokens, outputTokens, cost, latencyMs, guardrailIds, tags, occurredAt}; nothing before the oldest moment
  -- is taken any more.
  --
  -- What looks new is written first and claimed last, under the ledgers, which are so held for the end alone. Where
  -- another call has claimed one of its requests meanwhile, all is undone and done again without it. Locks are taken in
  -- one order: hours and days by their keys, then ledgers by workspace.
  CREATE FUNCTION record_usage(
    organization uuid, records json, oldest timestamptz, OUT places integer[], OUT reasons text[], OUT alerts jsonb
  ) LANGUAGE plpgsql AS $$
  DECLARE
    given usage_entry[];
    fresh usage_entry[];
    spaces uuid[];
    late uuid[];
    present timestamptz := date_trunc('milliseconds', clock_timestamp());
  BEGIN
    alerts := '[]';
    SELECT array_agg(ROW(
        u.place,
        CASE
          WHEN k.id IS NULL THEN 'UNKNOWN_KEY'
          WHEN u."llmConfigurationId" IS NOT NULL AND c.id IS NULL THEN 'UNKNOWN_CONFIGURATION'
          WHEN u."occurredAt" < oldest THEN 'TOO_OLD'
          WHEN u."occurredAt" > present + interval '5 minutes' THEN 'IN_THE_FUTURE'
          WHEN cardinality(u."guardrailIds") > 0 AND EXISTS (
            SELECT FROM unnest(u."guardrailIds") AS matched (id) WHERE NOT EXISTS (
              SELECT FROM guardrails g
              WHERE g.organization_id = organization AND g.id = matched.id AND g.workspace_id = k.workspace_id))
            THEN 'UNKNOWN_GUARDRAIL'
        END,
        k.workspace_id, new_id_at(t.at), k.id, s.id, u."requestId", u.model, c.id, c.provider, c.model,
        u.status, u."errorCode", u."inputTokens", u."cachedInputTokens", u."outputTokens",
        round(coalesce(u.cost, (
          (u."inputTokens" - u."cachedInputTokens") * c.input_price_per_million_tokens
          + u."cachedInputTokens"
            * coalesce(c.cached_input_price_per_million_tokens, c.input_price_per_million_tokens)
          + u."outputTokens" * c.output_price_per_million_tokens
        ) * 0.000001, 0), 8),
        u."latencyMs", coalesce(u."guardrailIds", '{}'), coalesce(u.tags, '{}'), w.time_zone, t.at,
        date_trunc('hour', t.at, w.time_zone), date_trunc('day', t.at, w.time_zone)
      )::usage_entry)
      INTO given
      FROM ROWS FROM (json_to_recordset(records) AS (
        "requestId" text, "keyDigest" text, model text, "llmConfigurationId" uuid, status text, "errorCode" text,
        "inputTokens" integer, "cachedInputTokens" integer, "outputTokens" integer, cost numeric, "latencyMs" integer,
        "guardrailIds" uuid[], tags text[], "occurredAt" timestamptz(3)
      )) WITH ORDINALITY AS u (
        "requestId", "keyDigest", model, "llmConfigurationId", status, "errorCode", "inputTokens", "cachedInputTokens",
        "outputTokens", cost, "latencyMs", "guardrailIds", tags, "occurredAt", place
      )
      -- A clock that runs ahead does not spend of the month to come.
      CROSS JOIN LATERAL (SELECT least(u."occurredAt", present) AS at) AS t
      LEFT JOIN virtual_key_secrets s
        ON s.organization_id = organization AND s.secret_digest = decode(u."keyDigest", 'hex')
      LEFT JOIN virtual_keys k ON k.organization_id = organization AND k.id = s.virtual_key_id
      LEFT JOIN workspaces w ON w.organization_id = organization AND w.id = k.workspace_id
      LEFT JOIN llm_configurations c ON c.organization_id = organization AND c.id = u."llmConfigurationId"
        AND c.workspace_id = k.workspace_id;

    LOOP
      BEGIN
        fresh := ARRAY(
          SELECT entry FROM (
            SELECT DISTINCT ON (n.workspace_id, n.request_id) n AS entry FROM unnest(given) AS n
            -- A subquery for each, and no join: always by the primary key, however large the table has grown.
            WHERE n.refusal IS NULL AND (
              SELECT g.usage_id FROM gateway_requests g WHERE g.organization_id = organization
                AND g.workspace_id = n.workspace_id AND g.request_id = n.request_id
            ) IS NULL
            ORDER BY n.workspace_id, n.request_id, n.place
          ) AS firsts
        );
        EXIT WHEN cardinality(fresh) = 0;
        PERFORM write_usage(organization, fresh);

        spaces := ARRAY(SELECT DISTINCT n.workspace_id FROM unnest(fresh) AS n);
        PERFORM 1 FROM workspace_ledgers l WHERE l.organization_id = organization AND l.workspace_id = ANY (spaces)
          ORDER BY l.workspace_id FOR NO KEY UPDATE;
        late := ARRAY(
          SELECT l.workspace_id FROM workspace_ledgers l WHERE l.organization_id = organization
            AND l.workspace_id = ANY (spaces) AND l.period_end <= clock_timestamp()
        );
        IF cardinality(late) > 0 THEN PERFORM bring_ledgers_up_to_date(organization, late); END IF;
        IF NOT settle_usage(organization, fresh) THEN
          RAISE EXCEPTION 'claimed by another call' USING ERRCODE = 'TV001';
        END IF;
        SELECT coalesce(jsonb_agg(to_jsonb(raised)), '[]') INTO alerts
          FROM raise_budget_alerts(organization, spaces) AS raised;
        PERFORM mark_secrets_used(organization, array_agg(used.secret_id), array_agg(used.minute)) FROM (
          SELECT n.secret_id, date_trunc('minute', max(n.occurred_at)) AS minute FROM unnest(fresh) AS n GROUP BY 1
        ) AS used;
        EXIT;
      EXCEPTION WHEN SQLSTATE 'TV001' THEN
        -- Again, without what another call has claimed.
      END;
    END LOOP;

    SELECT array_agg(n.place ORDER BY n.place), array_agg(coalesce(n.refusal, 'DUPLICATE') ORDER BY n.place)
      INTO places, reasons
      FROM unnest(given) AS n WHERE NOT n.place = ANY (ARRAY(SELECT f.place FROM unnest(fresh) AS f));
    places := coalesce(places, '{}');
    reasons := coalesce(reasons, '{}');
  END $$;

  -- The records, and what they add up to, in the order of the keys of what is added to.
  CREATE FUNCTION write_usage(organization uuid, entries usage_entry[]) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO usage_records (
        organization_id, workspace_id, id, virtual_key_id, request_id, model, llm_configuration_id, provider,
        provider_model, status, error_code, input_tokens, cached_input_tokens, output_tokens, cost, latency_ms,
        guardrail_ids, tags, time_zone, occurred_at)
      SELECT organization, n.workspace_id, n.id, n.virtual_key_id, n.request_id, n.model, n.llm_configuration_id,
        n.provider, n.provider_model, n.status, n.error_code, n.input_tokens, n.cached_input_tokens, n.output_tokens,
        n.cost, n.latency_ms, n.guardrail_ids, n.tags, n.time_zone, n.occurred_at
      FROM unnest(entries) AS n
      ON CONFLICT DO NOTHING;
    INSERT INTO usage_record_tags (organization_id, workspace_id, tag, id)
      SELECT DISTINCT organization, n.workspace_id, tag, n.id FROM unnest(entries) AS n, unnest(n.tags) AS tag
      ON CONFLICT DO NOTHING;
    INSERT INTO usage_hours (
        organization_id, workspace_id, started_at, day_started_at, virtual_key_id, model, provider, status, requests,
        input_tokens, output_tokens, cost)
      SELECT organization, n.workspace_id, n.hour, n.day, n.virtual_key_id, n.model, n.provider, n.status, count(*),
        sum(n.input_tokens), sum(n.output_tokens), sum(n.cost)
      FROM unnest(entries) AS n GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
      ON CONFLICT (organization_id, workspace_id, started_at, day_started_at, virtual_key_id, model, provider, status)
      DO UPDATE SET requests = usage_hours.requests + excluded.requests, input_tokens = usage_hours.input_tokens + excluded.input_tokens,
        output_tokens = usage_hours.output_tokens + excluded.output_tokens, cost = usage_hours.cost + excluded.cost;
    INSERT INTO usage_days (
        organization_id, workspace_id, started_at, virtual_key_id, model, provider, status, requests, input_tokens,
        output_tokens, cost)
      SELECT organization, n.workspace_id, n.day, n.virtual_key_id, n.model, n.provider, n.status, count(*),
        sum(n.input_tokens), sum(n.output_tokens), sum(n.cost)
      FROM unnest(entries) AS n GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
      ON CONFLICT (organization_id, workspace_id, started_at, virtual_key_id, model, provider, status)
      DO UPDATE SET requests = usage_days.requests + excluded.requests, input_tokens = usage_days.input_tokens + excluded.input_tokens,
        output_tokens = usage_days.output_tokens + excluded.output_tokens, cost = usage_days.cost + excluded.cost;
    INSERT INTO latency_hours (organization_id, workspace_id, started_at, day_started_at, histogram)
      SELECT organization, n.workspace_id, n.hour, n.day, latency_histogram(array_agg(n.latency_ms))
      FROM unnest(entries) AS n GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
      ON CONFLICT (organization_id, workspace_id, started_at, day_started_at)
      DO UPDATE SET histogram = latency_hours.histogram + excluded.histogram;
    INSERT INTO latency_days (organization_id, workspace_id, started_at, histogram)
      SELECT organization, n.workspace_id, n.day, latency_histogram(array_agg(n.latency_ms))
      FROM unnest(entries) AS n GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      ON CONFLICT (organization_id, workspace_id, started_at)
      DO UPDATE SET histogram = latency_days.histogram + excluded.histogram;
  END $$;

  -- Under the locks of the ledgers: claims the requests, gives back what was held for each to the key that it was held
  -- for, and books what was spent in the present month. Answers false, with nothing done, where another call has claimed
  -- one of them.
  CREATE FUNCTION settle_usage(organization uuid, entries usage_entry[]) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE held gateway_requests[];
  BEGIN
    held := ARRAY(
      SELECT found.request FROM (
        -- For each by the primary key, however large the table has grown.
        SELECT (
          SELECT g FROM gateway_requests g WHERE g.organization_id = organization
            AND g.workspace_id = n.workspace_id AND g.request_id = n.request_id
        ) AS request FROM unnest(entries) AS n
      ) AS found WHERE (found.request).request_id IS NOT NULL
    );
    IF EXISTS (SELECT FROM unnest(held) AS g WHERE g.usage_id IS NOT NULL) THEN RETURN false; END IF;
    INSERT INTO gateway_requests (organization_id, workspace_id, request_id, virtual_key_id, state, usage_id)
      SELECT organization, n.workspace_id, n.request_id, n.virtual_key_id, 'UNASKED', n.id FROM unnest(entries) AS n
      ON CONFLICT (organization_id, workspace_id, request_id) DO UPDATE SET usage_id = excluded.usage_id;
    UPDATE virtual_key_ledgers kl SET reserved = kl.reserved - sums.held, spent = kl.spent + sums.cost
      FROM (
        SELECT moves.workspace_id, moves.virtual_key_id, sum(moves.held) AS held, sum(moves.cost) AS cost FROM (
          SELECT g.workspace_id, g.virtual_key_id, g.reserved AS held, 0 AS cost FROM unnest(held) AS g
            WHERE g.state = 'HELD'
          UNION ALL
          SELECT n.workspace_id, n.virtual_key_id, 0, n.cost FROM unnest(entries) AS n
            JOIN workspace_ledgers l ON l.organization_id = organization AND l.workspace_id = n.workspace_id
            WHERE n.occurred_at >= l.period_start
        ) AS moves GROUP BY 1, 2
      ) AS sums
      WHERE kl.organization_id = organization AND kl.workspace_id = sums.workspace_id
        AND kl.virtual_key_id = sums.virtual_key_id;
    UPDATE workspace_ledgers l
      SET reserved = l.reserved - sums.held, spent = l.spent + sums.cost, turn = l.turn + 1
      FROM (
        SELECT moves.workspace_id, sum(moves.held) AS held, sum(moves.cost) AS cost FROM (
          SELECT g.workspace_id, g.reserved AS held, 0 AS cost FROM unnest(held) AS g WHERE g.state = 'HELD'
          UNION ALL
          SELECT n.workspace_id, 0, n.cost FROM unnest(entries) AS n
            JOIN workspace_ledgers own ON own.organization_id = organization AND own.workspace_id = n.workspace_id
            WHERE n.occurred_at >= own.period_start
          UNION ALL
          SELECT DISTINCT n.workspace_id, 0, 0 FROM unnest(entries) AS n
        ) AS moves GROUP BY 1
      ) AS sums
      WHERE l.organization_id = organization AND l.workspace_id = sums.workspace_id;
    RETURN true;
  END $$;
`;
