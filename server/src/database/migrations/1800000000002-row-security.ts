import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Row-level security by organization on every table: requests work as the role `tokenvue_workspaces`, which sees the rows
 * of the organization that its transaction names and may do no more with them than requests do. The owner of the tables is
 * not bound by it. Policies have no subquery, because a distributed PostgreSQL takes none.
 */
export class RowSecurity1800000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
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
      GRANT SELECT ON organizations TO tokenvue_workspaces;
      GRANT SELECT, UPDATE (synced_at, sync_wanted_until) ON directories TO tokenvue_workspaces;
      GRANT SELECT, INSERT ON audit_events, idempotency_records TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE ON users, workspaces, virtual_keys TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE (expires_at, last_used_at) ON virtual_key_secrets TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at) ON service_tokens TO tokenvue_workspaces;
      GRANT SELECT, INSERT, DELETE ON team_memberships TO tokenvue_workspaces;
      GRANT SELECT, INSERT, UPDATE, DELETE ON teams, members, active_workspaces TO tokenvue_workspaces;

      CREATE FUNCTION current_organization_id() RETURNS uuid STABLE PARALLEL SAFE LANGUAGE sql
        RETURN nullif(current_setting('tokenvue.organization_id', true), '')::uuid;
      DO $$
      DECLARE table_name text;
      BEGIN
        FOREACH table_name IN ARRAY ARRAY[
          'directories', 'users', 'teams', 'team_memberships', 'workspaces', 'members', 'virtual_keys',
          'virtual_key_secrets', 'active_workspaces', 'idempotency_records', 'audit_events', 'service_tokens'
        ] LOOP
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
          EXECUTE format(
            'CREATE POLICY own_organization ON %I TO tokenvue_workspaces
               USING (organization_id = current_organization_id())',
            table_name
          );
        END LOOP;
      END $$;
      ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own_organization ON organizations TO tokenvue_workspaces USING (id = current_organization_id());

      -- Works with the owner's rights, because only the owner of a table may count anew what is in it.
      -- The nodes of a distributed database take no statement of another role in the transaction, and count by themselves.
      CREATE FUNCTION analyze_directory() RETURNS void SECURITY DEFINER LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
          ANALYZE (SKIP_LOCKED) users, teams;
        END IF;
      END $$;
      -- No temporary table of the caller's can stand in for one of these.
      DO $$
      BEGIN
        EXECUTE format('ALTER FUNCTION analyze_directory SET search_path = %I, pg_temp', current_schema());
      END $$;
      REVOKE EXECUTE ON FUNCTION analyze_directory FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION analyze_directory TO tokenvue_workspaces;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
