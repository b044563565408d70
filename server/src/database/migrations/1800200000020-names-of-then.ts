import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who made a key, last reviewed it or asked for a review, by the name of then: not everybody may see that person. Services
 * may read the directory alone.
 */
export class NamesOfThen1800200000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE virtual_keys ADD COLUMN created_by_name text, ADD COLUMN last_reviewed_by_name text;
      UPDATE virtual_keys k SET created_by_name = u.name FROM users u
        WHERE u.organization_id = k.organization_id AND u.id = k.created_by_id;
      UPDATE virtual_keys k SET last_reviewed_by_name = u.name FROM users u
        WHERE u.organization_id = k.organization_id AND u.id = k.last_reviewed_by_id;

      ALTER TABLE workspaces ADD COLUMN review_requested_by_name text;
      UPDATE workspaces w SET review_requested_by_name = coalesce(
          (SELECT e.actor_name FROM audit_events e WHERE e.organization_id = w.organization_id
            AND e.workspace_id = w.id AND e.action = 'workspace.review_requested'
            ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1),
          (SELECT u.name FROM users u WHERE u.organization_id = w.organization_id AND u.id = w.review_requested_by_id),
          'Unknown')
        WHERE w.status = 'REVIEW';
      ALTER TABLE workspaces DROP CONSTRAINT workspaces_review_check, ADD CONSTRAINT workspaces_review_check CHECK (
        CASE WHEN status = 'REVIEW' THEN num_nulls(review_reason, review_requested_at, review_requested_by_name) = 0
        ELSE num_nonnulls(review_reason, review_requested_by_id, review_requested_at, review_due_at,
          review_requested_by_name) = 0 END
      );

      ALTER TABLE service_tokens DROP CONSTRAINT service_tokens_scopes_check,
        ADD CONSTRAINT service_tokens_scopes_check CHECK (
          cardinality(scopes) >= 1 AND scopes <@
            ARRAY['WORKSPACES_READ', 'WORKSPACES_WRITE', 'DIRECTORY_READ', 'DIRECTORY_WRITE', 'GATEWAY']
        );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
