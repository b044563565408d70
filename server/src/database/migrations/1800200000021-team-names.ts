import type { MigrationInterface, QueryRunner } from 'typeorm';
import { nameKey, searchKey } from '../../text.js';

interface TeamRow {
  readonly id: string;
  readonly name: string;
  readonly isOfDirectory: boolean;
}

/**
 * Names of teams are unique without regard to case, as those of workspaces are, and a team that the directory renames
 * is still known by its old name to tokens. Of teams whose names differed in that only, those that only tokens have named
 * become one with another; two that the directory has stay two, and the younger one gets a number.
 */
export class TeamNames1800200000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE teams ADD COLUMN name_key text COLLATE "C", ADD COLUMN search_key text COLLATE "C";
      ALTER TABLE teams DROP CONSTRAINT teams_name_key;
    `);
    const organizations: { id: string }[] = await runner.query('SELECT id FROM organizations');
    for (const { id } of organizations) await nameTeams(runner, id);
    await runner.query(`
      ALTER TABLE teams ALTER COLUMN name_key SET NOT NULL, ALTER COLUMN search_key SET NOT NULL,
        ADD CONSTRAINT teams_name_key UNIQUE (organization_id, name_key);
      CREATE INDEX teams_by_name ON teams (organization_id, name, id);

      CREATE TABLE team_former_names (
        organization_id uuid NOT NULL,
        name_key text COLLATE "C" NOT NULL,
        team_id uuid NOT NULL,
        CONSTRAINT team_former_names_pkey PRIMARY KEY (organization_id, name_key),
        CONSTRAINT team_former_names_team_id_fkey
          FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX team_former_names_by_team ON team_former_names (organization_id, team_id);
      COMMENT ON TABLE team_former_names IS
        'What tokens may still call a team that the directory has renamed; no team is called so now';
      GRANT SELECT, INSERT, UPDATE, DELETE ON team_former_names TO tokenvue_workspaces;
      ALTER TABLE team_former_names ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own_organization ON team_former_names TO tokenvue_workspaces
        USING (organization_id = current_organization_id());
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}

async function nameTeams(runner: QueryRunner, organizationId: string): Promise<void> {
  const teams: TeamRow[] = await runner.query(
    `SELECT id, name, external_id IS NOT NULL AS "isOfDirectory" FROM teams WHERE organization_id = $1
      ORDER BY external_id IS NULL, created_at, id`,
    [organizationId],
  );
  const kept = new Map<string, TeamRow>();
  for (const team of teams) {
    const first = kept.get(nameKey(team.name));
    if (first === undefined) kept.set(nameKey(team.name), team);
    else if (team.isOfDirectory) keepNumbered(kept, team);
    else await becomeOne(runner, organizationId, team.id, first.id);
  }
  const rows = [...kept].map(([key, { id, name }]) => ({ id, name, key, search: searchKey(name) }));
  await runner.query(
    `UPDATE teams t SET name = new.name, name_key = new.key, search_key = new.search
      FROM jsonb_to_recordset($2::jsonb) AS new (id uuid, name text, key text, search text)
      WHERE t.organization_id = $1 AND t.id = new.id`,
    [organizationId, JSON.stringify(rows)],
  );
}

function keepNumbered(kept: Map<string, TeamRow>, team: TeamRow): void {
  for (let number = 2; ; number++) {
    const name = `${[...team.name].slice(0, 240).join('')} (${number})`;
    if (kept.has(nameKey(name))) continue;
    kept.set(nameKey(name), { ...team, name });
    return;
  }
}

/** The people and the workspaces of a team go to the other one. */
async function becomeOne(runner: QueryRunner, organizationId: string, fromId: string, intoId: string): Promise<void> {
  const values = [organizationId, fromId, intoId];
  await runner.query(
    `INSERT INTO team_memberships (organization_id, team_id, user_id, created_at)
      SELECT organization_id, $3::uuid, user_id, created_at FROM team_memberships
      WHERE organization_id = $1 AND team_id = $2 ON CONFLICT DO NOTHING`,
    values,
  );
  await runner.query(
    `UPDATE workspaces SET owner_team_id = $3, version = version + 1 WHERE organization_id = $1 AND owner_team_id = $2`,
    values,
  );
  await runner.query('DELETE FROM teams WHERE organization_id = $1 AND id = $2', [organizationId, fromId]);
}
