CREATE OR REPLACE FUNCTION {{schema}}.readable_types() RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(c.relname::text), '{}') FROM pg_class c
  WHERE c.relnamespace = '{{schema}}'::regnamespace AND c.relkind = 'r' AND has_any_column_privilege(c.oid, 'SELECT')
$$;
CREATE OR REPLACE FUNCTION {{schema}}.hidden_records() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT r.id FROM {{schema}}.restricted_records r
  WHERE r.root_id NOT IN (
    SELECT p.root_id FROM {{schema}}.restricted_people p WHERE p.person_id = public.current_person() AND p.archived_at IS NULL)
$$;
DO $triggers$
DECLARE
  v_trigger record;
BEGIN
  FOR v_trigger IN SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = '{{schema}}'::regnamespace AND t.tgname IN ('guard_approval_insert', 'guard_approval_update', 'note_approval') LOOP
    EXECUTE format('DROP TRIGGER %I ON {{schema}}.%I', v_trigger.tgname, v_trigger.relname);
  END LOOP;
END
$triggers$;
DROP FUNCTION {{schema}}.withdraw_approval(uuid, text);
DROP FUNCTION {{schema}}.decide_approval(uuid, text, text, text);
DROP FUNCTION {{schema}}.request_approval(uuid, text, uuid, text, integer, text);
DROP FUNCTION {{schema}}.note_approval();
DROP FUNCTION {{schema}}.recheck_approvals(text, uuid, boolean);
DROP FUNCTION {{schema}}.guard_approval();
DROP FUNCTION {{schema}}.approval_sha256(jsonb);
DROP FUNCTION {{schema}}.approval_content({{schema}}.approval_rules, jsonb);
DROP TABLE {{schema}}.approval_votes;
DROP TABLE {{schema}}.approvals;
DROP TABLE {{schema}}.approval_authors;
DROP TABLE {{schema}}.approval_rules;
