import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the texts of a workspace are looked through for. What is deleted stays, for logs and the audit. */
export class Guardrails1800100000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE guardrails (
        id uuid NOT NULL,
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        name text COLLATE "und-x-icu" NOT NULL,
        name_key text COLLATE "C" NOT NULL,
        position integer NOT NULL,
        stage text NOT NULL,
        kind text NOT NULL,
        action text NOT NULL,
        terms text[],
        pattern text,
        pii_types text[],
        country text,
        max_length integer,
        enabled boolean NOT NULL DEFAULT true,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        deleted_at timestamptz(3),
        CONSTRAINT guardrails_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT guardrails_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id),
        CONSTRAINT guardrails_name_check CHECK (char_length(name) BETWEEN 1 AND 80),
        CONSTRAINT guardrails_position_check CHECK (position >= 1),
        -- At the end of the transaction: moving one moves others.
        CONSTRAINT guardrails_position_key EXCLUDE USING btree
          (organization_id WITH =, workspace_id WITH =, stage WITH =, position WITH =)
          WHERE (deleted_at IS NULL) DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT guardrails_stage_check CHECK (stage IN ('INPUT', 'OUTPUT')),
        CONSTRAINT guardrails_kind_check CHECK (kind IN ('BLOCKED_TERMS', 'PATTERN', 'PII', 'MAX_LENGTH')),
        CONSTRAINT guardrails_action_check CHECK (action IN ('BLOCK', 'REDACT', 'FLAG')),
        CONSTRAINT guardrails_pii_types_check CHECK (
          pii_types <@ ARRAY['EMAIL', 'PHONE', 'CREDIT_CARD', 'IBAN', 'IP_ADDRESS'] AND cardinality(pii_types) >= 1
        ),
        -- Each kind has its own fields and none of the others'.
        CONSTRAINT guardrails_fields_check CHECK (
          num_nonnulls(terms, pattern, pii_types, max_length) = 1
          AND CASE kind WHEN 'BLOCKED_TERMS' THEN terms IS NOT NULL WHEN 'PATTERN' THEN pattern IS NOT NULL
            WHEN 'PII' THEN pii_types IS NOT NULL ELSE max_length IS NOT NULL END
          AND (country IS NULL OR kind = 'PII')
        ),
        CONSTRAINT guardrails_terms_check CHECK (cardinality(terms) BETWEEN 1 AND 1000),
        CONSTRAINT guardrails_pattern_check CHECK (char_length(pattern) BETWEEN 1 AND 10000),
        CONSTRAINT guardrails_country_check CHECK (country ~ '^[A-Z]{2}$'),
        CONSTRAINT guardrails_max_length_check CHECK (
          max_length IS NULL OR (max_length >= 1 AND action <> 'REDACT')
        ),
        CONSTRAINT guardrails_version_check CHECK (version >= 1)
      );
      CREATE UNIQUE INDEX guardrails_name_key ON guardrails (organization_id, workspace_id, name_key)
        WHERE deleted_at IS NULL;

      GRANT SELECT, INSERT, UPDATE ON guardrails TO tokenvue_workspaces;
      ALTER TABLE guardrails ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own_organization ON guardrails TO tokenvue_workspaces
        USING (organization_id = current_organization_id());
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
