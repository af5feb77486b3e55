-- Guards beyond 0003: state machines and restricted rows get their triggers and policies from one place too, columns with personal
-- data are granted to nobody's reading, and what the server derives is never granted for writing.

-- p_machine: {"field", "start": [..], "steps": {from: [to, ..]}, "reason": [to, ..], "locked": [state, ..]}; the one form that
-- src/main/db/guards/machines.ts makes from the definitions. The triggers cost nothing where no state changes.
CREATE FUNCTION private.guard_states(p_schema text, p_table text, p_machine jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text := format('%I.%I', p_schema, p_table);
  field text := p_machine ->> 'field';
  quiet text[] := ARRAY(SELECT jsonb_array_elements_text(p_machine -> 'start') EXCEPT SELECT jsonb_array_elements_text(p_machine -> 'reason'));
  locked text[] := ARRAY(SELECT jsonb_array_elements_text(p_machine -> 'locked'));
BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER guard_state_insert BEFORE INSERT ON %s FOR EACH ROW WHEN (NEW.%I <> ALL (%L::text[]))
    EXECUTE FUNCTION %I.guard_state(%L, %L)', relation, field, quiet, p_schema, p_table, p_machine::text);
  EXECUTE format('CREATE OR REPLACE TRIGGER guard_state_update BEFORE UPDATE ON %s
    FOR EACH ROW WHEN (OLD.%I IS DISTINCT FROM NEW.%I) EXECUTE FUNCTION %I.guard_state(%L, %L)', relation, field, field, p_schema,
    p_table, p_machine::text);
  EXECUTE format('DROP TRIGGER IF EXISTS guard_locked ON %s', relation);
  IF locked <> '{}' THEN
    EXECUTE format('CREATE TRIGGER guard_locked BEFORE UPDATE ON %s FOR EACH ROW WHEN (OLD.%I = ANY (%L::text[]))
      EXECUTE FUNCTION %I.guard_locked(%L, %L)', relation, field, locked, p_schema, p_table, field);
  END IF;
END
$$;

-- Rows whose restricted_root is set are seen by the people named for that root only. Narrows what tenant_only allows. The owner's
-- functions, which derive and count, are not narrowed; they are named in the condition, for the owner is a member of the six roles.
CREATE FUNCTION private.guard_restricted(p_schema text, p_table text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text := format('%I.%I', p_schema, p_table);
  condition text := format('restricted_root IS NULL OR current_user = ''kompl_owner'' OR %I.may_see(restricted_root)', p_schema);
BEGIN
  EXECUTE format('DROP POLICY IF EXISTS restricted_only ON %s', relation);
  EXECUTE format('CREATE POLICY restricted_only ON %s AS RESTRICTIVE TO %s USING (%s) WITH CHECK (%s)', relation,
    private.role_list(p_schema, ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin']), condition, condition);
END
$$;

REVOKE ALL ON FUNCTION private.guard_states(text, text, jsonb), private.guard_restricted(text, text) FROM PUBLIC;

-- As in 0003, and: p_personal, columns whose clear value no role reads (only reveal functions do); what the server derives
-- (restricted_root, generated columns) is written by nobody.
DROP FUNCTION private.grant_table(text, text, text[], text[], text[], text[], text[], text[]);
CREATE FUNCTION private.grant_table(p_schema text, p_table text, p_read text[], p_create text[], p_update text[], p_archive text[],
  p_never text[] DEFAULT '{}', p_create_only text[] DEFAULT '{}', p_personal text[] DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text := format('%I.%I', p_schema, p_table);
  everyone text[] := ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'];
  system_columns text[] := ARRAY['tenant_id', 'row_version', 'created_at', 'updated_at', 'created_by', 'updated_by', 'archived_at',
    'restricted_root'];
  columns text[];
  all_columns text;
  readable text;
  creatable text;
  changeable text;
  misspelt text;
BEGIN
  SELECT array_agg(a.attname::text ORDER BY a.attnum), system_columns || coalesce(array_agg(a.attname::text) FILTER (WHERE a.attgenerated <> ''), '{}')
  INTO columns, system_columns
  FROM pg_attribute a WHERE a.attrelid = relation::regclass AND a.attnum > 0 AND NOT a.attisdropped;
  SELECT c INTO misspelt FROM unnest(p_never || p_create_only || p_personal) c WHERE c <> ALL (columns);
  IF misspelt IS NOT NULL THEN
    RAISE EXCEPTION 'table % has no column %', p_table, misspelt USING ERRCODE = '42703';
  END IF;
  SELECT string_agg(quote_ident(c), ', '),
    string_agg(quote_ident(c), ', ') FILTER (WHERE c <> ALL (p_personal)),
    string_agg(quote_ident(c), ', ') FILTER (WHERE c <> ALL (system_columns || p_never)),
    string_agg(quote_ident(c), ', ') FILTER (WHERE c <> ALL (system_columns || p_never || p_create_only || ARRAY['id']))
  INTO all_columns, readable, creatable, changeable
  FROM unnest(columns) c;

  EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, %s', relation, private.role_list(p_schema, everyone));
  -- Column privileges outlive a REVOKE on the table only where they were granted by the column; take those back too.
  EXECUTE format('REVOKE ALL (%s) ON %s FROM PUBLIC, %s', all_columns, relation, private.role_list(p_schema, everyone));
  IF p_read <> '{}' THEN
    EXECUTE format('GRANT SELECT %s ON %s TO %s', CASE WHEN p_personal = '{}' THEN '' ELSE '(' || readable || ')' END, relation,
      private.role_list(p_schema, p_read));
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
REVOKE ALL ON FUNCTION private.grant_table(text, text, text[], text[], text[], text[], text[], text[], text[]) FROM PUBLIC;
