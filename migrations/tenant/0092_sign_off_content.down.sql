SELECT private.guard_table('{{schema}}', '{{tenant_id}}', 'sign_offs');
DROP TRIGGER guard_signed ON {{schema}}.findings;
DROP TRIGGER touch_signed ON {{schema}}.audit_evidence;
DROP TRIGGER touch_signed ON {{schema}}.evidence_files;
DROP TRIGGER touch_signed ON {{schema}}.samples;
DROP TRIGGER touch_signed ON {{schema}}.sample_items;
DROP TRIGGER touch_signed ON {{schema}}.test_exceptions;
DROP TRIGGER touch_signed ON {{schema}}.audit_team;
DROP TRIGGER carry_to_review_notes ON {{schema}}.audit_plans;
DROP TRIGGER derive_sign_state ON {{schema}}.audit_plans;
DROP TRIGGER carry_to_review_notes ON {{schema}}.control_tests;
DROP TRIGGER derive_sign_state ON {{schema}}.control_tests;
DROP TRIGGER carry_to_review_notes ON {{schema}}.findings;
DROP TRIGGER derive_sign_state ON {{schema}}.findings;
SELECT private.drop_searched('{{schema}}', 'review_notes');
DROP TABLE {{schema}}.review_notes;
CREATE OR REPLACE FUNCTION {{schema}}.withdraw_sign_off(p_id uuid, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_sign {{schema}}.sign_offs;
BEGIN
  SELECT * INTO v_sign FROM {{schema}}.sign_offs s WHERE s.id = p_id FOR UPDATE;
  IF v_sign.id IS NULL OR {{schema}}.is_hidden(v_sign.resource_id) THEN
    RAISE EXCEPTION 'no such sign-off' USING ERRCODE = 'P0002';
  END IF;
  IF left(v_role, 39) <> '{{role}}' OR public.current_person() IS NULL
    OR NOT has_any_column_privilege(v_role, format('{{schema}}.%I', v_sign.resource_type), 'UPDATE') THEN
    RAISE EXCEPTION 'this function does not sign such records' USING ERRCODE = '42501';
  END IF;
  IF btrim(coalesce(p_reason, ''), E' \t\r\n') = '' THEN
    RAISE EXCEPTION 'taking a sign-off back needs a reason' USING ERRCODE = 'KP006';
  END IF;
  IF v_sign.withdrawn_at IS NOT NULL OR EXISTS (
    SELECT FROM {{schema}}.control_tests t JOIN {{schema}}.audit_plans p ON p.id = t.audit_plan_id
    WHERE t.id = v_sign.resource_id AND {{schema}}.is_settled(p.status)
  ) THEN
    RAISE EXCEPTION 'sign_offs: it is withdrawn already, or the audit is settled' USING ERRCODE = 'KP001', TABLE = 'sign_offs';
  END IF;
  PERFORM set_config('app.reason', btrim(p_reason), true);
  UPDATE {{schema}}.sign_offs SET withdrawn_at = now(), withdrawn_by = public.current_person(), withdrawn_reason = btrim(p_reason)
  WHERE id = p_id;
END
$$;
CREATE OR REPLACE FUNCTION {{schema}}.sign_off(p_resource_type text, p_id uuid, p_kind text, p_note text DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_row jsonb;
  v_id uuid;
BEGIN
  IF p_resource_type IS NULL OR p_kind IS NULL
    OR p_resource_type NOT IN ('audit_plans', 'control_tests', 'audit_reports', 'compliance_assessments', 'dpias') THEN
    RAISE EXCEPTION 'such records are not signed' USING ERRCODE = '22023';
  END IF;
  IF left(v_role, 39) <> '{{role}}' OR public.current_person() IS NULL
    OR NOT has_any_column_privilege(v_role, format('{{schema}}.%I', p_resource_type), 'UPDATE') THEN
    RAISE EXCEPTION 'this function does not sign such records' USING ERRCODE = '42501';
  END IF;
  EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1 FOR UPDATE', p_resource_type) INTO v_row USING p_id;
  IF v_row IS NULL OR {{schema}}.is_hidden(p_id) THEN
    RAISE EXCEPTION 'no such record' USING ERRCODE = 'P0002';
  END IF;
  IF v_row ->> 'archived_at' IS NOT NULL
    OR (p_kind = 'approved' AND p_resource_type IN ('control_tests', 'compliance_assessments') AND v_row ->> 'status' <> 'done') THEN
    RAISE EXCEPTION '%: % is not approved', p_resource_type,
      CASE WHEN v_row ->> 'archived_at' IS NOT NULL THEN 'an archived record' ELSE v_row ->> 'status' END
      USING ERRCODE = 'KP001', TABLE = p_resource_type, COLUMN = 'status';
  END IF;
  INSERT INTO {{schema}}.sign_offs (resource_type, resource_id, kind, note, content_sha256)
  VALUES (p_resource_type, p_id, p_kind, nullif(btrim(p_note), ''), {{schema}}.content_sha256(v_row))
  RETURNING id INTO v_id;
  RETURN v_id;
END
$$;
DROP FUNCTION {{schema}}.guard_note();
DROP FUNCTION {{schema}}.open_notes(text, uuid);
DROP FUNCTION {{schema}}.guard_signed_finding();
DROP FUNCTION {{schema}}.touch_signed();
DROP FUNCTION {{schema}}.derive_sign_state();
DROP FUNCTION {{schema}}.refresh_sign_state(text, uuid);
DROP FUNCTION {{schema}}.sign_state_of(uuid, text);
DROP FUNCTION {{schema}}.hash_content(jsonb);
DROP FUNCTION {{schema}}.present_content(text, uuid);
DROP FUNCTION {{schema}}.signed_content(text, jsonb);
DROP FUNCTION {{schema}}.signed_parts(uuid);
CREATE OR REPLACE FUNCTION {{schema}}.refuse_settled(p_kind text, p_state text, p_finding uuid, p_was jsonb, p_now jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'restricted_root'];
  follow_up text[] := ARRAY['status', 'owner_id', 'due_date', 'management_response'];
BEGIN
  IF p_was - stamps = p_now - stamps
    OR (p_kind IN ('audit_evidence', 'evidence_files') AND p_finding IS NOT NULL)
    OR (p_kind = 'findings' AND p_was - (stamps || follow_up) = p_now - (stamps || follow_up))
    OR (p_kind = 'audit_reports' AND p_state = 'reported') THEN
    RETURN;
  END IF;
  RAISE EXCEPTION '%: the audit is %', p_kind, p_state USING ERRCODE = 'KP001', TABLE = p_kind, COLUMN = 'audit_plan_id';
END
$$;
CREATE OR REPLACE FUNCTION {{schema}}.content_sha256(p_row jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to((p_row - ARRAY['status', 'row_version', 'created_at', 'created_by', 'updated_at', 'updated_by',
    'archived_at', 'restricted_root', 'tenant_id'])::text, 'UTF8')), 'hex')
$$;
ALTER TABLE {{schema}}.findings DROP COLUMN sign_state;
ALTER TABLE {{schema}}.control_tests DROP COLUMN sign_state;
ALTER TABLE {{schema}}.audit_plans DROP COLUMN sign_state;
-- Sign-offs of findings and those that were signed anew are not known before this step.
DELETE FROM {{schema}}.sign_offs WHERE superseded_at IS NOT NULL OR resource_type = 'findings';
DROP INDEX {{schema}}.sign_offs_once_key;
CREATE UNIQUE INDEX sign_offs_once_key ON {{schema}}.sign_offs (resource_id, kind, created_by) WHERE withdrawn_at IS NULL;
ALTER TABLE {{schema}}.sign_offs DROP CONSTRAINT sign_offs_resource_type_check;
ALTER TABLE {{schema}}.sign_offs ADD CONSTRAINT sign_offs_resource_type_check
  CHECK (resource_type IN ('audit_plans', 'control_tests', 'audit_reports', 'compliance_assessments', 'dpias'));
ALTER TABLE {{schema}}.sign_offs DROP COLUMN superseded_at;
ALTER TABLE {{schema}}.sign_offs DROP COLUMN content;
