DROP FUNCTION private.guard_restricted(text, text);
DROP FUNCTION private.guard_states(text, text, jsonb);
DROP FUNCTION private.grant_table(text, text, text[], text[], text[], text[], text[], text[], text[]);

-- as in 0003
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
REVOKE ALL ON FUNCTION private.grant_table(text, text, text[], text[], text[], text[], text[], text[]) FROM PUBLIC;
