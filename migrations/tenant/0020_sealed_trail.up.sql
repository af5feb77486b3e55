-- The tenant's side of sealing: a row leaves audit_log only when the very same row stands in private.audit_logs. Readers see
-- both, and the platform's events about the tenant, through one view; nobody reads the tables themselves.

-- Definer's rights: the tenant's owner sees the filed rows. This is the one trigger that looks outside of its schema, and it
-- only reads.
CREATE FUNCTION {{schema}}.require_filed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  -- Each row by the index over (tenant, number, time), whatever the planner believes of a partition that is new.
  IF EXISTS (
    SELECT FROM old_rows o
    LEFT JOIN private.audit_logs f
      ON f.tenant_id = '{{tenant_id}}'::uuid AND f.trail_id = o.id AND f.created_at = o.at AND f.origin = 'tenant'
    WHERE f.id IS NULL
      OR (f.txid, f.actor, f.login, f.action, f.resource_type, f.resource_id, f.old_values, f.new_values, f.user_agent, f.op_id,
          f.reason, f.details)
        IS DISTINCT FROM (o.txid, o.actor, o.login::varchar, o.action, o.resource_type, o.resource_id, o.old_values, o.new_values,
          o.source, o.op_id, o.reason, o.details)
  ) THEN
    RAISE EXCEPTION 'the trail is only ever added to' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER refuse_change ON {{schema}}.audit_log;
CREATE TRIGGER refuse_change BEFORE UPDATE ON {{schema}}.audit_log
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.refuse_change();
CREATE TRIGGER require_filed AFTER DELETE ON {{schema}}.audit_log REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.require_filed();

-- The kinds of record whose history the current role sees: those of which it reads at least one column.
CREATE FUNCTION {{schema}}.readable_types() RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(c.relname::text), '{}') FROM pg_class c
  WHERE c.relnamespace = '{{schema}}'::regnamespace AND c.relkind = 'r' AND has_any_column_privilege(c.oid, 'SELECT')
$$;

-- The records that are hidden from the acting person, whoever asks.
CREATE FUNCTION {{schema}}.hidden_records() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT r.id FROM {{schema}}.restricted_records r
  WHERE r.root_id NOT IN (
    SELECT p.root_id FROM {{schema}}.restricted_people p WHERE p.person_id = public.current_person() AND p.archived_at IS NULL)
$$;

-- Old or new values as the current role may see them: only columns that it may read; nothing of another's table.
CREATE FUNCTION {{schema}}.readable_values(p_resource_type text, p_values jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_table regclass;
BEGIN
  IF p_values IS NULL THEN
    RETURN NULL;
  END IF;
  v_table := to_regclass('{{schema}}.' || quote_ident(p_resource_type));
  IF v_table IS NULL THEN
    RETURN CASE WHEN current_user = '{{role}}_admin' THEN p_values END;
  END IF;
  IF has_table_privilege(v_table, 'SELECT') THEN
    RETURN p_values;
  END IF;
  RETURN (
    SELECT jsonb_object_agg(e.key, e.value)
    FROM jsonb_each(p_values) e
    JOIN pg_attribute a ON a.attrelid = v_table AND a.attname = e.key AND a.attnum > 0 AND NOT a.attisdropped
    WHERE has_column_privilege(v_table, a.attnum, 'SELECT'));
END
$$;

-- Asked once a statement, not once a row: what a role may read, and what is hidden from the person.
-- entry: the number of the row in its own trail; origin: the tenant's own or the platform's about the tenant. seal: null while
-- a row waits for its seal.
CREATE VIEW {{schema}}.trail WITH (security_barrier) AS
SELECT 'tenant'::text AS origin, l.id AS entry, l.at, l.actor, l.login::text AS login, l.action, l.resource_type, l.resource_id,
  {{schema}}.readable_values(l.resource_type, l.old_values) AS old_values,
  {{schema}}.readable_values(l.resource_type, l.new_values) AS new_values,
  l.source, l.op_id, l.reason, l.details, l.txid, NULL::bigint AS seal, NULL::integer AS leaf
FROM {{schema}}.audit_log l
WHERE (current_user = '{{role}}_admin' OR l.resource_type = ANY ((SELECT {{schema}}.readable_types())::text[]))
  AND (l.resource_id IS NULL OR l.resource_id NOT IN (SELECT {{schema}}.hidden_records()))
UNION ALL
SELECT 'tenant'::text, f.trail_id, f.created_at, f.actor, f.login::text, f.action::text, f.resource_type::text, f.resource_id,
  {{schema}}.readable_values(f.resource_type, f.old_values), {{schema}}.readable_values(f.resource_type, f.new_values),
  f.user_agent, f.op_id, f.reason, f.details, f.txid, f.seal_seq, f.leaf_index
FROM private.audit_logs f
WHERE f.tenant_id = '{{tenant_id}}'::uuid AND f.origin = 'tenant'
  AND (current_user = '{{role}}_admin' OR f.resource_type = ANY ((SELECT {{schema}}.readable_types())::text[]))
  AND (f.resource_id IS NULL OR f.resource_id NOT IN (SELECT {{schema}}.hidden_records()))
UNION ALL
SELECT 'platform'::text, e.trail_id, e.created_at, e.user_id, e.login::text, e.action::text, e.resource_type::text, e.resource_id,
  e.old_values, e.new_values, e.user_agent, e.op_id, e.reason, e.details, e.txid, s.seal_seq, s.leaf_index
FROM private.audit_logs e LEFT JOIN private.sealed_events s ON s.event_id = e.id
WHERE e.tenant_id = '{{tenant_id}}'::uuid AND e.origin = 'platform' AND current_user = '{{role}}_admin';

-- The seals of the tenant's own chain, for everybody who reads the trail.
CREATE VIEW {{schema}}.trail_seals WITH (security_barrier) AS
SELECT s.*, k.public_key, k.label AS key_label
FROM private.seals s JOIN private.sealing_keys k ON k.key_id = s.key_id
WHERE s.chain = '{{tenant_id}}'::uuid;

-- For the administrator's proof: each filed row's leaf hash, and its text where the administrator may read that kind of record.
CREATE FUNCTION {{schema}}.reads_in_full(p_resource_type text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(has_table_privilege(to_regclass('{{schema}}.' || quote_ident(p_resource_type)), 'SELECT'), true)
$$;
DO $rows$
BEGIN
  EXECUTE format($view$
    CREATE VIEW {{schema}}.trail_rows WITH (security_barrier) AS
    SELECT r.seal_seq, r.leaf_index, r.trail_id AS id, r.created_at AS at, r.action::text AS action, r.resource_type::text AS resource_type,
      encode(sha256('\x00'::bytea || convert_to(%1$s, 'UTF8')), 'hex') AS leaf,
      CASE WHEN {{schema}}.reads_in_full(r.resource_type)
        AND (r.resource_id IS NULL OR r.resource_id NOT IN (SELECT {{schema}}.hidden_records())) THEN %1$s END AS row_text
    FROM private.audit_logs r
    WHERE r.tenant_id = '{{tenant_id}}'::uuid AND r.origin = 'tenant' AND current_user = '{{role}}_admin'$view$,
    private.row_text_sql('filed'));
END
$rows$;

-- A person opened or left this tenant in the workstation. What a person says of themselves; the connection says who it is.
CREATE FUNCTION {{schema}}.note_visit(p_action text, p_details jsonb DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF p_action IS NULL OR p_action NOT IN ('sign_in', 'sign_out') THEN
    RAISE EXCEPTION 'a visit begins with sign_in and ends with sign_out' USING ERRCODE = '42501';
  END IF;
  IF p_details IS NOT NULL AND (jsonb_typeof(p_details) <> 'object' OR length(p_details::text) > 8000) THEN
    RAISE EXCEPTION 'details are an object of at most 8000 characters' USING ERRCODE = '22023';
  END IF;
  RETURN {{schema}}.record_access(p_action, 'users', public.current_person(), p_details);
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.require_filed(), {{schema}}.readable_types(), {{schema}}.hidden_records(), {{schema}}.readable_values(text, jsonb),
  {{schema}}.reads_in_full(text), {{schema}}.note_visit(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.readable_types(), {{schema}}.hidden_records(), {{schema}}.readable_values(text, jsonb), {{schema}}.reads_in_full(text),
  {{schema}}.note_visit(text, jsonb)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
GRANT SELECT ON {{schema}}.trail, {{schema}}.trail_seals
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
GRANT SELECT ON {{schema}}.trail_rows TO {{role}}_admin;
REVOKE ALL ON {{schema}}.audit_log
  FROM {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
