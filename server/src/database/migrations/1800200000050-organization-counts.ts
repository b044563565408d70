import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How many workspaces an organization has, so that a quota of them is exact without counting them: the row is locked from
 * the insert of a workspace until its end. Also what creations of service tokens wait for each other by.
 */
export class OrganizationCounts1800200000050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE organization_counts (
        organization_id uuid PRIMARY KEY
          CONSTRAINT organization_counts_organization_id_fkey REFERENCES organizations (id),
        workspaces integer NOT NULL DEFAULT 0,
        CONSTRAINT organization_counts_workspaces_check CHECK (workspaces >= 0)
      );
      GRANT SELECT, INSERT, UPDATE ON organization_counts TO tokenvue_workspaces;
      ALTER TABLE organization_counts ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own_organization ON organization_counts TO tokenvue_workspaces
        USING (organization_id = current_organization_id());

      CREATE FUNCTION add_to_workspace_count(organization uuid, number integer) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO organization_counts AS oc (organization_id, workspaces)
          VALUES (organization, greatest(number, 0))
          ON CONFLICT (organization_id) DO UPDATE SET workspaces = oc.workspaces + number
            WHERE oc.organization_id = organization;
      END $$;
      CREATE FUNCTION keep_workspace_count() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        change record;
        sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
      BEGIN
        FOR change IN
          SELECT organization_id, sign * count(*)::integer AS number FROM changed GROUP BY 1 ORDER BY 1
        LOOP
          PERFORM add_to_workspace_count(change.organization_id, change.number);
        END LOOP;
        RETURN NULL;
      END $$;
      CREATE TRIGGER workspaces_added AFTER INSERT ON workspaces
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_workspace_count();
      CREATE TRIGGER workspaces_removed AFTER DELETE ON workspaces
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_workspace_count();
      -- After the triggers, which keep others from changing workspaces until the end.
      INSERT INTO organization_counts (organization_id, workspaces)
        SELECT organization_id, count(*) FROM workspaces GROUP BY 1;

      -- Keys that count against the quota of a workspace: a revoked one goes on being listed, and counts no more.
      CREATE INDEX virtual_keys_not_revoked ON virtual_keys (organization_id, workspace_id) WHERE status <> 'REVOKED';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
