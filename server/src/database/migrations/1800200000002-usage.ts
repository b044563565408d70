import type { MigrationInterface, QueryRunner } from 'typeorm';
import { usageRecording } from './usage-recording.js';
import { usageRepair } from './usage-repair.js';
import { usageTables } from './usage-tables.js';

/** What requests have used: the records by month, what they add up to by hour and day, and what settles the ledgers. */
export class Usage1800200000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(usageTables + usageRecording + usageRepair);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
