import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is never changed, and the counts that workspaces keep of their members and keys. Statement triggers, so that a
 * thousand rows cost one update a workspace; each of their statements is held to one organization by an equality, and rows
 * are locked in the order of their ids, so that two of them never wait for each other.
 */
export class Counts1800000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '% of % never changes', TG_ARGV[0], TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
      END $$;
      -- AFTER, because a BEFORE trigger makes every update of a table with a key in other tables lock the row against
      -- foreign keys as well, and two inserts of keys or members at once would wait for each other.
      CREATE TRIGGER workspaces_name_is_final AFTER UPDATE OF name, name_key ON workspaces
        FOR EACH ROW WHEN ((NEW.name, NEW.name_key) IS DISTINCT FROM (OLD.name, OLD.name_key))
        EXECUTE FUNCTION refuse_change('the name');
      CREATE TRIGGER members_do_not_move BEFORE UPDATE OF workspace_id, user_id ON members
        FOR EACH ROW WHEN ((NEW.workspace_id, NEW.user_id) IS DISTINCT FROM (OLD.workspace_id, OLD.user_id))
        EXECUTE FUNCTION refuse_change('workspace and user');
      CREATE TRIGGER virtual_keys_do_not_move BEFORE UPDATE OF workspace_id ON virtual_keys
        FOR EACH ROW WHEN (NEW.workspace_id IS DISTINCT FROM OLD.workspace_id)
        EXECUTE FUNCTION refuse_change('the workspace');

      CREATE FUNCTION add_to_member_counts(organization uuid, ids uuid[], numbers integer[]) RETURNS void
        LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM 1 FROM workspaces w WHERE w.organization_id = organization AND w.id = ANY (ids)
          ORDER BY w.id FOR NO KEY UPDATE;
        UPDATE workspaces w SET member_count = w.member_count + change.number
          FROM unnest(ids, numbers) AS change (id, number)
          WHERE w.organization_id = organization AND w.id = change.id;
      END $$;
      CREATE FUNCTION keep_member_count() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        change record;
        sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
      BEGIN
        FOR change IN
          SELECT organization_id, array_agg(workspace_id) AS ids, array_agg(sign * number) AS numbers FROM (
            SELECT organization_id, workspace_id, count(*)::integer AS number FROM changed GROUP BY 1, 2
          ) AS counted GROUP BY 1 ORDER BY 1
        LOOP
          PERFORM add_to_member_counts(change.organization_id, change.ids, change.numbers);
        END LOOP;
        RETURN NULL;
      END $$;
      CREATE TRIGGER members_added AFTER INSERT ON members
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_member_count();
      CREATE TRIGGER members_removed AFTER DELETE ON members
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_member_count();

      -- Counts afresh under the workspace's lock instead of adding up, because keys also leave by passing expires_at.
      CREATE FUNCTION recount_active_keys(organization uuid, ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM 1 FROM workspaces w WHERE w.organization_id = organization AND w.id = ANY (ids)
          ORDER BY w.id FOR NO KEY UPDATE;
        UPDATE workspaces w SET active_key_count = fresh.keys, next_key_expires_at = fresh.next_expires_at
          FROM (
            SELECT given.id, count(k.id) AS keys, min(k.expires_at) AS next_expires_at
            FROM unnest(ids) AS given (id)
            LEFT JOIN virtual_keys k ON k.organization_id = organization AND k.workspace_id = given.id
              AND k.status = 'ACTIVE' AND (k.expires_at IS NULL OR k.expires_at > now())
            GROUP BY given.id
          ) AS fresh
          WHERE w.organization_id = organization AND w.id = fresh.id
            AND (w.active_key_count, w.next_key_expires_at) IS DISTINCT FROM (fresh.keys, fresh.next_expires_at);
      END $$;
      CREATE FUNCTION keep_active_key_count() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE change record;
      BEGIN
        IF TG_OP = 'UPDATE' THEN
          FOR change IN
            SELECT changed.organization_id, array_agg(DISTINCT changed.workspace_id) AS ids
            FROM changed JOIN before USING (organization_id, id)
            WHERE (changed.status, changed.expires_at) IS DISTINCT FROM (before.status, before.expires_at)
            GROUP BY 1 ORDER BY 1
          LOOP
            PERFORM recount_active_keys(change.organization_id, change.ids);
          END LOOP;
        ELSE
          FOR change IN
            SELECT organization_id, array_agg(DISTINCT workspace_id) AS ids FROM changed GROUP BY 1 ORDER BY 1
          LOOP
            PERFORM recount_active_keys(change.organization_id, change.ids);
          END LOOP;
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER virtual_keys_added AFTER INSERT ON virtual_keys
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_active_key_count();
      CREATE TRIGGER virtual_keys_removed AFTER DELETE ON virtual_keys
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_active_key_count();
      CREATE TRIGGER virtual_keys_changed AFTER UPDATE ON virtual_keys
        REFERENCING NEW TABLE AS changed OLD TABLE AS before
        FOR EACH STATEMENT EXECUTE FUNCTION keep_active_key_count();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
