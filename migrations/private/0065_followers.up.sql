-- Two more guards that a tenant's step asks for by a line: rows that follow a record (comments, attachments, approvals) are seen by
-- whoever sees that very record, and a state that needs approval cannot be reached without it.

-- p_table has the columns resource_type (a table of the schema) and resource_id. Narrows what tenant_only allows; the owner's
-- functions are not narrowed.
CREATE FUNCTION private.guard_follower(p_schema text, p_table text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text := format('%I.%I', p_schema, p_table);
  condition text := format('current_user = ''kompl_owner'' OR %I.sees_record(resource_type, resource_id)', p_schema);
BEGIN
  EXECUTE format('DROP POLICY IF EXISTS follows_record ON %s', relation);
  EXECUTE format('CREATE POLICY follows_record ON %s AS RESTRICTIVE TO %s USING (%s) WITH CHECK (%s)', relation,
    private.role_list(p_schema, ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin']), condition, condition);
END
$$;

-- p_rules: [{"field", "to", "by": [function, ..], "quorum", "free": [column, ..], "back", "parts"}, ..]; the one form that
-- src/main/db/guards/approvals.ts makes from the definitions. All rules of a table at once; called again, it replaces them.
-- free: columns that are no part of what is approved (what is generated never is). back: the state that a record falls back to when
-- its content changes in the approved one; null where that state is locked or the change shall only show. parts: a function of the
-- schema, uuid → text, whose answer counts as content too: the parts that lie in other tables.
CREATE FUNCTION private.guard_approval(p_schema text, p_tenant uuid, p_table text, p_rules jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text := format('%I.%I', p_schema, p_table);
  field text := p_rules -> 0 ->> 'field';
  steps text[] := ARRAY(SELECT r ->> 'to' FROM jsonb_array_elements(p_rules) r);
  generated text[];
  misspelt text;
BEGIN
  SELECT coalesce(array_agg(a.attname::text) FILTER (WHERE a.attgenerated <> ''), '{}') INTO generated
  FROM pg_attribute a WHERE a.attrelid = relation::regclass AND a.attnum > 0 AND NOT a.attisdropped;
  SELECT c.name INTO misspelt FROM (
    SELECT jsonb_array_elements_text(r -> 'free') AS name FROM jsonb_array_elements(p_rules) r UNION SELECT r ->> 'field' FROM jsonb_array_elements(p_rules) r
  ) c
  WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation::regclass AND a.attname = c.name AND NOT a.attisdropped);
  IF misspelt IS NOT NULL THEN
    RAISE EXCEPTION 'table % has no column %', p_table, misspelt USING ERRCODE = '42703';
  END IF;
  EXECUTE format('DELETE FROM %I.approval_rules WHERE resource_type = $1', p_schema) USING p_table;
  EXECUTE format('INSERT INTO %I.approval_rules (resource_type, field, step, functions, quorum, free, back, parts)
    SELECT $1, r ->> ''field'', r ->> ''to'', ARRAY(SELECT jsonb_array_elements_text(r -> ''by'')), (r ->> ''quorum'')::integer,
      ARRAY(SELECT jsonb_array_elements_text(r -> ''free'')) || $3, r ->> ''back'', r ->> ''parts''
    FROM jsonb_array_elements($2) r', p_schema) USING p_table, p_rules, generated;
  EXECUTE format('CREATE OR REPLACE TRIGGER guard_approval_insert BEFORE INSERT ON %s FOR EACH ROW WHEN (NEW.%I = ANY (%L::text[]))
    EXECUTE FUNCTION %I.guard_approval(%L, %L)', relation, field, steps, p_schema, p_table, field);
  EXECUTE format('CREATE OR REPLACE TRIGGER guard_approval_update BEFORE UPDATE ON %s
    FOR EACH ROW EXECUTE FUNCTION %I.guard_approval(%L, %L)', relation, p_schema, p_table, field);
  EXECUTE format('CREATE OR REPLACE TRIGGER note_approval AFTER INSERT OR UPDATE ON %s
    FOR EACH ROW EXECUTE FUNCTION %I.note_approval(%L)', relation, p_schema, p_table);
END
$$;

REVOKE ALL ON FUNCTION private.guard_follower(text, text), private.guard_approval(text, uuid, text, jsonb) FROM PUBLIC;
