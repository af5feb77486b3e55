-- How a table of a tenant comes to be searched, in one place: its indexes, the owner's policy, and its line in the tenant's function
-- `searched` (0040). A step that adds an entity calls this once for it; steps may come in any order, for each adds its own line only.

-- p_columns: the fields that the list is searched by, in that order; p_ref: the reference people quote, or NULL; p_title: the name.
CREATE FUNCTION private.add_searched(p_schema text, p_tenant uuid, p_table text, p_columns text[], p_ref text, p_title text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_haystack text;
  v_how jsonb;
  v_definition text := pg_get_functiondef(format('%I.searched(text)', p_schema)::regprocedure);
BEGIN
  SELECT string_agg(format('coalesce(%I, '''')', c), ' || E''\n'' || ' ORDER BY nth) INTO v_haystack
  FROM unnest(p_columns) WITH ORDINALITY AS e (c, nth);
  EXECUTE format('CREATE INDEX %I ON %I.%I USING gin ((%s) public.gin_trgm_ops)', p_table || '_search_idx', p_schema, p_table, v_haystack);
  EXECUTE format('CREATE INDEX %I ON %I.%I (lower(%I) text_pattern_ops)', p_table || '_prefix_idx', p_schema, p_table,
    coalesce(p_ref, p_title));
  EXECUTE format('CREATE POLICY owner_looks_up ON %I.%I FOR SELECT TO kompl_owner USING (%L::uuid = %L::uuid)', p_schema, p_table,
    p_tenant, p_tenant);
  v_how := jsonb_build_array(v_haystack, to_jsonb(p_columns), p_ref, p_title, CASE WHEN EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = format('%I.%I', p_schema, p_table)::regclass AND a.attname = 'restricted_root'
        AND NOT a.attisdropped)
    THEN format('(restricted_root IS NULL OR %I.may_see(restricted_root))', p_schema) ELSE 'true' END);
  IF position('CASE p_table ' IN v_definition) = 0 THEN
    RAISE EXCEPTION '%.searched is not what it was', p_schema USING ERRCODE = '55000';
  END IF;
  -- The blank behind p_table stays where it is, so that taking the line back leaves not even that behind.
  EXECUTE replace(v_definition, 'CASE p_table ', format(E'CASE p_table \n    WHEN %L THEN %L', p_table, v_how));
END
$$;

-- Takes it back; the indexes go with the table, or are dropped here where it stays.
CREATE FUNCTION private.drop_searched(p_schema text, p_table text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE regexp_replace(pg_get_functiondef(format('%I.searched(text)', p_schema)::regprocedure),
    format(E'\n    WHEN ''%s'' THEN [^\n]*', p_table), '');
  EXECUTE format('DROP POLICY owner_looks_up ON %I.%I', p_schema, p_table);
  EXECUTE format('DROP INDEX %I.%I', p_schema, p_table || '_search_idx');
  EXECUTE format('DROP INDEX %I.%I', p_schema, p_table || '_prefix_idx');
END
$$;
REVOKE ALL ON FUNCTION private.add_searched(text, uuid, text, text[], text, text), private.drop_searched(text, text) FROM PUBLIC;
