import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What lets a message end its transaction by itself where a right has ended while it waited. The time is that of the look
 * and not that of the transaction's begin, which is before the wait.
 */
export class Guards1800200000070 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION require_unchanged(holds boolean) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        IF holds IS NOT TRUE THEN
          RAISE EXCEPTION 'what the request began with no longer holds' USING ERRCODE = 'TV002';
        END IF;
      END $$;

      CREATE FUNCTION require_person(
        organization uuid, person uuid, token_expires_at timestamptz, known_name text, known_role text,
        OUT name text, OUT role text, OUT has_expired boolean
      ) LANGUAGE plpgsql AS $$
      BEGIN
        has_expired := coalesce(token_expires_at <= clock_timestamp(), false);
        SELECT u.name, u.organization_role INTO name, role FROM users u
          WHERE u.organization_id = organization AND u.id = person AND u.active;
        IF has_expired OR (name, role) IS DISTINCT FROM (known_name, known_role) THEN
          RAISE EXCEPTION 'the person is not what they were' USING ERRCODE = 'TV002';
        END IF;
      END $$;

      CREATE OR REPLACE FUNCTION require_service(
        organization uuid, service uuid, secret uuid, known_name text, known_scopes text[],
        OUT name text, OUT scopes text[], OUT is_first_use boolean
      ) LANGUAGE plpgsql AS $$
      BEGIN
        SELECT st.name, st.scopes, coalesce(ss.last_used_at < date_trunc('minute', now()), true)
          INTO name, scopes, is_first_use
          FROM service_tokens st
          JOIN service_token_secrets ss ON ss.organization_id = organization AND ss.service_token_id = st.id
          WHERE st.organization_id = organization AND st.id = service AND ss.id = secret AND st.revoked_at IS NULL
            AND coalesce(st.expires_at > clock_timestamp(), true) AND coalesce(ss.expires_at > clock_timestamp(), true);
        IF (name, scopes) IS DISTINCT FROM (known_name, known_scopes) THEN
          RAISE EXCEPTION 'the service is not what it was' USING ERRCODE = 'TV002';
        END IF;
      END $$;

      COMMENT ON COLUMN users.claims_issued_at IS
        'When the word that the row stands on was given, at the earliest: five seconds before a token''s iat, by which the clock of who issues it may be ahead, or the moment of a directory sync';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
