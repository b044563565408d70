import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An organization's audit log by what can be asked for, newest first; and keys by who made them. */
export class AuditLogIndexes1800200000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX audit_events_by_target ON audit_events (organization_id, target_id, occurred_at, id)
        WHERE target_id IS NOT NULL;
      CREATE INDEX audit_events_by_actor ON audit_events (organization_id, actor_id, occurred_at, id)
        WHERE actor_id IS NOT NULL;
      CREATE INDEX audit_events_by_action ON audit_events (organization_id, action, occurred_at, id);
      CREATE INDEX virtual_keys_by_maker ON virtual_keys (organization_id, created_by_id)
        WHERE created_by_id IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
