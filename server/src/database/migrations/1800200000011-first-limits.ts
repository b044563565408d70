import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A key's limits are changed under the ledger's lock, for no longer than it takes to add up days. */
export class FirstLimits1800200000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What a key has spent since the period began, found by the keys of the rollups: it takes as long as a month has
      -- days, however many records there are. The days that begin since then, made exact by the hours that are of another
      -- side than their day, as where a zone was changed, and by the records of an hour that the period begins within.
      CREATE FUNCTION spent_of_key(organization uuid, workspace uuid, key uuid, since timestamptz) RETURNS numeric
        STABLE LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
      DECLARE
        spent numeric := 0;
        part numeric;
        at timestamptz;
        first_hour timestamptz := since - interval '3 hours';
        last_hour timestamptz := since + interval '27 hours';
        begins_within_hour boolean := false;
      BEGIN
        SELECT min(d.started_at) INTO at FROM usage_days d
          WHERE d.organization_id = organization AND d.workspace_id = workspace AND d.started_at >= since;
        WHILE at IS NOT NULL LOOP
          SELECT sum(d.cost) INTO part FROM usage_days d
            WHERE d.organization_id = organization AND d.workspace_id = workspace AND d.started_at = at
              AND d.virtual_key_id = key;
          spent := spent + coalesce(part, 0);
          SELECT min(d.started_at) INTO at FROM usage_days d
            WHERE d.organization_id = organization AND d.workspace_id = workspace AND d.started_at > at;
        END LOOP;
        SELECT min(h.started_at) INTO at FROM usage_hours h
          WHERE h.organization_id = organization AND h.workspace_id = workspace
            AND h.started_at >= first_hour AND h.started_at < last_hour;
        WHILE at IS NOT NULL LOOP
          SELECT sum(CASE WHEN at < since THEN -h.cost ELSE h.cost END) INTO part FROM usage_hours h
            WHERE h.organization_id = organization AND h.workspace_id = workspace AND h.started_at = at
              AND h.virtual_key_id = key AND (h.day_started_at < since) = (at >= since);
          spent := spent + coalesce(part, 0);
          begins_within_hour := begins_within_hour OR at < since AND at > since - interval '1 hour';
          SELECT min(h.started_at) INTO at FROM usage_hours h
            WHERE h.organization_id = organization AND h.workspace_id = workspace
              AND h.started_at > at AND h.started_at < last_hour;
        END LOOP;
        IF begins_within_hour THEN
          SELECT sum(u.cost) INTO part FROM usage_records u
            WHERE u.organization_id = organization AND u.virtual_key_id = key
              AND u.id >= id_at(since) AND u.id < id_at(since + interval '1 hour') AND u.occurred_at >= since
              AND date_trunc('hour', u.occurred_at, u.time_zone) < since;
          spent := spent + coalesce(part, 0);
        END IF;
        RETURN spent;
      END $$;

      -- A key that gets its first limit gets a ledger, with what is spent and held for it already.
      CREATE OR REPLACE FUNCTION open_key_ledger(organization uuid, workspace uuid, key uuid) RETURNS void
        LANGUAGE plpgsql AS $$
      DECLARE
        ledger workspace_ledgers;
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
        -- One look at what was admitted since a reservation can stand. What the last minute has admitted counts against a
        -- limit of the minute, too.
        WITH recent AS MATERIALIZED (
          SELECT g.request_id, g.tokens, g.authorized_at,
            CASE WHEN g.state = 'HELD' AND g.usage_id IS NULL THEN g.reserved ELSE 0 END AS held,
            g.authorized_at > clock_timestamp() - interval '1 minute' AS is_of_minute
          FROM gateway_requests g
          WHERE g.organization_id = organization AND g.workspace_id = workspace AND g.virtual_key_id = key
            AND g.expires_at > ledger.expired_until
        ), latest AS (
          SELECT recent.request_id, row_number() OVER latest AS number, sum(recent.tokens) OVER latest AS tokens
          FROM recent WHERE recent.is_of_minute
          WINDOW latest AS (ORDER BY recent.authorized_at, recent.request_id ROWS UNBOUNDED PRECEDING)
        ), numbered AS (
          UPDATE gateway_requests g SET key_requests = latest.number, key_tokens = latest.tokens FROM latest
            WHERE g.organization_id = organization AND g.workspace_id = workspace AND g.request_id = latest.request_id
        )
        SELECT coalesce((SELECT sum(recent.held) FROM recent), 0), coalesce(max(latest.number), 0),
          coalesce(max(latest.tokens), 0) INTO reserved, requests, tokens FROM latest;
        INSERT INTO virtual_key_ledgers (
            organization_id, workspace_id, virtual_key_id, spent, reserved, requests, tokens)
          VALUES (organization, workspace, key, spent_of_key(organization, workspace, key, ledger.period_start), reserved,
            requests, tokens);
      END $$;

      -- Of a key that is new nothing is spent or held, and nobody has looked at it.
      CREATE FUNCTION open_ledger_of_new_key() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO virtual_key_ledgers (organization_id, workspace_id, virtual_key_id)
          VALUES (NEW.organization_id, NEW.workspace_id, NEW.id);
        RETURN NULL;
      END $$;
      -- Whoever decides under the lock decides by what held before, and is done.
      CREATE FUNCTION change_limits_under_lock() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM 1 FROM workspace_ledgers l
          WHERE l.organization_id = NEW.organization_id AND l.workspace_id = NEW.workspace_id FOR NO KEY UPDATE;
        IF num_nonnulls(OLD.monthly_budget, OLD.requests_per_minute, OLD.tokens_per_minute) = 0 THEN
          PERFORM open_key_ledger(NEW.organization_id, NEW.workspace_id, NEW.id);
        END IF;
        RETURN NULL;
      END $$;
      DROP TRIGGER virtual_keys_open_ledger ON virtual_keys;
      DROP TRIGGER virtual_keys_first_limit ON virtual_keys;
      DROP FUNCTION open_ledger_of_limited_key();
      CREATE TRIGGER virtual_keys_open_ledger AFTER INSERT ON virtual_keys FOR EACH ROW
        WHEN (num_nonnulls(NEW.monthly_budget, NEW.requests_per_minute, NEW.tokens_per_minute) > 0)
        EXECUTE FUNCTION open_ledger_of_new_key();
      CREATE TRIGGER virtual_keys_change_limits AFTER UPDATE OF monthly_budget, requests_per_minute, tokens_per_minute
        ON virtual_keys FOR EACH ROW
        WHEN ((OLD.monthly_budget, OLD.requests_per_minute, OLD.tokens_per_minute)
          IS DISTINCT FROM (NEW.monthly_budget, NEW.requests_per_minute, NEW.tokens_per_minute))
        EXECUTE FUNCTION change_limits_under_lock();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
