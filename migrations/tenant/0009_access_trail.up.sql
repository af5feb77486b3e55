-- The trail also keeps what changes no row: readings of personal data and evidence, exports, imports, denials, sign-ins, role
-- and configuration changes, migrations. Nobody forges a change: what a role may write here is a closed list of actions.

ALTER TABLE {{schema}}.audit_log DROP CONSTRAINT audit_log_action_check;
ALTER TABLE {{schema}}.audit_log ADD CONSTRAINT audit_log_action_check CHECK (action IN ('insert', 'update', 'delete', 'read',
  'reveal', 'export', 'import', 'denied', 'sign_in', 'sign_out', 'role', 'config', 'migrate'));
-- as long as the column it is filed into, so that no row can ever stand in the sealer's way
ALTER TABLE {{schema}}.audit_log ADD CONSTRAINT audit_log_resource_type_check CHECK (length(resource_type) <= 100);
-- what was read, exported or refused: fields, counts, a format; never the values themselves
ALTER TABLE {{schema}}.audit_log ADD COLUMN details jsonb;

-- For definer functions of this schema only; no role may execute it. Who, from where and why comes from the connection, the
-- reason from the setting where none is given.
CREATE FUNCTION {{schema}}.record_access(p_action text, p_resource_type text, p_resource_id uuid, p_details jsonb DEFAULT NULL,
  p_reason text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_id bigint;
BEGIN
  INSERT INTO {{schema}}.audit_log (actor, action, resource_type, resource_id, source, op_id, reason, details)
  VALUES (public.current_person(), p_action, p_resource_type, p_resource_id, nullif(current_setting('app.source', true), ''),
    nullif(current_setting('app.op_id', true), '')::uuid,
    coalesce(nullif(btrim(p_reason), ''), nullif(current_setting('app.reason', true), '')), p_details)
  RETURNING id INTO v_id;
  RETURN v_id;
END
$$;

-- What a person's own client reports: it read, exported, imported, or refused something. Returns the row's id.
CREATE FUNCTION {{schema}}.log_access(p_action text, p_resource_type text, p_resource_id uuid, p_details jsonb DEFAULT NULL,
  p_reason text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF p_action IS NULL OR p_action NOT IN ('read', 'export', 'import', 'denied') THEN
    RAISE EXCEPTION 'only read, export, import and denied are reported by a client' USING ERRCODE = '42501';
  END IF;
  IF p_resource_type IS NULL OR p_resource_type !~ '^[a-z][a-z0-9_]{0,99}$' THEN
    RAISE EXCEPTION 'a resource type is a name in lower case' USING ERRCODE = '22023';
  END IF;
  IF p_details IS NOT NULL AND (jsonb_typeof(p_details) <> 'object' OR length(p_details::text) > 8000) THEN
    RAISE EXCEPTION 'details are an object of at most 8000 characters' USING ERRCODE = '22023';
  END IF;
  IF length(p_reason) > 2000 THEN
    RAISE EXCEPTION 'a reason has at most 2000 characters' USING ERRCODE = '22023';
  END IF;
  RETURN {{schema}}.record_access(p_action, p_resource_type, p_resource_id, p_details, p_reason);
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.record_access(text, text, uuid, jsonb, text),
  {{schema}}.log_access(text, text, uuid, jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.log_access(text, text, uuid, jsonb, text)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
