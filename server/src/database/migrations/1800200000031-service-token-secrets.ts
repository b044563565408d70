import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The secrets of service tokens lie apart from them, as those of keys do, so that two work while a rotation overlaps. */
export class ServiceTokenSecrets1800200000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_token_secrets (
        id uuid NOT NULL,
        organization_id uuid NOT NULL,
        service_token_id uuid NOT NULL,
        secret_digest bytea NOT NULL,
        last_four text NOT NULL,
        created_by_id uuid NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        CONSTRAINT service_token_secrets_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT service_token_secrets_secret_digest_key UNIQUE (organization_id, secret_digest),
        CONSTRAINT service_token_secrets_service_token_id_fkey
          FOREIGN KEY (organization_id, service_token_id) REFERENCES service_tokens (organization_id, id),
        CONSTRAINT service_token_secrets_created_by_id_fkey
          FOREIGN KEY (organization_id, created_by_id) REFERENCES users (organization_id, id),
        CONSTRAINT service_token_secrets_secret_digest_check CHECK (octet_length(secret_digest) = 32),
        CONSTRAINT service_token_secrets_last_four_check CHECK (char_length(last_four) = 4)
      );
      CREATE INDEX service_token_secrets_by_token
        ON service_token_secrets (organization_id, service_token_id, created_at);
      CREATE UNIQUE INDEX service_token_secrets_one_current ON service_token_secrets (organization_id, service_token_id)
        WHERE expires_at IS NULL;
      COMMENT ON COLUMN service_token_secrets.expires_at IS
        'Null for the token''s newest secret; set by the rotation after it';
      COMMENT ON COLUMN service_token_secrets.created_by_id IS
        'Who was shown the secret: what it may do for them is no more than for the maker of the token';

      -- Each had one, so that its own id names that as well.
      INSERT INTO service_token_secrets (
          id, organization_id, service_token_id, secret_digest, last_four, created_by_id, created_at, last_used_at)
        SELECT st.id, st.organization_id, st.id, st.token_digest, st.last_four, st.created_by_id, st.created_at,
          st.last_used_at
        FROM service_tokens st;
      ALTER TABLE service_tokens DROP COLUMN token_digest;
      COMMENT ON COLUMN service_tokens.last_four IS 'Of the newest secret';

      GRANT SELECT, INSERT, UPDATE (expires_at, last_used_at) ON service_token_secrets TO tokenvue_workspaces;
      GRANT UPDATE (last_four) ON service_tokens TO tokenvue_workspaces;
      ALTER TABLE service_token_secrets ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own_organization ON service_token_secrets TO tokenvue_workspaces
        USING (organization_id = current_organization_id());

      -- As before, for one of the service's secrets: who comes with another is looked at by that.
      DROP FUNCTION require_service(uuid, uuid, text, text[]);
      CREATE FUNCTION require_service(
        organization uuid, service uuid, secret uuid, known_name text, known_scopes text[],
        OUT name text, OUT scopes text[], OUT is_first_use boolean
      ) STABLE LANGUAGE plpgsql AS $$
      BEGIN
        SELECT st.name, st.scopes, coalesce(ss.last_used_at < date_trunc('minute', now()), true)
          INTO name, scopes, is_first_use
          FROM service_tokens st
          JOIN service_token_secrets ss ON ss.organization_id = organization AND ss.service_token_id = st.id
          WHERE st.organization_id = organization AND st.id = service AND ss.id = secret AND st.revoked_at IS NULL
            AND coalesce(st.expires_at > now(), true) AND coalesce(ss.expires_at > now(), true);
        IF (name, scopes) IS DISTINCT FROM (known_name, known_scopes) THEN
          RAISE EXCEPTION 'the service is not what it was' USING ERRCODE = 'TV002';
        END IF;
      END $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
