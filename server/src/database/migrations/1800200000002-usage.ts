import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What requests have used: the records by month, what they add up to by hour and day, and what settles the ledgers. */
export class Usage1800200000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- An id is a UUIDv7 of occurred_at: one column carries the order, the page and the month.
      CREATE TABLE usage_records (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        id uuid NOT NULL,
        virtual_key_id uuid NOT NULL,
        request_id text COLLATE "C" NOT NULL,
        model text COLLATE "C" NOT NULL,
        llm_configuration_id uuid,
        provider text COLLATE "C",
        provider_model text,
        status text COLLATE "C" NOT NULL,
        error_code text,
        input_tokens integer NOT NULL,
        cached_input_tokens integer NOT NULL,
        output_tokens integer NOT NULL,
        cost numeric NOT NULL,
        latency_ms integer NOT NULL,
        guardrail_ids uuid[] NOT NULL DEFAULT '{}',
        tags text[] NOT NULL DEFAULT '{}',
        time_zone text NOT NULL,
        occurred_at timestamptz(3) NOT NULL,
        utc_day integer NOT NULL GENERATED ALWAYS AS ((occurred_at AT TIME ZONE 'UTC')::date - DATE '1970-01-01') STORED,
        cost_units bigint NOT NULL GENERATED ALWAYS AS ((cost * 100000000)::bigint) STORED,
        CONSTRAINT usage_records_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT usage_records_status_check CHECK (status IN ('SUCCEEDED', 'FAILED', 'BLOCKED', 'CANCELLED')),
        CONSTRAINT usage_records_tokens_check CHECK (
          input_tokens >= 0 AND output_tokens >= 0 AND cached_input_tokens BETWEEN 0 AND input_tokens
        ),
        CONSTRAINT usage_records_cost_check CHECK (cost >= 0),
        CONSTRAINT usage_records_latency_ms_check CHECK (latency_ms >= 0)
      ) PARTITION BY RANGE (id);
      COMMENT ON COLUMN usage_records.time_zone IS
        'Of the workspace when it was recorded: hours and days of this record are those of this zone for ever';

      COMMENT ON COLUMN usage_records.utc_day IS
        'Days since 1970. With cost_units it is what indexes compare of the time and the cost: under row-level security no '
        'index is looked into by a function that might tell of what it sees, and those of times and numerics are such';

      CREATE TABLE usage_record_tags (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        tag text COLLATE "C" NOT NULL,
        id uuid NOT NULL,
        CONSTRAINT usage_record_tags_pkey PRIMARY KEY (organization_id, workspace_id, tag, id)
      ) PARTITION BY RANGE (id);
      -- For the review of production workspaces: few tags are in it.
      CREATE INDEX usage_record_tags_of_tests ON usage_record_tags (organization_id, workspace_id, id)
        WHERE tag ~* '^test(s|ing)?$|^test:';

      CREATE INDEX usage_records_of_workspace ON usage_records (organization_id, workspace_id, id);
      CREATE INDEX usage_records_of_key ON usage_records (organization_id, virtual_key_id, id);
      CREATE INDEX usage_records_of_model ON usage_records (organization_id, workspace_id, model, id);
      CREATE INDEX usage_records_of_provider ON usage_records (organization_id, workspace_id, provider, id);
      CREATE INDEX usage_records_of_configuration ON usage_records (organization_id, llm_configuration_id, id)
        WHERE llm_configuration_id IS NOT NULL;
      CREATE INDEX usage_records_with_guardrails ON usage_records (organization_id, workspace_id, id)
        WHERE guardrail_ids <> '{}';
      CREATE INDEX usage_records_not_succeeded ON usage_records (organization_id, workspace_id, status, id)
        WHERE status <> 'SUCCEEDED';
      CREATE INDEX usage_records_by_latency ON usage_records (organization_id, workspace_id, utc_day, latency_ms, id);
      CREATE INDEX usage_records_by_cost ON usage_records (organization_id, workspace_id, utc_day, cost_units, id);

      CREATE TABLE usage_hours (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        started_at timestamptz(3) NOT NULL,
        day_started_at timestamptz(3) NOT NULL,
        virtual_key_id uuid NOT NULL,
        model text COLLATE "C" NOT NULL,
        provider text COLLATE "C",
        status text COLLATE "C" NOT NULL,
        requests bigint NOT NULL,
        input_tokens bigint NOT NULL,
        output_tokens bigint NOT NULL,
        cost numeric NOT NULL,
        CONSTRAINT usage_hours_key UNIQUE NULLS NOT DISTINCT
          (organization_id, workspace_id, started_at, day_started_at, virtual_key_id, model, provider, status)
      ) WITH (fillfactor = 70);
      COMMENT ON COLUMN usage_hours.day_started_at IS 'The day of usage_days in which the hour is counted';
      CREATE TABLE usage_days (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        started_at timestamptz(3) NOT NULL,
        virtual_key_id uuid NOT NULL,
        model text COLLATE "C" NOT NULL,
        provider text COLLATE "C",
        status text COLLATE "C" NOT NULL,
        requests bigint NOT NULL,
        input_tokens bigint NOT NULL,
        output_tokens bigint NOT NULL,
        cost numeric NOT NULL,
        CONSTRAINT usage_days_key UNIQUE NULLS NOT DISTINCT
          (organization_id, workspace_id, started_at, virtual_key_id, model, provider, status)
      ) WITH (fillfactor = 70);
      -- How often each latency occurred, in steps of two percent: a step's middle is within one percent of all in it. The
      -- counts are one number, twelve digits for each step and the least one last, so that adding numbers adds histograms:
      -- a year is merged by sum() in half a millisecond, where arrays of counts take fifty.
      CREATE TABLE latency_hours (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        started_at timestamptz(3) NOT NULL,
        day_started_at timestamptz(3) NOT NULL,
        histogram numeric NOT NULL,
        CONSTRAINT latency_hours_pkey PRIMARY KEY (organization_id, workspace_id, started_at, day_started_at)
      ) WITH (fillfactor = 70);
      CREATE TABLE latency_days (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        started_at timestamptz(3) NOT NULL,
        histogram numeric NOT NULL,
        CONSTRAINT latency_days_pkey PRIMARY KEY (organization_id, workspace_id, started_at)
      ) WITH (fillfactor = 70);
      CREATE TABLE denial_hours (
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        started_at timestamptz(3) NOT NULL,
        virtual_key_id uuid NOT NULL,
        code text COLLATE "C" NOT NULL,
        model text COLLATE "C" NOT NULL,
        requests bigint NOT NULL,
        CONSTRAINT denial_hours_pkey PRIMARY KEY (organization_id, workspace_id, started_at, virtual_key_id, code, model)
      ) WITH (fillfactor = 70);
      COMMENT ON TABLE denial_hours IS 'Requests that were refused; nothing else remains of them';

      GRANT SELECT, INSERT ON usage_records, usage_record_tags TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE ON usage_hours, usage_days, latency_hours, latency_days, denial_hours
        TO tokenvue_workspaces;
      DO $$
      DECLARE table_name text;
      BEGIN
        FOREACH table_name IN ARRAY ARRAY[
          'usage_records', 'usage_record_tags', 'usage_hours', 'usage_days', 'latency_hours', 'latency_days', 'denial_hours'
        ] LOOP
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
          EXECUTE format(
            'CREATE POLICY own_organization ON %I TO tokenvue_workspaces
               USING (organization_id = current_organization_id())',
            table_name
          );
        END LOOP;
      END $$;

      -- Makes the partitions of the months between the two that are missing. Each table is made first and attached then,
      -- which waits for nobody who reads or records.
      CREATE FUNCTION make_usage_partitions(first_month timestamptz, last_month timestamptz) RETURNS text[]
        LANGUAGE plpgsql SET TimeZone = 'UTC' AS $$
      DECLARE
        month timestamptz;
        parent text;
        partition text;
        made text[] := '{}';
      BEGIN
        FOR month IN SELECT generate_series(date_trunc('month', first_month), last_month, interval '1 month') LOOP
          FOREACH parent IN ARRAY ARRAY['usage_records', 'usage_record_tags'] LOOP
            partition := parent || to_char(month, '_YYYYMM');
            CONTINUE WHEN to_regclass(partition) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)', partition, parent);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
              parent, partition, id_at(month), id_at(month + interval '1 month'));
            made := made || partition;
          END LOOP;
        END LOOP;
        RETURN made;
      END $$;
      DO $$
      BEGIN
        PERFORM make_usage_partitions(now() - interval '400 days', now() + interval '3 months');
      END $$;

      -- The month of the oldest partition: of what is before it no record is taken any more. A month that is about to go
      -- counts as gone.
      CREATE FUNCTION first_usage_month() RETURNS timestamptz STABLE LANGUAGE sql RETURN (
        SELECT min(to_date(right(c.relname, 6), 'YYYYMM'))::timestamp AT TIME ZONE 'UTC'
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'usage_records'::regclass AND NOT i.inhdetachpending
      );

      -- Forgets the requests whose usage is in the table of a month that is no partition any more, so many records of it
      -- from this one on. Answers with the last of them; null after the end.
      CREATE FUNCTION forget_requests_of_month(
        organization uuid, month_table text, after_workspace uuid, after_id uuid, batch integer,
        OUT last_workspace uuid, OUT last_id uuid, OUT forgotten integer
      ) LANGUAGE plpgsql AS $$
      DECLARE
        workspaces uuid[];
        ids uuid[];
        requests text[];
      BEGIN
        EXECUTE format(
          'SELECT array_agg(workspace_id), array_agg(id), array_agg(request_id) FROM (
             SELECT workspace_id, id, request_id FROM %I
             WHERE organization_id = $1 AND (workspace_id, id) > ($2, $3) ORDER BY workspace_id, id LIMIT $4
           ) AS batch',
          month_table
        ) INTO workspaces, ids, requests USING organization, after_workspace, after_id, batch;
        last_workspace := workspaces[cardinality(workspaces)];
        last_id := ids[cardinality(ids)];
        DELETE FROM gateway_requests g USING unnest(workspaces, ids, requests) AS old (workspace_id, id, request_id)
          WHERE g.organization_id = organization AND g.workspace_id = old.workspace_id AND g.request_id = old.request_id
            AND g.usage_id = old.id;
        GET DIAGNOSTICS forgotten = ROW_COUNT;
      END $$;

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
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
