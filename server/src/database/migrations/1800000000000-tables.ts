import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables. Everything belongs to one organization, and every key of a table of theirs begins with it, so that a
 * distributed PostgreSQL can keep each organization on one shard; `organizations` itself is the same on every node and
 * hardly ever changes.
 *
 * Names: `name` is ordered as people order it (the root collation of ICU), `name_key` is what must be unique, and
 * `search_key` what is searched in; the application works out both keys, so that they are the same on every PostgreSQL.
 * Times have milliseconds, as JavaScript's have, so that one read and sent back is the same time.
 */
export class Tables1800000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE organizations (
        id uuid PRIMARY KEY,
        external_id text NOT NULL CONSTRAINT organizations_external_id_key UNIQUE,
        currency text NOT NULL DEFAULT 'USD',
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT organizations_external_id_check CHECK (char_length(external_id) BETWEEN 1 AND 255),
        CONSTRAINT organizations_currency_check CHECK (currency ~ '^[A-Z]{3}$')
      );

      CREATE TABLE directories (
        organization_id uuid PRIMARY KEY CONSTRAINT directories_organization_id_fkey REFERENCES organizations (id),
        synced_at timestamptz(3),
        sync_wanted_until timestamptz(3)
      );
      COMMENT ON TABLE directories IS 'Locked by who changes the directory, shared by who signs in with news';
      COMMENT ON COLUMN directories.synced_at IS
        'When the directory last had its word, whether it changed anything or not';
      COMMENT ON COLUMN directories.sync_wanted_until IS
        'Set while a sync waits for those who share the row: until then nobody begins to share it';

      CREATE TABLE users (
        id uuid NOT NULL,
        organization_id uuid NOT NULL CONSTRAINT users_organization_id_fkey REFERENCES organizations (id),
        subject text NOT NULL,
        name text COLLATE "und-x-icu" NOT NULL,
        search_key text COLLATE "C" NOT NULL,
        email text NOT NULL,
        organization_role text NOT NULL DEFAULT 'MEMBER',
        active boolean NOT NULL DEFAULT true,
        claims_issued_at timestamptz(3),
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT users_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT users_subject_key UNIQUE (organization_id, subject),
        CONSTRAINT users_subject_check CHECK (char_length(subject) BETWEEN 1 AND 255),
        CONSTRAINT users_organization_role_check CHECK (organization_role IN ('ADMIN', 'MEMBER'))
      );
      CREATE INDEX users_by_name ON users (organization_id, name, id);
      COMMENT ON COLUMN users.claims_issued_at IS
        'When the word that the row stands on was given: a token''s iat, or the moment of a directory sync';

      CREATE TABLE teams (
        id uuid NOT NULL,
        organization_id uuid NOT NULL CONSTRAINT teams_organization_id_fkey REFERENCES organizations (id),
        external_id text,
        name text COLLATE "und-x-icu" NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT teams_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT teams_name_key UNIQUE (organization_id, name),
        CONSTRAINT teams_external_id_key UNIQUE (organization_id, external_id),
        CONSTRAINT teams_name_check CHECK (char_length(name) BETWEEN 1 AND 255),
        CONSTRAINT teams_external_id_check CHECK (char_length(external_id) BETWEEN 1 AND 255)
      );

      CREATE TABLE team_memberships (
        team_id uuid NOT NULL,
        user_id uuid NOT NULL,
        organization_id uuid NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT team_memberships_pkey PRIMARY KEY (organization_id, team_id, user_id),
        CONSTRAINT team_memberships_team_id_fkey
          FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id) ON DELETE CASCADE,
        CONSTRAINT team_memberships_user_id_fkey
          FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX team_memberships_by_user ON team_memberships (organization_id, user_id, team_id);

      CREATE TABLE workspaces (
        id uuid NOT NULL,
        organization_id uuid NOT NULL CONSTRAINT workspaces_organization_id_fkey REFERENCES organizations (id),
        name text COLLATE "und-x-icu" NOT NULL,
        name_key text COLLATE "C" NOT NULL,
        search_key text COLLATE "C" NOT NULL,
        owner_user_id uuid,
        owner_team_id uuid,
        environment text NOT NULL,
        status text NOT NULL DEFAULT 'ACTIVE',
        region text NOT NULL,
        monthly_budget numeric NOT NULL,
        member_count integer NOT NULL DEFAULT 0,
        active_key_count integer NOT NULL DEFAULT 0,
        next_key_expires_at timestamptz(3),
        archived_at timestamptz(3),
        review_reason text,
        review_requested_by_id uuid,
        review_requested_at timestamptz(3),
        review_due_at timestamptz(3),
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT workspaces_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT workspaces_name_key UNIQUE (organization_id, name_key),
        CONSTRAINT workspaces_id_name_key UNIQUE (organization_id, id, name),
        CONSTRAINT workspaces_owner_user_id_fkey
          FOREIGN KEY (organization_id, owner_user_id) REFERENCES users (organization_id, id),
        CONSTRAINT workspaces_owner_team_id_fkey
          FOREIGN KEY (organization_id, owner_team_id) REFERENCES teams (organization_id, id),
        CONSTRAINT workspaces_review_requested_by_id_fkey
          FOREIGN KEY (organization_id, review_requested_by_id) REFERENCES users (organization_id, id),
        CONSTRAINT workspaces_one_owner_check CHECK (num_nonnulls(owner_user_id, owner_team_id) = 1),
        CONSTRAINT workspaces_name_check CHECK (
          char_length(name) BETWEEN 1 AND 80 AND name = btrim(name) AND name IS NFC NORMALIZED
          AND name !~ '[\\u0001-\\u001f\\u007f-\\u009f]'
        ),
        CONSTRAINT workspaces_environment_check CHECK (environment IN ('PRODUCTION', 'STAGING', 'SANDBOX')),
        CONSTRAINT workspaces_status_check CHECK (status IN ('ACTIVE', 'REVIEW')),
        CONSTRAINT workspaces_region_check CHECK (region IN ('GLOBAL', 'US', 'EU', 'RWANDA')),
        CONSTRAINT workspaces_monthly_budget_check CHECK (
          monthly_budget >= 0 AND monthly_budget < 1000000000000 AND scale(monthly_budget) = 2
        ),
        CONSTRAINT workspaces_review_check CHECK (
          CASE WHEN status = 'REVIEW' THEN num_nulls(review_reason, review_requested_at) = 0
          ELSE num_nonnulls(review_reason, review_requested_by_id, review_requested_at, review_due_at) = 0 END
        ),
        CONSTRAINT workspaces_review_reason_check CHECK (char_length(review_reason) BETWEEN 1 AND 1000),
        CONSTRAINT workspaces_member_count_check CHECK (member_count >= 0),
        CONSTRAINT workspaces_active_key_count_check CHECK (active_key_count >= 0),
        CONSTRAINT workspaces_version_check CHECK (version >= 1)
      );
      CREATE INDEX workspaces_by_name ON workspaces (organization_id, name);
      CREATE INDEX workspaces_by_creation ON workspaces (organization_id, created_at, id);
      CREATE INDEX workspaces_by_budget ON workspaces (organization_id, monthly_budget, id);
      CREATE INDEX workspaces_by_owner_user ON workspaces (organization_id, owner_user_id)
        WHERE owner_user_id IS NOT NULL;
      CREATE INDEX workspaces_by_owner_team ON workspaces (organization_id, owner_team_id, name)
        WHERE owner_team_id IS NOT NULL;
      COMMENT ON COLUMN workspaces.active_key_count IS
        'Keys that are ACTIVE and not past expires_at, right until next_key_expires_at';

      CREATE TABLE members (
        id uuid NOT NULL,
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        workspace_name text COLLATE "und-x-icu" NOT NULL,
        user_id uuid NOT NULL,
        role text NOT NULL,
        joined_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT members_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT members_workspace_id_user_id_key UNIQUE (organization_id, workspace_id, user_id) INCLUDE (role),
        CONSTRAINT members_workspace_id_fkey FOREIGN KEY (organization_id, workspace_id, workspace_name)
          REFERENCES workspaces (organization_id, id, name),
        CONSTRAINT members_user_id_fkey
          FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
        CONSTRAINT members_role_check CHECK (role IN ('ADMIN', 'MEMBER', 'VIEWER'))
      );
      CREATE INDEX members_by_join ON members (organization_id, workspace_id, joined_at, id);
      CREATE INDEX members_cards ON members (organization_id, user_id, workspace_name) INCLUDE (workspace_id, role);
      COMMENT ON COLUMN members.workspace_name IS 'The name never changes, so a person''s cards are walked in order';

      -- Whoever owns a workspace in person is a member of it. OWNER itself is never stored as a role: it follows from
      -- the workspace's one owner, so there can't be two, and none can be missing.
      ALTER TABLE workspaces ADD CONSTRAINT workspaces_owner_is_member_fkey
        FOREIGN KEY (organization_id, id, owner_user_id) REFERENCES members (organization_id, workspace_id, user_id)
        DEFERRABLE INITIALLY DEFERRED;

      CREATE TABLE virtual_keys (
        id uuid NOT NULL,
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        name text COLLATE "und-x-icu" NOT NULL,
        search_key text COLLATE "C" NOT NULL,
        last_four text NOT NULL,
        status text NOT NULL DEFAULT 'ACTIVE',
        created_by_id uuid,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        allowed_models text[],
        monthly_budget numeric,
        requests_per_minute integer,
        tokens_per_minute integer,
        last_reviewed_at timestamptz(3),
        last_reviewed_by_id uuid,
        revoked_at timestamptz(3),
        version integer NOT NULL DEFAULT 1,
        CONSTRAINT virtual_keys_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT virtual_keys_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id),
        CONSTRAINT virtual_keys_created_by_id_fkey
          FOREIGN KEY (organization_id, created_by_id) REFERENCES users (organization_id, id),
        CONSTRAINT virtual_keys_last_reviewed_by_id_fkey
          FOREIGN KEY (organization_id, last_reviewed_by_id) REFERENCES users (organization_id, id),
        CONSTRAINT virtual_keys_name_check CHECK (char_length(name) BETWEEN 1 AND 80),
        CONSTRAINT virtual_keys_last_four_check CHECK (char_length(last_four) = 4),
        CONSTRAINT virtual_keys_status_check CHECK (status IN ('ACTIVE', 'DISABLED', 'REVOKED')),
        CONSTRAINT virtual_keys_allowed_models_check CHECK (cardinality(allowed_models) >= 1),
        CONSTRAINT virtual_keys_monthly_budget_check CHECK (
          monthly_budget >= 0 AND monthly_budget < 1000000000000 AND scale(monthly_budget) = 2
        ),
        CONSTRAINT virtual_keys_requests_per_minute_check CHECK (requests_per_minute >= 1),
        CONSTRAINT virtual_keys_tokens_per_minute_check CHECK (tokens_per_minute >= 1),
        CONSTRAINT virtual_keys_revoked_at_check CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL)),
        CONSTRAINT virtual_keys_version_check CHECK (version >= 1)
      );
      CREATE INDEX virtual_keys_by_creation ON virtual_keys (organization_id, workspace_id, created_at, id);
      CREATE INDEX virtual_keys_active ON virtual_keys (organization_id, workspace_id, expires_at)
        WHERE status = 'ACTIVE';
      CREATE INDEX virtual_keys_of_organization_by_creation ON virtual_keys (organization_id, created_at, id);
      CREATE INDEX virtual_keys_of_organization_by_name ON virtual_keys (organization_id, name, id);
      CREATE INDEX virtual_keys_of_organization_by_expiry
        ON virtual_keys (organization_id, coalesce(expires_at, '9999-12-31T23:59:59.999Z'), id);
      COMMENT ON COLUMN virtual_keys.last_four IS 'Of the newest secret';

      CREATE TABLE virtual_key_secrets (
        id uuid NOT NULL,
        organization_id uuid NOT NULL,
        virtual_key_id uuid NOT NULL,
        secret_digest bytea NOT NULL,
        last_four text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        CONSTRAINT virtual_key_secrets_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT virtual_key_secrets_secret_digest_key UNIQUE (organization_id, secret_digest),
        CONSTRAINT virtual_key_secrets_virtual_key_id_fkey
          FOREIGN KEY (organization_id, virtual_key_id) REFERENCES virtual_keys (organization_id, id),
        CONSTRAINT virtual_key_secrets_secret_digest_check CHECK (octet_length(secret_digest) = 32),
        CONSTRAINT virtual_key_secrets_last_four_check CHECK (char_length(last_four) = 4)
      );
      CREATE INDEX virtual_key_secrets_by_key ON virtual_key_secrets (organization_id, virtual_key_id, created_at);
      CREATE UNIQUE INDEX virtual_key_secrets_one_current ON virtual_key_secrets (organization_id, virtual_key_id)
        WHERE expires_at IS NULL;
      COMMENT ON COLUMN virtual_key_secrets.expires_at IS
        'Null for the key''s newest secret; set by the rotation after it';

      CREATE TABLE active_workspaces (
        user_id uuid NOT NULL,
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        selected_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT active_workspaces_pkey PRIMARY KEY (organization_id, user_id),
        CONSTRAINT active_workspaces_user_id_fkey
          FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
        CONSTRAINT active_workspaces_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX active_workspaces_by_workspace ON active_workspaces (organization_id, workspace_id);

      CREATE TABLE service_tokens (
        id uuid NOT NULL,
        organization_id uuid NOT NULL CONSTRAINT service_tokens_organization_id_fkey REFERENCES organizations (id),
        name text COLLATE "und-x-icu" NOT NULL,
        token_digest bytea NOT NULL,
        last_four text NOT NULL,
        scopes text[] NOT NULL,
        created_by_id uuid NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        revoked_at timestamptz(3),
        CONSTRAINT service_tokens_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT service_tokens_token_digest_key UNIQUE (organization_id, token_digest),
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
      CREATE INDEX service_tokens_by_creation ON service_tokens (organization_id, created_at, id);

      CREATE TABLE idempotency_records (
        organization_id uuid NOT NULL
          CONSTRAINT idempotency_records_organization_id_fkey REFERENCES organizations (id),
        actor_id uuid NOT NULL,
        operation text NOT NULL,
        key text NOT NULL,
        input_digest bytea NOT NULL,
        result_id uuid NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT idempotency_records_pkey PRIMARY KEY (organization_id, actor_id, operation, key),
        CONSTRAINT idempotency_records_input_digest_check CHECK (octet_length(input_digest) = 32)
      );
      CREATE INDEX idempotency_records_by_creation ON idempotency_records (organization_id, created_at);

      CREATE TABLE audit_events (
        id uuid NOT NULL,
        organization_id uuid NOT NULL CONSTRAINT audit_events_organization_id_fkey REFERENCES organizations (id),
        workspace_id uuid,
        action text NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        actor_name text NOT NULL,
        target_id text,
        changes jsonb NOT NULL DEFAULT '[]',
        request_id text,
        occurred_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT audit_events_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT audit_events_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id),
        CONSTRAINT audit_events_action_check CHECK (action ~ '^[a-z_]+[.][a-z_]+$'),
        CONSTRAINT audit_events_actor_kind_check CHECK (actor_kind IN ('USER', 'SERVICE', 'SYSTEM'))
      );
      CREATE INDEX audit_events_by_workspace ON audit_events (organization_id, workspace_id, occurred_at, id)
        WHERE workspace_id IS NOT NULL;
      CREATE INDEX audit_events_by_organization ON audit_events (organization_id, occurred_at, id);

      CREATE TABLE jobs (
        name text PRIMARY KEY,
        leased_until timestamptz(3) NOT NULL DEFAULT '-infinity',
        last_started_at timestamptz(3),
        last_succeeded_at timestamptz(3)
      );
      COMMENT ON TABLE jobs IS 'Which server runs what runs by the clock: whoever has the row''s lease';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
