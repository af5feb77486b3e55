-- The one place that says how a tenant's table is guarded. Tenant migrations call these two for each table by name; both may
-- be called again at any time (after a column was added, for example) with the same result.

-- Row security, the stamp and the trail. p_hashed: columns of which the trail keeps the SHA-256 instead of the value, because
-- they are large and reproducible from elsewhere.
CREATE FUNCTION private.guard_table(p_schema text, p_tenant uuid, p_table text, p_hashed text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text := format('%I.%I', p_schema, p_table);
  arguments text := format('%L, %L', p_table, array_to_string(p_hashed, ','));
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  EXECUTE format('DROP POLICY IF EXISTS tenant_only ON %s', relation);
  EXECUTE format('CREATE POLICY tenant_only ON %s USING (tenant_id = %L::uuid) WITH CHECK (tenant_id = %L::uuid)', relation,
    p_tenant, p_tenant);
  EXECUTE format('CREATE OR REPLACE TRIGGER stamp_row BEFORE INSERT OR UPDATE ON %s
    FOR EACH ROW EXECUTE FUNCTION %I.stamp_row()', relation, p_schema);
  EXECUTE format('CREATE OR REPLACE TRIGGER trail_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %I.record_change(%s)', relation, p_schema, arguments);
  EXECUTE format('CREATE OR REPLACE TRIGGER trail_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %I.record_change(%s)', relation, p_schema, arguments);
  EXECUTE format('CREATE OR REPLACE TRIGGER trail_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %I.record_change(%s)', relation, p_schema, arguments);
END
$$;

-- Who may read, create, change and archive. Nobody deletes. p_never: columns that only the server writes;
-- p_create_only: columns that are given at creation and stay.
CREATE FUNCTION private.grant_table(p_schema text, p_table text, p_read text[], p_create text[], p_update text[], p_archive text[],
  p_never text[] DEFAULT '{}', p_create_only text[] DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text := format('%I.%I', p_schema, p_table);
  everyone text[] := ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'];
  system_columns text[] := ARRAY['tenant_id', 'row_version', 'created_at', 'updated_at', 'created_by', 'updated_by', 'archived_at'];
  columns text[];
  creatable text;
  changeable text;
  misspelt text;
BEGIN
  SELECT array_agg(a.attname::text ORDER BY a.attnum) INTO columns
  FROM pg_attribute a WHERE a.attrelid = relation::regclass AND a.attnum > 0 AND NOT a.attisdropped;
  SELECT c INTO misspelt FROM unnest(p_never || p_create_only) c WHERE c <> ALL (columns);
  IF misspelt IS NOT NULL THEN
    RAISE EXCEPTION 'table % has no column %', p_table, misspelt USING ERRCODE = '42703';
  END IF;
  SELECT string_agg(quote_ident(c), ', '),
    string_agg(quote_ident(c), ', ') FILTER (WHERE c <> ALL (p_create_only || ARRAY['id']))
  INTO creatable, changeable
  FROM unnest(columns) c WHERE c <> ALL (system_columns || p_never);

  EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, %s', relation, private.role_list(p_schema, everyone));
  -- Column privileges outlive a REVOKE on the table only where they were granted by the column; take those back too.
  EXECUTE format('REVOKE ALL (%s) ON %s FROM PUBLIC, %s', (SELECT string_agg(quote_ident(c), ', ') FROM unnest(columns) c), relation,
    private.role_list(p_schema, everyone));
  IF p_read <> '{}' THEN
    EXECUTE format('GRANT SELECT ON %s TO %s', relation, private.role_list(p_schema, p_read));
  END IF;
  IF p_create <> '{}' THEN
    EXECUTE format('GRANT INSERT (%s) ON %s TO %s', creatable, relation, private.role_list(p_schema, p_create));
  END IF;
  IF p_update <> '{}' AND changeable IS NOT NULL THEN
    EXECUTE format('GRANT UPDATE (%s) ON %s TO %s', changeable, relation, private.role_list(p_schema, p_update));
  END IF;
  IF p_archive <> '{}' THEN
    EXECUTE format('GRANT UPDATE (archived_at) ON %s TO %s', relation, private.role_list(p_schema, p_archive));
  END IF;
END
$$;

CREATE FUNCTION private.role_list(p_schema text, p_functions text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(quote_ident(p_schema || '_' || f), ', ') FROM unnest(p_functions) f
$$;

REVOKE ALL ON FUNCTION private.guard_table(text, uuid, text, text[]),
  private.grant_table(text, text, text[], text[], text[], text[], text[], text[]), private.role_list(text, text[]) FROM PUBLIC;
