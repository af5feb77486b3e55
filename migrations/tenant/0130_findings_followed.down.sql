DROP TRIGGER retest_decides ON {{schema}}.control_tests;
DROP TRIGGER guard_retest ON {{schema}}.control_tests;
DROP TRIGGER guard_verified ON {{schema}}.findings;
DROP TRIGGER trace_finding ON {{schema}}.findings;
DROP TRIGGER member_responded_by ON {{schema}}.findings;
DROP TRIGGER carry_to_followed ON {{schema}}.findings;
SELECT private.drop_searched('{{schema}}', 'finding_extensions');
DROP TABLE {{schema}}.finding_extensions;
DROP FUNCTION {{schema}}.guard_verified();
DROP FUNCTION {{schema}}.has_retests(uuid);
DROP FUNCTION {{schema}}.retest_decides();
DROP FUNCTION {{schema}}.guard_retest();
DROP FUNCTION {{schema}}.place_part();
DROP FUNCTION {{schema}}.trace_finding();
CREATE OR REPLACE FUNCTION {{schema}}.refuse_settled(p_kind text, p_state text, p_finding uuid, p_was jsonb, p_now jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'restricted_root', 'sign_state'];
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
CREATE OR REPLACE FUNCTION {{schema}}.guard_signed_finding() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) = '{{role}}' AND {{schema}}.is_approved(OLD.id)
    AND (OLD.archived_at IS DISTINCT FROM NEW.archived_at OR {{schema}}.content_sha256(to_jsonb(OLD) - ARRAY['owner_id', 'due_date', 'management_response'])
      <> {{schema}}.content_sha256(to_jsonb(NEW) - ARRAY['owner_id', 'due_date', 'management_response'])) THEN
    RAISE EXCEPTION 'findings: approved; the approval is withdrawn before anything changes' USING ERRCODE = 'KP001', TABLE = 'findings', COLUMN = 'status';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE FUNCTION {{schema}}.signed_content(p_resource_type text, p_row jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_id uuid := p_row ->> 'id';
  v_content jsonb := p_row - ARRAY['status', 'row_version', 'created_at', 'created_by', 'updated_at', 'updated_by', 'archived_at',
    'restricted_root', 'tenant_id', 'sign_state', 'evidence', 'tags'];
BEGIN
  IF p_resource_type = 'findings' THEN
    v_content := v_content - ARRAY['owner_id', 'due_date', 'management_response'];
  ELSIF p_resource_type = 'audit_plans' THEN
    v_content := v_content || jsonb_build_object('team', (
      SELECT jsonb_object_agg(m.person_id, m.team_role) FROM {{schema}}.audit_team m WHERE m.audit_plan_id = v_id AND m.archived_at IS NULL));
  ELSIF p_resource_type = 'control_tests' THEN
    v_content := v_content || {{schema}}.signed_parts(v_id);
  END IF;
  RETURN (SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(v_content) e
    WHERE e.value NOT IN ('null'::jsonb, '[]'::jsonb, '{}'::jsonb, '""'::jsonb));
END
$$;
DROP INDEX {{schema}}.control_tests_one_retest_key;
ALTER TABLE {{schema}}.control_tests DROP COLUMN retest_of_id;
ALTER TABLE {{schema}}.findings DROP CONSTRAINT findings_response_whole;
ALTER TABLE {{schema}}.findings DROP CONSTRAINT findings_response_said;
ALTER TABLE {{schema}}.findings DROP CONSTRAINT findings_repeat_of_another;
ALTER TABLE {{schema}}.findings DROP COLUMN settled_at;
ALTER TABLE {{schema}}.findings DROP COLUMN extension_count;
ALTER TABLE {{schema}}.findings DROP COLUMN repeat_of_id;
ALTER TABLE {{schema}}.findings DROP COLUMN responded_by;
ALTER TABLE {{schema}}.findings DROP COLUMN responded_on;
ALTER TABLE {{schema}}.findings DROP COLUMN response_kind;
SELECT private.grant_table('{{schema}}', 'findings', '{viewer,auditor,compliance,privacy,risk,admin}', '{auditor}', '{auditor}', '{auditor}', '{ref,sign_state}');
SELECT private.grant_table('{{schema}}', 'control_tests', '{viewer,auditor,compliance,privacy,risk,admin}', '{auditor}', '{auditor}', '{auditor}', '{ref,test_result,evidence,sign_state}',
  '{audit_plan_id,control_id}');
