-- The first load of a tenant's data: by which key of the former system a record is known, and the tables a load stages its rows
-- in. Nobody may create tables, temporary ones neither; the owner makes these, of whitelisted shape, for one transaction.

-- `source` is 'load' for what people load, 'library/<item>' for what came from the shared library.
CREATE TABLE {{schema}}.source_keys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL CHECK (resource_type ~ '^[a-z][a-z0-9_]*$'),
  source varchar(100) NOT NULL DEFAULT 'load' CHECK (btrim(source) <> ''),
  source_key varchar(255) NOT NULL CHECK (btrim(source_key) <> ''),
  -- a row of the table that resource_type names; rows are never deleted, so no foreign key over many tables is missed
  record_id uuid NOT NULL,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE UNIQUE INDEX source_keys_key ON {{schema}}.source_keys (resource_type, source, source_key) WHERE archived_at IS NULL;
CREATE INDEX source_keys_record_idx ON {{schema}}.source_keys (resource_type, record_id);
CREATE INDEX source_keys_created_at_id_idx ON {{schema}}.source_keys (created_at, id);
CREATE INDEX source_keys_created_by_idx ON {{schema}}.source_keys (created_by);
CREATE INDEX source_keys_updated_by_idx ON {{schema}}.source_keys (updated_by);

SELECT private.guard_table('{{schema}}', '{{tenant_id}}', 'source_keys');
SELECT private.grant_table('{{schema}}', 'source_keys', '{viewer,auditor,compliance,privacy,risk,admin}',
  '{auditor,compliance,privacy,risk,admin}', '{}', '{}');

-- pg_temp.load_stage_<number>, gone with the transaction. p_columns: [["name", "type"], …] in order.
CREATE FUNCTION {{schema}}.open_stage(p_number integer, p_columns jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  columns text;
  stage text := 'load_stage_' || p_number;
BEGIN
  IF p_number IS NULL OR p_number NOT BETWEEN 0 AND 999 OR jsonb_typeof(p_columns) IS DISTINCT FROM 'array'
    OR jsonb_array_length(p_columns) NOT BETWEEN 1 AND 200
    OR EXISTS (
      SELECT FROM jsonb_array_elements(p_columns) c
      WHERE coalesce(c ->> 0, '') !~ '^[a-z][a-z0-9_]{0,62}$'
        OR coalesce(c ->> 1, '') NOT IN ('text', 'integer', 'bigint', 'boolean', 'date', 'timestamptz', 'numeric', 'uuid', 'text[]', 'jsonb'))
  THEN
    RAISE EXCEPTION 'not the shape of a stage' USING ERRCODE = '22023';
  END IF;
  SELECT string_agg(quote_ident(c.value ->> 0) || ' ' || (c.value ->> 1), ', ' ORDER BY c.ordinality) INTO columns
  FROM jsonb_array_elements(p_columns) WITH ORDINALITY c;
  EXECUTE format('CREATE TEMPORARY TABLE %I (%s) ON COMMIT DROP', stage, columns);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON pg_temp.%I TO %s', stage,
    private.role_list('{{role}}', '{auditor,compliance,privacy,risk,admin}'));
END
$$;

-- Statistics for the planner, once a stage is filled; only a table's owner may take them.
CREATE FUNCTION {{schema}}.analyse_stage(p_number integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF to_regclass('pg_temp.load_stage_' || p_number) IS NULL THEN
    RAISE EXCEPTION 'no such stage' USING ERRCODE = 'P0002';
  END IF;
  EXECUTE format('ANALYZE pg_temp.%I', 'load_stage_' || p_number);
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.open_stage(integer, jsonb), {{schema}}.analyse_stage(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.open_stage(integer, jsonb), {{schema}}.analyse_stage(integer)
  TO {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
