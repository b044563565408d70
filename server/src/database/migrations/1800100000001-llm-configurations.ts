import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The models at providers that a workspace may route to. What is deleted stays, for logs and the audit. */
export class LlmConfigurations1800100000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE llm_configurations (
        id uuid NOT NULL,
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        name text COLLATE "und-x-icu" NOT NULL,
        name_key text COLLATE "C" NOT NULL,
        provider text NOT NULL,
        model text NOT NULL,
        region text NOT NULL,
        base_url text,
        credential_ref text COLLATE "C" NOT NULL,
        input_price_per_million_tokens numeric NOT NULL,
        cached_input_price_per_million_tokens numeric,
        output_price_per_million_tokens numeric NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        deleted_at timestamptz(3),
        CONSTRAINT llm_configurations_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT llm_configurations_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id),
        CONSTRAINT llm_configurations_name_check CHECK (char_length(name) BETWEEN 1 AND 80),
        CONSTRAINT llm_configurations_provider_check CHECK (provider IN (
          'OPENAI', 'ANTHROPIC', 'GOOGLE', 'AZURE_OPENAI', 'AWS_BEDROCK', 'MISTRAL', 'COHERE', 'OPENAI_COMPATIBLE'
        )),
        CONSTRAINT llm_configurations_model_check CHECK (char_length(model) BETWEEN 1 AND 200),
        CONSTRAINT llm_configurations_region_check CHECK (region IN ('GLOBAL', 'US', 'EU', 'RWANDA')),
        CONSTRAINT llm_configurations_base_url_check CHECK (
          base_url IS NOT NULL OR (provider <> 'OPENAI_COMPATIBLE' AND provider <> 'AZURE_OPENAI')
        ),
        CONSTRAINT llm_configurations_credential_ref_check CHECK (
          credential_ref ~ '^(env|file|vault|aws-sm|gcp-sm|azure-kv):' AND char_length(credential_ref) <= 521
        ),
        CONSTRAINT llm_configurations_input_price_check CHECK (
          input_price_per_million_tokens BETWEEN 0 AND 1000000 AND scale(input_price_per_million_tokens) <= 8
        ),
        CONSTRAINT llm_configurations_cached_input_price_check CHECK (
          cached_input_price_per_million_tokens BETWEEN 0 AND 1000000
          AND scale(cached_input_price_per_million_tokens) <= 8
        ),
        CONSTRAINT llm_configurations_output_price_check CHECK (
          output_price_per_million_tokens BETWEEN 0 AND 1000000 AND scale(output_price_per_million_tokens) <= 8
        ),
        CONSTRAINT llm_configurations_version_check CHECK (version >= 1)
      );
      CREATE UNIQUE INDEX llm_configurations_name_key ON llm_configurations (organization_id, workspace_id, name_key)
        WHERE deleted_at IS NULL;
      CREATE INDEX llm_configurations_by_name ON llm_configurations (organization_id, workspace_id, name, id)
        WHERE deleted_at IS NULL;
      CREATE INDEX llm_configurations_by_credential ON llm_configurations (organization_id, credential_ref)
        WHERE deleted_at IS NULL;
      COMMENT ON COLUMN llm_configurations.credential_ref IS 'Where the credential is found; never the credential';
      COMMENT ON COLUMN llm_configurations.cached_input_price_per_million_tokens IS 'Null for the input price';

      GRANT SELECT, INSERT, UPDATE ON llm_configurations TO tokenvue_workspaces;
      ALTER TABLE llm_configurations ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own_organization ON llm_configurations TO tokenvue_workspaces
        USING (organization_id = current_organization_id());
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
