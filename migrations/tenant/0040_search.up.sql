-- Search by index under row security, and indexes that answer counts without the table.
--
-- ILIKE is not leakproof, so under a policy that looks at the row PostgreSQL must scan: it may not ask an index something about
-- rows the person is not to know of. find_records and find_names ask as the owner instead and give ids only; whoever uses an id
-- reads the record under their own row security.

DO $search$
DECLARE
  -- the fields that a list of this entity is searched by, and its reference where it has one (list.search, refField)
  v_searched constant jsonb := '{
    "regulations": [["name", "short_name", "description"], "short_name", "name"],
    "requirements": [["ref_id", "title", "text"], "ref_id", "title"],
    "control_sets": [["name", "description"], null, "name"],
    "controls": [["ref", "name", "description"], "ref", "name"],
    "control_requirements": [["rationale"], null, "relation"],
    "audit_plans": [["ref", "audit_name", "scope"], "ref", "audit_name"],
    "control_tests": [["ref", "title", "test_notes"], "ref", "title"],
    "findings": [["ref", "title", "condition", "recommendation"], "ref", "title"],
    "actions": [["ref", "title", "description"], "ref", "title"],
    "audit_evidence": [["ref", "title", "description"], "ref", "title"],
    "evidence_files": [["file_name", "sha256"], null, "file_name"]
  }';
  v_table text;
  v_entry jsonb;
  v_haystack text;
  v_haystacks text := '';
BEGIN
  FOR v_table, v_entry IN SELECT * FROM jsonb_each(v_searched) LOOP
    SELECT string_agg(format('coalesce(%I, '''')', c), ' || E''\n'' || ' ORDER BY nth) INTO v_haystack
    FROM jsonb_array_elements_text(v_entry -> 0) WITH ORDINALITY AS e (c, nth);
    EXECUTE format('CREATE INDEX %I ON {{schema}}.%I USING gin ((%s) public.gin_trgm_ops)', v_table || '_search_idx', v_table,
      v_haystack);
    EXECUTE format('CREATE INDEX %I ON {{schema}}.%I (lower(%I) text_pattern_ops)', v_table || '_prefix_idx', v_table,
      coalesce(v_entry ->> 1, v_entry ->> 2));
    -- Only for the owner, whom no person can become. That the row is this tenant's is held by the table's CHECK; a policy over
    -- the column would keep the owner's search from the index as well.
    EXECUTE format('CREATE POLICY owner_looks_up ON {{schema}}.%I FOR SELECT TO kompl_owner
      USING (''{{tenant_id}}''::uuid = ''{{tenant_id}}''::uuid)', v_table);
    v_haystacks := v_haystacks || format(E'\n    WHEN %L THEN %L', v_table, jsonb_build_array(v_haystack, v_entry -> 0, v_entry -> 1,
      v_entry -> 2, CASE WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = format('{{schema}}.%I', v_table)::regclass
        AND a.attname = 'restricted_root' AND NOT a.attisdropped)
        THEN '(restricted_root IS NULL OR {{schema}}.may_see(restricted_root))' ELSE 'true' END));
  END LOOP;

  -- How a table is searched: [the searched text, its columns, the reference, the title, who may see a row]. 42501 where the caller's role may not
  -- read one of the columns, 22023 for a table that is not searched.
  EXECUTE format($function$
    CREATE FUNCTION {{schema}}.searched(p_table text) RETURNS jsonb
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    DECLARE
      v_how jsonb := CASE p_table %s END;
      v_role text := current_setting('role');
    BEGIN
      IF v_how IS NULL THEN
        RAISE EXCEPTION 'no such list' USING ERRCODE = '22023';
      END IF;
      IF v_role = 'none' THEN
        v_role := session_user;
      END IF;
      IF NOT (SELECT bool_and(has_column_privilege(v_role, '{{schema}}.' || p_table, c, 'SELECT'))
              FROM jsonb_array_elements_text(v_how -> 1) c) THEN
        RAISE EXCEPTION 'this role does not read %%', p_table USING ERRCODE = '42501';
      END IF;
      RETURN v_how;
    END
    $body$ $function$, v_haystacks);
END
$search$;

-- A condition for every word that it occurs somewhere in the text. At most eight words.
CREATE FUNCTION {{schema}}.holds_words(p_haystack text, p_words text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(cardinality(p_words), 0) NOT BETWEEN 1 AND 8 OR array_position(p_words, NULL) IS NOT NULL THEN
    RAISE EXCEPTION 'one to eight words' USING ERRCODE = '22023';
  END IF;
  RETURN (SELECT string_agg(format('(%s) ILIKE %L', p_haystack, '%' || regexp_replace(w, '([\\%_])', '\\\1', 'g') || '%'), ' AND ')
          FROM unnest(p_words) w);
END
$$;

-- The records in whose searched text every word occurs, that the acting person may see; at most p_limit of them.
CREATE FUNCTION {{schema}}.find_records(p_table text, p_words text[], p_archived boolean DEFAULT false, p_limit integer DEFAULT NULL)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 200 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_how jsonb := {{schema}}.searched(p_table);
BEGIN
  RETURN QUERY EXECUTE format('SELECT id FROM {{schema}}.%I WHERE tenant_id = ''{{tenant_id}}'' AND archived_at IS %s AND %s AND %s LIMIT %s',
    p_table, CASE WHEN p_archived THEN 'NOT NULL' ELSE 'NULL' END, {{schema}}.holds_words(v_how ->> 0, p_words), v_how ->> 4,
    coalesce(p_limit::text, 'ALL'));
END
$$;

-- For the search over everything: live records whose reference (or name, where there is none) begins with the text (short ones first), and, where a
-- word has three letters or more, records that hold every word in reference or title; at most p_limit of each.
CREATE FUNCTION {{schema}}.find_names(p_table text, p_text text, p_words text[], p_limit integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_how jsonb := {{schema}}.searched(p_table);
  v_ref text := v_how ->> 2;
  v_title text := v_how ->> 3;
  v_live text := format('SELECT id FROM {{schema}}.%I WHERE tenant_id = ''{{tenant_id}}'' AND archived_at IS NULL AND %s', p_table,
    v_how ->> 4);
BEGIN
  IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 5000 THEN
    RAISE EXCEPTION 'a limit from 1 to 5000' USING ERRCODE = '22023';
  END IF;
  RETURN QUERY EXECUTE format('%s AND lower(%I) LIKE %L ORDER BY length(%2$I), lower(%2$I) LIMIT %4$s', v_live,
    coalesce(v_ref, v_title), regexp_replace(lower(p_text), '([\\%_])', '\\\1', 'g') || '%', p_limit);
  IF (SELECT max(length(w)) FROM unnest(p_words) w) >= 3 THEN
    RETURN QUERY EXECUTE format('%s AND %s AND %s LIMIT %s', v_live, {{schema}}.holds_words(v_how ->> 0, p_words),
      {{schema}}.holds_words(format(CASE WHEN v_ref IS NULL THEN 'coalesce(%2$I, '''')'
        ELSE 'coalesce(%1$I, '''') || '' '' || coalesce(%2$I, '''')' END, v_ref, v_title), p_words), p_limit);
  END IF;
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.searched(text), {{schema}}.holds_words(text, text[]),
  {{schema}}.find_records(text, text[], boolean, integer), {{schema}}.find_names(text, text, text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.find_records(text, text[], boolean, integer), {{schema}}.find_names(text, text, text[], integer)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

-- Totals, saved views and the first page count live records by these fields. The tenant and the restriction stand in the
-- index because row security asks for them; so the count never touches the table.
CREATE INDEX requirements_live_idx ON {{schema}}.requirements (regulation_id, assessable, kind, tenant_id) WHERE archived_at IS NULL;
CREATE INDEX controls_live_idx ON {{schema}}.controls (status, owner_id, last_result, next_test, family, key_control, tenant_id)
  WHERE archived_at IS NULL;
CREATE INDEX control_tests_live_idx ON {{schema}}.control_tests (status, tested_by, audit_plan_id, test_result, tenant_id, restricted_root)
  WHERE archived_at IS NULL;
CREATE INDEX findings_live_idx ON {{schema}}.findings (status, owner_id, due_date, kind, created_at, tenant_id, restricted_root)
  WHERE archived_at IS NULL;
CREATE INDEX actions_live_idx ON {{schema}}.actions (status, owner_id, due_date, tenant_id, restricted_root) WHERE archived_at IS NULL;
CREATE INDEX audit_evidence_live_idx ON {{schema}}.audit_evidence (status, tenant_id, restricted_root) WHERE archived_at IS NULL;
CREATE INDEX evidence_files_live_idx ON {{schema}}.evidence_files (evidence_id, tenant_id, restricted_root) WHERE archived_at IS NULL;
CREATE INDEX risk_register_live_idx ON {{schema}}.risk_register (status, risk_score, owner_id, tenant_id, restricted_root) WHERE archived_at IS NULL;
-- What still waits, in the order in which the first page shows it.
CREATE INDEX control_tests_waiting_idx ON {{schema}}.control_tests (test_date, ref) WHERE archived_at IS NULL AND status IN ('to_do', 'in_progress');
-- Restricted tests are few and stand in no rollup.
CREATE INDEX control_tests_restricted_idx ON {{schema}}.control_tests (audit_plan_id, test_result) WHERE restricted_root IS NOT NULL;
CREATE INDEX audit_plans_end_date_idx ON {{schema}}.audit_plans (end_date, ref, id) WHERE archived_at IS NULL;
