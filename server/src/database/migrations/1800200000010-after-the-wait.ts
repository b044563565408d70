import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a key `k`, its secret `s` and its workspace `w` take requests at all. */
const refusal = `CASE
              WHEN k.id IS NULL THEN 'UNKNOWN_KEY'
              WHEN k.status = 'REVOKED' THEN 'KEY_REVOKED'
              WHEN k.status = 'DISABLED' THEN 'KEY_DISABLED'
              WHEN least(k.expires_at, s.expires_at) <= clock_timestamp() THEN 'KEY_EXPIRED'
              WHEN w.archived_at IS NOT NULL THEN 'WORKSPACE_ARCHIVED'
            END`;

/** What they say now. */
const look = `SELECT ${refusal}, w.monthly_budget, w.budget_enforcement = 'BLOCK',
                k.monthly_budget, k.requests_per_minute, k.tokens_per_minute, k.allowed_models
              INTO refusal_now, limit_now, is_blocking_now, key_budget_now, key_requests_now, key_tokens_now, models_now
              FROM virtual_key_secrets s
              JOIN virtual_keys k ON k.organization_id = organization AND k.id = s.virtual_key_id
              JOIN workspaces w ON w.organization_id = organization AND w.id = k.workspace_id
              WHERE s.organization_id = organization AND s.id = asked.secret_id;
            IF NOT FOUND THEN refusal_now := 'UNKNOWN_KEY'; END IF;
            secret_now := asked.secret_id;`;

/** Who waits for a ledger is decided on by what holds after the wait, and an id of a request is that of one key. */
export class AfterTheWait1800200000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Decides requests, given as arrays of the same length; answers with a row for each, by its place from 1 on.
      --
      -- A request is looked at without a lock first: who is refused, or repeats what stands, is answered so and nothing is
      -- written. The first of a workspace that would be admitted locks the ledger; where that had another turn meanwhile
      -- the request is looked at again, and from then on nothing changes under it. What its key and workspace say is read
      -- once more after any wait, its own or that of a request before it: who was revoked meanwhile is refused. Workspaces
      -- come in the order of their ids, so that two calls never wait for each other.
      --
      -- The denial REQUEST_OF_ANOTHER_KEY is none of the API's: the id stands for a request of another key.
      CREATE OR REPLACE FUNCTION authorize_requests(
        organization uuid, request_ids text[], digests bytea[], models text[], inputs integer[], outputs integer[],
        hold interval
      ) RETURNS TABLE (
        place integer, denial text, retry_at timestamptz, cost numeric, hold_until timestamptz,
        its_workspace uuid, its_key uuid,
        target_ids uuid[], target_versions integer[], target_weights integer[], guardrails_state integer,
        given_back integer
      ) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
      #variable_conflict use_column
      DECLARE
        asked record;
        ledger workspace_ledgers;
        key_ledger virtual_key_ledgers;
        known gateway_requests;
        holds gateway_requests[] := '{}';
        names_of_holds text[] := '{}';
        name text;
        used uuid[] := '{}';
        at timestamptz;
        is_read boolean;
        is_locked boolean;
        is_swept boolean;
        is_due boolean;
        has_waited boolean := false;
        latest_turn bigint;
        secret_now uuid;
        refusal_now text;
        limit_now numeric;
        is_blocking_now boolean;
        key_budget_now numeric;
        key_requests_now integer;
        key_tokens_now integer;
        models_now text[];
        decided_by record;
        key_of_ledger uuid;
        requests_before bigint;
        tokens_before bigint;
        tokens bigint;
        price numeric;
        places integer[];
      BEGIN
        FOR asked IN
          SELECT u.ordinal::integer AS ordinal, u.request_id, u.model, u.input, u.output,
            s.id AS secret_id, s.last_used_at, k.id AS key_id, k.workspace_id,
            k.monthly_budget AS key_budget, k.requests_per_minute, k.tokens_per_minute, k.allowed_models,
            w.monthly_budget, w.budget_enforcement = 'BLOCK' AS is_blocking, w.guardrails_version,
            r.strategy, r.eligible_ids, r.eligible_versions, r.eligible_weights, r.eligible_input_prices, r.eligible_output_prices,
            ${refusal} AS refusal,
            CASE WHEN r.id IS NULL THEN 'NO_ROUTE' WHEN r.eligible_ids = '{}' THEN 'NO_ELIGIBLE_TARGET' END AS misfit
          FROM unnest(request_ids, digests, models, inputs, outputs) WITH ORDINALITY
            AS u (request_id, digest, model, input, output, ordinal)
          LEFT JOIN virtual_key_secrets s ON s.organization_id = organization AND s.secret_digest = u.digest
          LEFT JOIN virtual_keys k ON k.organization_id = organization AND k.id = s.virtual_key_id
          LEFT JOIN workspaces w ON w.organization_id = organization AND w.id = k.workspace_id
          LEFT JOIN model_routes r ON r.organization_id = organization AND r.workspace_id = k.workspace_id AND r.model = u.model
          ORDER BY k.workspace_id, k.id, u.ordinal
        LOOP
          place := asked.ordinal;
          denial := asked.refusal;
          its_workspace := asked.workspace_id;
          its_key := asked.key_id;
          guardrails_state := asked.guardrails_version;
          retry_at := NULL;
          cost := NULL;
          hold_until := NULL;
          target_ids := NULL;
          target_versions := NULL;
          target_weights := NULL;
          given_back := 0;
          IF denial IS NOT NULL THEN
            RETURN NEXT;
            CONTINUE;
          END IF;
          IF ledger.workspace_id IS DISTINCT FROM asked.workspace_id THEN
            is_read := false;
            is_locked := false;
            is_swept := false;
            secret_now := NULL;
          END IF;
          IF NOT is_locked THEN
            refusal_now := asked.refusal;
            limit_now := asked.monthly_budget;
            is_blocking_now := asked.is_blocking;
            key_budget_now := asked.key_budget;
            key_requests_now := asked.requests_per_minute;
            key_tokens_now := asked.tokens_per_minute;
            models_now := asked.allowed_models;
          ELSIF secret_now IS DISTINCT FROM asked.secret_id THEN
            ${look}
          END IF;
          name := asked.workspace_id || asked.request_id;

          LOOP
            retry_at := NULL;
            denial := refusal_now;
            EXIT WHEN denial IS NOT NULL;
            IF name = ANY (names_of_holds) THEN
              known := holds[array_position(names_of_holds, name)];
            ELSE
              SELECT * INTO known FROM gateway_requests g
                WHERE g.organization_id = organization AND g.workspace_id = asked.workspace_id AND g.request_id = asked.request_id;
            END IF;
            IF known.state = 'HELD' AND known.usage_id IS NULL AND known.expires_at > clock_timestamp()
              OR known.usage_id IS NOT NULL AND known.state <> 'UNASKED'
            THEN
              IF has_waited AND secret_now IS DISTINCT FROM asked.secret_id THEN
                ${look}
              END IF;
              denial := coalesce(refusal_now, CASE WHEN known.virtual_key_id <> asked.key_id THEN 'REQUEST_OF_ANOTHER_KEY' END);
              EXIT WHEN denial IS NOT NULL;
              -- The first decision stands.
              cost := known.reserved;
              hold_until := known.expires_at;
              target_ids := known.llm_configuration_ids;
              target_weights := known.weights;
              target_versions := ARRAY(
                SELECT c.version FROM unnest(known.llm_configuration_ids) WITH ORDINALITY AS target (id, at)
                JOIN llm_configurations c ON c.organization_id = organization AND c.id = target.id ORDER BY target.at
              );
              EXIT;
            END IF;
            denial := CASE WHEN asked.model <> ALL (models_now) THEN 'MODEL_NOT_ALLOWED' ELSE asked.misfit END;
            EXIT WHEN denial IS NOT NULL;

            IF NOT is_read THEN
              SELECT * INTO STRICT ledger FROM workspace_ledgers l
                WHERE l.organization_id = organization AND l.workspace_id = asked.workspace_id;
              -- After the look, so that it is not before anything that the look has seen.
              at := date_trunc('milliseconds', clock_timestamp());
              IF cardinality(holds) > 0 THEN
                ledger.reserved := ledger.reserved + coalesce(
                  (SELECT sum(h.reserved) FROM unnest(holds) AS h WHERE h.workspace_id = asked.workspace_id), 0);
              END IF;
            END IF;
            IF NOT is_read OR key_of_ledger IS DISTINCT FROM asked.key_id THEN
              key_of_ledger := asked.key_id;
              SELECT * INTO key_ledger FROM virtual_key_ledgers kl WHERE kl.organization_id = organization
                AND kl.workspace_id = asked.workspace_id AND kl.virtual_key_id = asked.key_id;
              IF key_requests_now IS NOT NULL OR key_tokens_now IS NOT NULL THEN
                -- The running totals before the first request within the last minute.
                SELECT g.key_requests - 1, g.key_tokens - g.tokens INTO requests_before, tokens_before FROM gateway_requests g
                  WHERE g.organization_id = organization AND g.virtual_key_id = asked.key_id
                    AND g.authorized_at > at - interval '1 minute' AND g.key_requests IS NOT NULL
                  ORDER BY g.authorized_at, g.key_requests LIMIT 1;
                IF NOT FOUND THEN
                  requests_before := key_ledger.requests;
                  tokens_before := key_ledger.tokens;
                END IF;
              END IF;
              IF cardinality(holds) > 0 THEN
                SELECT key_ledger.reserved + coalesce(sum(h.reserved), 0), key_ledger.requests + count(*),
                    key_ledger.tokens + coalesce(sum(h.tokens), 0)
                  INTO key_ledger.reserved, key_ledger.requests, key_ledger.tokens
                  FROM unnest(holds) AS h WHERE h.workspace_id = asked.workspace_id AND h.virtual_key_id = asked.key_id;
              END IF;
            END IF;
            is_read := true;

            tokens := asked.input::bigint + asked.output;
            price := 0;
            FOR i IN 1 .. cardinality(asked.eligible_ids) LOOP
              price := greatest(price, asked.input * asked.eligible_input_prices[i] + asked.output * asked.eligible_output_prices[i]);
            END LOOP;
            -- Of a million tokens each, rounded up to eight decimals.
            cost := ceil(price * 100) * 0.00000001;
            IF key_ledger.requests + 1 - requests_before > key_requests_now
              OR key_ledger.tokens + tokens - tokens_before > key_tokens_now
            THEN
              denial := 'RATE_LIMITED';
              -- Alone above the limit it never fits. Otherwise it does when so much of the minute has gone by.
              IF tokens <= coalesce(key_tokens_now, tokens) THEN
                SELECT g.authorized_at INTO retry_at FROM gateway_requests g
                  WHERE g.organization_id = organization AND g.virtual_key_id = asked.key_id
                    AND g.authorized_at > at - interval '1 minute' AND g.key_requests IS NOT NULL
                    AND coalesce(key_ledger.requests + 1 - g.key_requests <= key_requests_now, true)
                    AND coalesce(key_ledger.tokens + tokens - g.key_tokens <= key_tokens_now, true)
                  ORDER BY g.authorized_at, g.key_requests LIMIT 1;
                retry_at := coalesce(retry_at, at) + interval '1 minute';
              END IF;
            ELSIF is_blocking_now AND ledger.spent + ledger.reserved + cost > limit_now THEN
              denial := 'WORKSPACE_BUDGET_EXHAUSTED';
              retry_at := CASE WHEN cost <= limit_now THEN ledger.period_end END;
            ELSIF key_ledger.spent + key_ledger.reserved + cost > key_budget_now THEN
              denial := 'KEY_BUDGET_EXHAUSTED';
              retry_at := CASE WHEN cost <= key_budget_now THEN ledger.period_end END;
            END IF;

            -- Nothing is decided in a month that is over, a hold of this request's own that ran out is given back before
            -- the next, and nobody is refused for what has run out.
            is_due := ledger.period_end <= at
              OR coalesce(known.state = 'HELD' AND known.usage_id IS NULL AND known.expires_at > ledger.expired_until, false);
            IF NOT is_swept AND denial LIKE '%BUDGET%' THEN
              is_due := is_due OR EXISTS (
                SELECT FROM gateway_requests g WHERE g.organization_id = organization AND g.workspace_id = asked.workspace_id
                  AND g.expires_at > ledger.expired_until AND g.expires_at <= at AND g.state = 'HELD' AND g.usage_id IS NULL
              );
            END IF;
            EXIT WHEN NOT is_due AND (denial IS NOT NULL OR is_locked);
            IF is_due THEN
              given_back := given_back + bring_ledgers_up_to_date(organization, ARRAY[asked.workspace_id]);
              is_swept := true;
              is_read := false;
            ELSE
              SELECT l.turn INTO latest_turn FROM workspace_ledgers l
                WHERE l.organization_id = organization AND l.workspace_id = asked.workspace_id FOR NO KEY UPDATE;
              is_read := latest_turn = ledger.turn;
            END IF;
            is_locked := true;
            has_waited := true;
            -- Limits are changed under the same lock: from here on they hold.
            decided_by := (limit_now, is_blocking_now, key_budget_now, key_requests_now, key_tokens_now, models_now);
            ${look}
            is_read := is_read AND refusal_now IS NULL AND decided_by IS NOT DISTINCT FROM
              (limit_now, is_blocking_now, key_budget_now, key_requests_now, key_tokens_now, models_now);
            EXIT WHEN is_read;
          END LOOP;

          IF denial IS NOT NULL THEN
            cost := NULL;
          ELSIF target_ids IS NULL THEN
            IF asked.strategy = 'FALLBACK' OR cardinality(asked.eligible_ids) = 1 THEN
              target_ids := asked.eligible_ids;
              target_versions := asked.eligible_versions;
              target_weights := asked.eligible_weights;
            ELSE
              places := order_targets(asked.strategy, asked.eligible_ids, asked.eligible_weights, asked.eligible_input_prices,
                asked.eligible_output_prices, asked.request_id, asked.input, asked.output);
              SELECT array_agg(asked.eligible_ids[p.at] ORDER BY p.rank), array_agg(asked.eligible_versions[p.at] ORDER BY p.rank),
                  array_agg(asked.eligible_weights[p.at] ORDER BY p.rank)
                INTO target_ids, target_versions, target_weights
                FROM unnest(places) WITH ORDINALITY AS p (at, rank);
            END IF;
            IF known.usage_id IS NOT NULL THEN
              -- Its usage came unasked and is counted: there is nothing to hold.
              cost := NULL;
            ELSE
              hold_until := at + hold;
              ledger.reserved := ledger.reserved + cost;
              key_ledger.reserved := key_ledger.reserved + cost;
              key_ledger.requests := key_ledger.requests + 1;
              key_ledger.tokens := key_ledger.tokens + tokens;
              holds := holds || ROW(organization, asked.workspace_id, asked.request_id, asked.key_id, 'HELD', at, hold_until, cost,
                target_ids, target_weights, tokens, key_ledger.requests, key_ledger.tokens, NULL)::gateway_requests;
              names_of_holds := names_of_holds || name;
              IF coalesce(asked.last_used_at < date_trunc('minute', at), true) THEN used := used || asked.secret_id; END IF;
            END IF;
          END IF;
          RETURN NEXT;
        END LOOP;

        IF cardinality(holds) = 0 THEN RETURN; END IF;
        -- Three statements, because a distributed database takes no INSERT into a table from a list within another.
        INSERT INTO gateway_requests (
            organization_id, workspace_id, request_id, virtual_key_id, state, authorized_at, expires_at, reserved,
            llm_configuration_ids, weights, tokens, key_requests, key_tokens)
          SELECT organization, h.workspace_id, h.request_id, h.virtual_key_id, h.state, h.authorized_at, h.expires_at,
            h.reserved, h.llm_configuration_ids, h.weights, h.tokens, h.key_requests, h.key_tokens
          FROM unnest(holds) AS h
          ON CONFLICT (organization_id, workspace_id, request_id) DO UPDATE SET
            virtual_key_id = excluded.virtual_key_id, state = excluded.state, authorized_at = excluded.authorized_at,
            expires_at = excluded.expires_at, reserved = excluded.reserved,
            llm_configuration_ids = excluded.llm_configuration_ids, weights = excluded.weights,
            tokens = excluded.tokens, key_requests = excluded.key_requests, key_tokens = excluded.key_tokens;
        UPDATE virtual_key_ledgers kl
          SET reserved = kl.reserved + sums.reserved, requests = kl.requests + sums.requests, tokens = kl.tokens + sums.tokens
          FROM (
            SELECT h.workspace_id, h.virtual_key_id, sum(h.reserved) AS reserved, count(*) AS requests,
              sum(h.tokens) AS tokens
            FROM unnest(holds) AS h WHERE h.key_requests IS NOT NULL GROUP BY 1, 2
          ) AS sums
          WHERE kl.organization_id = organization AND kl.workspace_id = sums.workspace_id
            AND kl.virtual_key_id = sums.virtual_key_id;
        UPDATE workspace_ledgers l SET reserved = l.reserved + sums.reserved, turn = l.turn + 1
          FROM (SELECT h.workspace_id, sum(h.reserved) AS reserved FROM unnest(holds) AS h GROUP BY 1) AS sums
          WHERE l.organization_id = organization AND l.workspace_id = sums.workspace_id;
        IF cardinality(used) > 0 THEN
          PERFORM mark_secrets_used(organization, used, array_fill(date_trunc('minute', at), ARRAY[cardinality(used)]));
        END IF;
      END $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
