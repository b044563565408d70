import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which configurations the requests for a model name go to. What a route comes down to now lies beside it, so that a
 * request is authorized with one look: whatever changes a route, a configuration or a workspace's region works it out anew
 * in its own transaction.
 */
export class ModelRoutes1800100000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE model_routes (
        id uuid NOT NULL,
        organization_id uuid NOT NULL,
        workspace_id uuid NOT NULL,
        model text COLLATE "und-x-icu" NOT NULL,
        strategy text NOT NULL,
        eligible_ids uuid[] NOT NULL DEFAULT '{}',
        eligible_versions integer[] NOT NULL DEFAULT '{}',
        eligible_weights integer[] NOT NULL DEFAULT '{}',
        eligible_input_prices numeric[] NOT NULL DEFAULT '{}',
        eligible_output_prices numeric[] NOT NULL DEFAULT '{}',
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT model_routes_pkey PRIMARY KEY (organization_id, id),
        CONSTRAINT model_routes_model_key UNIQUE (organization_id, workspace_id, model),
        CONSTRAINT model_routes_workspace_id_fkey
          FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id),
        CONSTRAINT model_routes_model_check CHECK (char_length(model) BETWEEN 1 AND 200),
        CONSTRAINT model_routes_strategy_check CHECK (strategy IN ('FALLBACK', 'WEIGHTED', 'LOWEST_COST')),
        CONSTRAINT model_routes_eligible_check CHECK (
          cardinality(eligible_ids) <= 20 AND cardinality(eligible_versions) = cardinality(eligible_ids)
          AND cardinality(eligible_weights) = cardinality(eligible_ids)
          AND cardinality(eligible_input_prices) = cardinality(eligible_ids)
          AND cardinality(eligible_output_prices) = cardinality(eligible_ids)
        ),
        CONSTRAINT model_routes_version_check CHECK (version >= 1)
      );
      COMMENT ON COLUMN model_routes.eligible_ids IS
        'The configurations that requests go to now, in the order given; the arrays beside it lie in the same order';

      CREATE TABLE route_targets (
        organization_id uuid NOT NULL,
        model_route_id uuid NOT NULL,
        position integer NOT NULL,
        llm_configuration_id uuid NOT NULL,
        weight integer NOT NULL,
        CONSTRAINT route_targets_pkey PRIMARY KEY (organization_id, model_route_id, position),
        CONSTRAINT route_targets_llm_configuration_id_key
          UNIQUE (organization_id, model_route_id, llm_configuration_id),
        CONSTRAINT route_targets_model_route_id_fkey FOREIGN KEY (organization_id, model_route_id)
          REFERENCES model_routes (organization_id, id) ON DELETE CASCADE,
        CONSTRAINT route_targets_llm_configuration_id_fkey FOREIGN KEY (organization_id, llm_configuration_id)
          REFERENCES llm_configurations (organization_id, id),
        CONSTRAINT route_targets_position_check CHECK (position BETWEEN 1 AND 20),
        CONSTRAINT route_targets_weight_check CHECK (weight BETWEEN 0 AND 10000)
      );
      CREATE INDEX route_targets_by_configuration ON route_targets (organization_id, llm_configuration_id);

      GRANT SELECT, INSERT, UPDATE, DELETE ON model_routes TO tokenvue_workspaces;
      GRANT SELECT, INSERT, DELETE ON route_targets TO tokenvue_workspaces;
      ALTER TABLE model_routes ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own_organization ON model_routes TO tokenvue_workspaces
        USING (organization_id = current_organization_id());
      ALTER TABLE route_targets ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own_organization ON route_targets TO tokenvue_workspaces
        USING (organization_id = current_organization_id());

      -- The order in which a request tries the targets of its route, as places in the arrays of the same length.
      -- FALLBACK: as they were given. WEIGHTED: drawn by weight, one after the other from those that are left, by chance
      -- that follows from the request's id, so that it finds the same order again; those of weight 0 come last. Each target
      -- waits for a time of its own that is exponentially distributed with its weight, and the shortest comes first.
      -- LOWEST_COST: the cheapest for these tokens first. Ties keep the order given.
      CREATE FUNCTION order_targets(
        strategy text, ids uuid[], weights integer[], input_prices numeric[], output_prices numeric[],
        request_id text, input_tokens bigint, output_tokens bigint
      ) RETURNS integer[] IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
      BEGIN
        IF strategy = 'FALLBACK' OR cardinality(ids) < 2 THEN
          RETURN ARRAY(SELECT generate_series(1, cardinality(ids)));
        END IF;
        RETURN ARRAY(
          SELECT target.place::integer
          FROM unnest(ids, weights, input_prices, output_prices) WITH ORDINALITY
            AS target (id, weight, input_price, output_price, place)
          ORDER BY
            CASE WHEN strategy = 'LOWEST_COST'
              THEN input_tokens * target.input_price + output_tokens * target.output_price END,
            CASE WHEN strategy = 'WEIGHTED' THEN -ln(
              ((hashtextextended(request_id, uuid_hash_extended(target.id, 0)) & 9007199254740991) + 0.5::float8)
                / 9007199254740992
            ) / nullif(target.weight, 0) END NULLS LAST,
            target.place
        );
      END $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
