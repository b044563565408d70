import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The time zone of each workspace: an IANA name, which the application looks up among those that PostgreSQL knows. */
export class TimeZones1800100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE workspaces ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
        ADD CONSTRAINT workspaces_time_zone_check CHECK (char_length(time_zone) BETWEEN 1 AND 64);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
