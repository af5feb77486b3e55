-- Whether the caller may see the record is asked before anything else, so that no answer says anything of one that is hidden or of
-- another tenant.
CREATE OR REPLACE FUNCTION {{schema}}.request_approval(p_id uuid, p_resource_type text, p_resource_id uuid, p_step text, p_version integer,
  p_note text DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_rule {{schema}}.approval_rules;
  v_row jsonb;
  v_content jsonb;
BEGIN
  IF left(v_role, 39) <> '{{role}}' OR public.current_person() IS NULL
    OR NOT coalesce(has_any_column_privilege(v_role, to_regclass('{{schema}}.' || quote_ident(p_resource_type)), 'UPDATE'), false) THEN
    RAISE EXCEPTION 'this function does not ask for the approval of such records' USING ERRCODE = '42501';
  END IF;
  IF NOT {{schema}}.role_sees(v_role, p_resource_type, p_resource_id) THEN
    RAISE EXCEPTION 'no such record' USING ERRCODE = 'P0002';
  END IF;
  SELECT * INTO v_rule FROM {{schema}}.approval_rules r WHERE r.resource_type = p_resource_type AND r.step = p_step;
  IF v_rule.id IS NULL THEN
    RAISE EXCEPTION 'this step needs no approval' USING ERRCODE = '22023';
  END IF;
  EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1 FOR UPDATE', p_resource_type) INTO v_row USING p_resource_id;
  IF v_row ->> 'archived_at' IS NOT NULL OR v_row ->> v_rule.field = p_step THEN
    RAISE EXCEPTION '%: there is nothing to approve', p_resource_type
      USING ERRCODE = 'KP001', TABLE = p_resource_type, COLUMN = CASE WHEN v_row ->> 'archived_at' IS NULL THEN v_rule.field ELSE 'archived_at' END;
  END IF;
  IF (v_row ->> 'row_version')::integer IS DISTINCT FROM p_version THEN
    RAISE EXCEPTION '%: the record changed since it was read', p_resource_type USING ERRCODE = 'KP067', TABLE = p_resource_type;
  END IF;
  v_content := {{schema}}.approval_content(v_rule, v_row);
  INSERT INTO {{schema}}.approvals (id, resource_type, resource_id, step, quorum, note, resource_version, content_sha256, content)
  VALUES (p_id, p_resource_type, p_resource_id, p_step, v_rule.quorum, nullif(btrim(p_note), ''), p_version,
    {{schema}}.approval_sha256(v_content),
    -- kept to show the difference later: only what the asking role itself reads
    (SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(v_content) e
     WHERE e.key = '#parts' OR has_column_privilege(v_role, format('{{schema}}.%I', p_resource_type), e.key, 'SELECT')));
  RETURN p_id;
END
$$;
