import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of part 2, and row-level security by organization on every table: requests work as the role
 * `tokenvue_workspaces`, which sees the rows of the organization that its connection names and may do no more with them
 * than requests do. The owner of the tables is not bound by it.
 */
export class Governance1790100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE organizations ADD COLUMN directory_synced_at timestamptz(3);
      COMMENT ON COLUMN organizations.directory_synced_at IS
        'When the directory last had its word, whether it changed anything or not';

      ALTER TABLE users
        ADD COLUMN active boolean NOT NULL DEFAULT true,
        ADD COLUMN claims_issued_at timestamptz(3);
      COMMENT ON COLUMN users.claims_issued_at IS
        'When the word that the row stands on was given: a token''s iat, or the moment of a directory sync';

      ALTER TABLE teams
        ADD COLUMN external_id text,
        ADD CONSTRAINT teams_external_id_key UNIQUE (organization_id, external_id),
        ADD CONSTRAINT teams_external_id_check CHECK (char_length(external_id) BETWEEN 1 AND 255);

      ALTER TABLE workspaces
        ADD COLUMN archived_at timestamptz(3),
        ADD COLUMN review_reason text,
        ADD COLUMN review_requested_by_id uuid,
        ADD COLUMN review_requested_at timestamptz(3),
        ADD COLUMN review_due_at timestamptz(3),
        ADD CONSTRAINT workspaces_review_requested_by_id_fkey
          FOREIGN KEY (organization_id, review_requested_by_id) REFERENCES users (organization_id, id);
      UPDATE workspaces SET review_reason = 'Under review since before reasons were kept.', review_requested_at = updated_at
        WHERE status = 'REVIEW';
      ALTER TABLE workspaces
        ADD CONSTRAINT workspaces_review_check CHECK (
          CASE WHEN status = 'REVIEW' THEN num_nulls(review_reason, review_requested_at) = 0
          ELSE num_nonnulls(review_reason, review_requested_by_id, review_requested_at, review_due_at) = 0 END
        ),
        ADD CONSTRAINT workspaces_review_reason_check CHECK (char_length(review_reason) BETWEEN 1 AND 1000);

      ALTER TABLE virtual_keys
        ADD COLUMN name_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold_case(name)) STORED,
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN allowed_models text[],
        ADD COLUMN monthly_budget numeric,
        ADD COLUMN requests_per_minute integer,
        ADD COLUMN tokens_per_minute integer,
        ADD COLUMN last_reviewed_at timestamptz(3),
        ADD COLUMN last_reviewed_by_id uuid,
        ADD COLUMN revoked_at timestamptz(3),
        ADD CONSTRAINT virtual_keys_organization_id_id_key UNIQUE (organization_id, id),
        ADD CONSTRAINT virtual_keys_last_reviewed_by_id_fkey
          FOREIGN KEY (organization_id, last_reviewed_by_id) REFERENCES users (organization_id, id),
        ADD CONSTRAINT virtual_keys_version_check CHECK (version >= 1),
        ADD CONSTRAINT virtual_keys_allowed_models_check CHECK (cardinality(allowed_models) >= 1),
        ADD CONSTRAINT virtual_keys_monthly_budget_check CHECK (
          monthly_budget >= 0 AND monthly_budget < 1000000000000 AND scale(monthly_budget) = 2
        ),
        ADD CONSTRAINT virtual_keys_requests_per_minute_check CHECK (requests_per_minute >= 1),
        ADD CONSTRAINT virtual_keys_tokens_per_minute_check CHECK (tokens_per_minute >= 1);

      CREATE TABLE virtual_key_secrets (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL,
        virtual_key_id uuid NOT NULL,
        secret_digest bytea NOT NULL CONSTRAINT virtual_key_secrets_secret_digest_key UNIQUE,
        last_four text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        CONSTRAINT virtual_key_secrets_virtual_key_id_fkey
          FOREIGN KEY (organization_id, virtual_key_id) REFERENCES virtual_keys (organization_id, id),
        CONSTRAINT virtual_key_secrets_secret_digest_check CHECK (octet_length(secret_digest) = 32),
        CONSTRAINT virtual_key_secrets_last_four_check CHECK (char_length(last_four) = 4)
      );
      CREATE INDEX virtual_key_secrets_by_key ON virtual_key_secrets (virtual_key_id, created_at);
      CREATE UNIQUE INDEX virtual_key_secrets_one_current ON virtual_key_secrets (virtual_key_id)
        WHERE expires_at IS NULL;
      COMMENT ON COLUMN virtual_key_secrets.expires_at IS 'Null for the key''s newest secret; set by the rotation after it';
      INSERT INTO virtual_key_secrets (id, organization_id, virtual_key_id, secret_digest, last_four, created_at, last_used_at)
        SELECT gen_random_uuid(), organization_id, id, secret_digest, last_four, created_at, last_used_at
        FROM virtual_keys;
      UPDATE virtual_keys SET revoked_at = coalesce(last_used_at, created_at) WHERE status = 'REVOKED';
      ALTER TABLE virtual_keys
        DROP COLUMN secret_digest,
        ADD CONSTRAINT virtual_keys_revoked_at_check CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL));
      COMMENT ON COLUMN virtual_keys.last_four IS 'Of the newest secret';
      CREATE INDEX virtual_keys_of_organization_by_creation ON virtual_keys (organization_id, created_at, id);
      CREATE INDEX virtual_keys_of_organization_by_name ON virtual_keys (organization_id, name_key, id);
      CREATE INDEX virtual_keys_of_organization_by_expiry
        ON virtual_keys (organization_id, coalesce(expires_at, '9999-12-31T23:59:59.999Z'), id);

      CREATE TABLE service_tokens (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL CONSTRAINT service_tokens_organization_id_fkey REFERENCES organizations (id),
        name text NOT NULL,
        token_digest bytea NOT NULL CONSTRAINT service_tokens_token_digest_key UNIQUE,
        last_four text NOT NULL,
        scopes text[] NOT NULL,
        created_by_id uuid NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        revoked_at timestamptz(3),
        CONSTRAINT service_tokens_created_by_id_fkey
          FOREIGN KEY (organization_id, created_by_id) REFERENCES users (organization_id, id),
        CONSTRAINT service_tokens_name_check CHECK (char_length(name) BETWEEN 1 AND 80),
        CONSTRAINT service_tokens_token_digest_check CHECK (octet_length(token_digest) = 32),
        CONSTRAINT service_tokens_last_four_check CHECK (char_length(last_four) = 4),
        CONSTRAINT service_tokens_scopes_check CHECK (
          cardinality(scopes) >= 1
          AND scopes <@ ARRAY['WORKSPACES_READ', 'WORKSPACES_WRITE', 'DIRECTORY_WRITE', 'GATEWAY']
        )
      );
      DROP INDEX audit_events_by_workspace;
      CREATE INDEX audit_events_by_workspace ON audit_events (workspace_id, occurred_at, id)
        WHERE workspace_id IS NOT NULL;
      CREATE INDEX service_tokens_by_creation ON service_tokens (organization_id, created_at, id);
    `);
    await runner.query(`
      -- Roles belong to the whole cluster: another database may have made it, or be making it now.
      DO $$
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tokenvue_workspaces') THEN
          CREATE ROLE tokenvue_workspaces NOLOGIN;
        END IF;
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN
          NULL;
        WHEN insufficient_privilege THEN
          RAISE insufficient_privilege USING MESSAGE = format(
            'An administrator of the database has to run this first: '
            'CREATE ROLE tokenvue_workspaces NOLOGIN; GRANT tokenvue_workspaces TO %I;', current_user);
      END $$;
      -- Who may enter the role is known by trying: since PostgreSQL 16 whoever has made it is a member that may not.
      DO $$
      BEGIN
        BEGIN
          SET LOCAL ROLE tokenvue_workspaces;
          RESET ROLE;
        EXCEPTION WHEN insufficient_privilege THEN
          EXECUTE format('GRANT tokenvue_workspaces TO %I', current_user);
        END;
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE insufficient_privilege USING MESSAGE = format(
          'An administrator of the database has to run this first: GRANT tokenvue_workspaces TO %I;', current_user);
      END $$;
      DO $$
      BEGIN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO tokenvue_workspaces', current_schema());
      END $$;
      -- No more than requests do: nothing changes an audit event, and no key is ever deleted.
      GRANT SELECT, UPDATE (directory_synced_at) ON organizations TO tokenvue_workspaces;
      GRANT SELECT, INSERT ON audit_events, idempotency_records TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE ON users, workspaces, virtual_keys TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE (expires_at, last_used_at) ON virtual_key_secrets TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at) ON service_tokens TO tokenvue_workspaces;
      GRANT SELECT, INSERT, DELETE ON team_memberships TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE, DELETE ON teams, members, active_workspaces TO tokenvue_workspaces;

      CREATE FUNCTION current_organization_id() RETURNS uuid STABLE PARALLEL SAFE LANGUAGE sql
        RETURN nullif(current_setting('tokenvue.organization_id', true), '')::uuid;
      -- The organization is read once a statement, not once a row.
      DO $$
      DECLARE table_name text;
      BEGIN
        FOREACH table_name IN ARRAY ARRAY[
          'users', 'teams', 'team_memberships', 'workspaces', 'members', 'virtual_keys', 'virtual_key_secrets',
          'active_workspaces', 'idempotency_records', 'audit_events', 'service_tokens'
        ] LOOP
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
          EXECUTE format(
            'CREATE POLICY own_organization ON %I TO tokenvue_workspaces
               USING (organization_id = (SELECT current_organization_id()))',
            table_name
          );
        END LOOP;
      END $$;
      ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own_organization ON organizations TO tokenvue_workspaces
        USING (id = (SELECT current_organization_id()));

      -- Policies read the organization of every row, so the indexes that answer alone carry it too.
      DROP INDEX members_cards;
      CREATE INDEX members_cards ON members (user_id, workspace_name_key) INCLUDE (workspace_id, role, organization_id);
      DROP INDEX team_memberships_by_user;
      CREATE INDEX team_memberships_by_user ON team_memberships (user_id, team_id) INCLUDE (organization_id);
      DROP INDEX virtual_keys_active;
      CREATE INDEX virtual_keys_active ON virtual_keys (workspace_id, expires_at) INCLUDE (organization_id)
        WHERE status = 'ACTIVE';

      -- Works with the owner's rights, because a token is looked up before it is known whose it is.
      CREATE FUNCTION find_service_token(digest bytea) RETURNS TABLE (
        id uuid, name text, scopes text[], last_used_at timestamptz, organization_id uuid, currency text
      ) STABLE SECURITY DEFINER LANGUAGE sql AS $$
        SELECT t.id, t.name, t.scopes, t.last_used_at, t.organization_id, o.currency
        FROM service_tokens t JOIN organizations o ON o.id = t.organization_id
        WHERE t.token_digest = digest AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
      $$;
      -- Works with the owner's rights, because only the owner of a table may count anew what is in it.
      CREATE FUNCTION analyze_directory() RETURNS void SECURITY DEFINER LANGUAGE sql AS $$
        ANALYZE (SKIP_LOCKED) users, teams
      $$;
      -- No temporary table of the caller's can stand in for one of these.
      DO $$
      BEGIN
        EXECUTE format('ALTER FUNCTION find_service_token SET search_path = %I, pg_temp', current_schema());
        EXECUTE format('ALTER FUNCTION analyze_directory SET search_path = %I, pg_temp', current_schema());
      END $$;
      REVOKE EXECUTE ON FUNCTION find_service_token, analyze_directory FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION find_service_token, analyze_directory TO tokenvue_workspaces;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
