/** Records by month, what they add up to by hour and day, and what makes and forgets months. A part of the migration of usage, which never changes. */
export const usageTables = `
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
`;
