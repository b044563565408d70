import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The trigger touches tables by a function of the organization alone, so that on a cluster it stays on its shard. */
export class LimitsByOrganization1800200000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Whoever decides under the lock decides by what held before, and is done. It is taken with another turn of the
      -- ledger, also where the key has one of its own.
      CREATE OR REPLACE FUNCTION change_limits_under_lock() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM open_key_ledger(NEW.organization_id, NEW.workspace_id, NEW.id);
        RETURN NULL;
      END $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
