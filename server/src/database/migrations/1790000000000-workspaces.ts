import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of part 1. Names are compared and ordered by `name_key`: folded case, in byte order, so that neither the
 * database's locale nor an upgrade of its collations changes what is unique or how a page is ordered. Times have
 * milliseconds, as JavaScript's have, so that one read and sent back is the same time.
 */
export class Workspaces1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION fold_case(value text) RETURNS text
        IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
        RETURN normalize(
          translate(lower(upper(lower(value COLLATE "und-x-icu") COLLATE "und-x-icu") COLLATE "und-x-icu"), 'ς', 'σ'),
          NFC);

      CREATE TABLE organizations (
        id uuid PRIMARY KEY,
        external_id text NOT NULL CONSTRAINT organizations_external_id_key UNIQUE,
        currency text NOT NULL DEFAULT 'USD',
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT organizations_external_id_check CHECK (char_length(external_id) BETWEEN 1 AND 255),
        CONSTRAINT organizations_currency_check CHECK (currency ~ '^[A-Z]{3}$')
      );

      CREATE TABLE users (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL CONSTRAINT users_organization_id_fkey REFERENCES organizations (id),
        subject text NOT NULL,
        name text NOT NULL,
        name_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold_case(name)) STORED,
        email text NOT NULL,
        organization_role text NOT NULL DEFAULT 'MEMBER',
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT users_subject_key UNIQUE (organization_id, subject),
        CONSTRAINT users_organization_id_id_key UNIQUE (organization_id, id),
        CONSTRAINT users_subject_check CHECK (char_length(subject) BETWEEN 1 AND 255),
        CONSTRAINT users_organization_role_check CHECK (organization_role IN ('ADMIN', 'MEMBER'))
      );
      CREATE INDEX users_by_name ON users (organization_id, name_key, id);

      CREATE TABLE teams (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL CONSTRAINT teams_organization_id_fkey REFERENCES organizations (id),
        name text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT teams_name_key UNIQUE (organization_id, name),
        CONSTRAINT teams_organization_id_id_key UNIQUE (organization_id, id),
        CONSTRAINT teams_name_check CHECK (char_length(name) BETWEEN 1 AND 255)
      );

      CREATE TABLE team_memberships (
        team_id uuid NOT NULL,
        user_id uuid NOT NULL,
        organization_id uuid NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT team_memberships_pkey PRIMARY KEY (team_id, user_id),
        CONSTRAINT team_memberships_team_id_fkey
          FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id) ON DELETE CASCADE,
        CONSTRAINT team_memberships_user_id_fkey
          FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX team_memberships_by_user ON team_memberships (user_id, team_id);

      CREATE TABLE workspaces (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL CONSTRAINT workspaces_organization_id_fkey REFERENCES organizations (id),
        name text NOT NULL,
        name_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold_case(name)) STORED,
        owner_user_id uuid,
        owner_team_id uuid,
        environment text NOT NULL,
        status text NOT NULL DEFAULT 'ACTIVE',
        region text NOT NULL,
        monthly_budget numeric NOT NULL,
        member_count integer NOT NULL DEFAULT 0,
        active_key_count integer NOT NULL DEFAULT 0,
        next_key_expires_at timestamptz(3),
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT workspaces_name_key UNIQUE (organization_id, name_key),
        CONSTRAINT workspaces_organization_id_id_key UNIQUE (organization_id, id),
        CONSTRAINT workspaces_id_name_key UNIQUE (organization_id, id, name_key),
        CONSTRAINT workspaces_owner_user_id_fkey
          FOREIGN KEY (organization_id, owner_user_id) REFERENCES users (organization_id, id),
        CONSTRAINT workspaces_owner_team_id_fkey
          FOREIGN KEY (organization_id, owner_team_id) REFERENCES teams (organization_id, id),
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
        CONSTRAINT workspaces_member_count_check CHECK (member_count >= 0),
        CONSTRAINT workspaces_active_key_count_check CHECK (active_key_count >= 0),
        CONSTRAINT workspaces_version_check CHECK (version >= 1)
      );
      CREATE INDEX workspaces_by_creation ON workspaces (organization_id, created_at, id);
      CREATE INDEX workspaces_by_budget ON workspaces (organization_id, monthly_budget, id);
      CREATE INDEX workspaces_by_owner_user ON workspaces (owner_user_id) WHERE owner_user_id IS NOT NULL;
      CREATE INDEX workspaces_by_owner_team ON workspaces (owner_team_id, name_key) WHERE owner_team_id IS NOT NULL;
      COMMENT ON COLUMN workspaces.active_key_count IS
        'Keys that are ACTIVE and not past expires_at, right until next_key_expires_at';

      CREATE TABLE members (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        workspace_name_key text COLLATE "C" NOT NULL,
        user_id uuid NOT NULL,
        role text NOT NULL,
        joined_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT members_workspace_id_user_id_key UNIQUE (workspace_id, user_id),
        CONSTRAINT members_workspace_id_fkey FOREIGN KEY (organization_id, workspace_id, workspace_name_key)
          REFERENCES workspaces (organization_id, id, name_key),
        CONSTRAINT members_user_id_fkey
          FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
        CONSTRAINT members_role_check CHECK (role IN ('ADMIN', 'MEMBER', 'VIEWER'))
      );
      CREATE INDEX members_by_join ON members (workspace_id, joined_at, id);
      CREATE INDEX members_cards ON members (user_id, workspace_name_key) INCLUDE (workspace_id, role);
      COMMENT ON COLUMN members.workspace_name_key IS 'The name never changes, so a person''s cards are walked in order';
    `);
    await runner.query(`
      -- Whoever owns a workspace in person is a member of it. OWNER itself is never stored as a role: it follows from
      -- the workspace's one owner, so there can't be two, and none can be missing.
      ALTER TABLE workspaces ADD CONSTRAINT workspaces_owner_is_member_fkey
        FOREIGN KEY (id, owner_user_id) REFERENCES members (workspace_id, user_id) DEFERRABLE INITIALLY DEFERRED;

      CREATE TABLE virtual_keys (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        name text NOT NULL,
        secret_digest bytea NOT NULL CONSTRAINT virtual_keys_secret_digest_key UNIQUE,
        last_four text NOT NULL,
        status text NOT NULL DEFAULT 'ACTIVE',
        created_by_id uuid,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        CONSTRAINT virtual_keys_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id),
        CONSTRAINT virtual_keys_created_by_id_fkey
          FOREIGN KEY (organization_id, created_by_id) REFERENCES users (organization_id, id),
        CONSTRAINT virtual_keys_name_check CHECK (char_length(name) BETWEEN 1 AND 80),
        CONSTRAINT virtual_keys_secret_digest_check CHECK (octet_length(secret_digest) = 32),
        CONSTRAINT virtual_keys_last_four_check CHECK (char_length(last_four) = 4),
        CONSTRAINT virtual_keys_status_check CHECK (status IN ('ACTIVE', 'DISABLED', 'REVOKED'))
      );
      CREATE INDEX virtual_keys_by_creation ON virtual_keys (workspace_id, created_at, id);
      CREATE INDEX virtual_keys_active ON virtual_keys (workspace_id, expires_at) WHERE status = 'ACTIVE';

      CREATE TABLE active_workspaces (
        user_id uuid CONSTRAINT active_workspaces_pkey PRIMARY KEY,
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        selected_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT active_workspaces_user_id_fkey
          FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
        CONSTRAINT active_workspaces_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX active_workspaces_by_workspace ON active_workspaces (workspace_id);

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

      CREATE TABLE audit_events (
        id uuid PRIMARY KEY,
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
        CONSTRAINT audit_events_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id),
        CONSTRAINT audit_events_action_check CHECK (action ~ '^[a-z_]+[.][a-z_]+$'),
        CONSTRAINT audit_events_actor_kind_check CHECK (actor_kind IN ('USER', 'SERVICE', 'SYSTEM'))
      );
      CREATE INDEX audit_events_by_workspace ON audit_events (workspace_id, id) WHERE workspace_id IS NOT NULL;
      CREATE INDEX audit_events_by_organization ON audit_events (organization_id, id);
    `);
    await runner.query(`
      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '% of % never changes', TG_ARGV[0], TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
      END $$;
      -- AFTER, because a BEFORE trigger makes every update of a table with a generated key column lock the row against
      -- foreign keys as well, and two inserts of keys or members at once would wait for each other.
      CREATE TRIGGER workspaces_name_is_final AFTER UPDATE OF name ON workspaces
        FOR EACH ROW WHEN (NEW.name IS DISTINCT FROM OLD.name) EXECUTE FUNCTION refuse_change('the name');
      CREATE TRIGGER members_do_not_move BEFORE UPDATE OF workspace_id, user_id ON members
        FOR EACH ROW WHEN ((NEW.workspace_id, NEW.user_id) IS DISTINCT FROM (OLD.workspace_id, OLD.user_id))
        EXECUTE FUNCTION refuse_change('workspace and user');
      CREATE TRIGGER virtual_keys_do_not_move BEFORE UPDATE OF workspace_id ON virtual_keys
        FOR EACH ROW WHEN (NEW.workspace_id IS DISTINCT FROM OLD.workspace_id)
        EXECUTE FUNCTION refuse_change('the workspace');

      -- Statement triggers, so that a thousand rows cost one update a workspace; rows are locked in the order of their
      -- ids, so that two of them never wait for each other.
      CREATE FUNCTION keep_member_count() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          PERFORM 1 FROM workspaces WHERE id IN (SELECT workspace_id FROM added) ORDER BY id FOR NO KEY UPDATE;
          UPDATE workspaces SET member_count = member_count + change.members
            FROM (SELECT workspace_id, count(*) AS members FROM added GROUP BY workspace_id) AS change
            WHERE workspaces.id = change.workspace_id;
        ELSE
          PERFORM 1 FROM workspaces WHERE id IN (SELECT workspace_id FROM removed) ORDER BY id FOR NO KEY UPDATE;
          UPDATE workspaces SET member_count = member_count - change.members
            FROM (SELECT workspace_id, count(*) AS members FROM removed GROUP BY workspace_id) AS change
            WHERE workspaces.id = change.workspace_id;
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER members_added AFTER INSERT ON members
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_member_count();
      CREATE TRIGGER members_removed AFTER DELETE ON members
        REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION keep_member_count();

      -- Counts afresh under the workspace's lock instead of adding up, because keys also leave by passing expires_at.
      CREATE FUNCTION recount_active_keys(workspace_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM 1 FROM workspaces WHERE id = ANY (workspace_ids) ORDER BY id FOR NO KEY UPDATE;
        UPDATE workspaces SET active_key_count = fresh.keys, next_key_expires_at = fresh.next_expires_at
          FROM (
            SELECT given.id, count(key.id) AS keys, min(key.expires_at) AS next_expires_at
            FROM unnest(workspace_ids) AS given (id)
            LEFT JOIN virtual_keys AS key ON key.workspace_id = given.id AND key.status = 'ACTIVE'
              AND (key.expires_at IS NULL OR key.expires_at > now())
            GROUP BY given.id
          ) AS fresh
          WHERE workspaces.id = fresh.id AND (workspaces.active_key_count, workspaces.next_key_expires_at)
            IS DISTINCT FROM (fresh.keys, fresh.next_expires_at);
      END $$;
      CREATE FUNCTION keep_active_key_count() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE workspace_ids uuid[];
      BEGIN
        IF TG_OP = 'INSERT' THEN
          workspace_ids := ARRAY(SELECT DISTINCT workspace_id FROM added);
        ELSIF TG_OP = 'DELETE' THEN
          workspace_ids := ARRAY(SELECT DISTINCT workspace_id FROM removed);
        ELSE
          workspace_ids := ARRAY(
            SELECT DISTINCT added.workspace_id FROM added JOIN removed USING (id)
            WHERE (added.status, added.expires_at) IS DISTINCT FROM (removed.status, removed.expires_at)
          );
        END IF;
        IF cardinality(workspace_ids) > 0 THEN
          PERFORM recount_active_keys(workspace_ids);
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER virtual_keys_added AFTER INSERT ON virtual_keys
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_active_key_count();
      CREATE TRIGGER virtual_keys_removed AFTER DELETE ON virtual_keys
        REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION keep_active_key_count();
      CREATE TRIGGER virtual_keys_changed AFTER UPDATE ON virtual_keys
        REFERENCING NEW TABLE AS added OLD TABLE AS removed
        FOR EACH STATEMENT EXECUTE FUNCTION keep_active_key_count();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
