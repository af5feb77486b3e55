DROP TRIGGER carry_to_report_blocks ON {{schema}}.audit_reports;
SELECT private.drop_searched('{{schema}}', 'report_blocks');
CREATE OR REPLACE FUNCTION {{schema}}.report_parts(p_id uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'restricted_root', 'sign_state'];
  v_plan uuid;
BEGIN
  SELECT r.audit_plan_id INTO v_plan FROM {{schema}}.audit_reports r WHERE r.id = p_id;
  IF v_plan IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN (
    WITH tests AS (SELECT t.* FROM {{schema}}.control_tests t WHERE t.audit_plan_id = v_plan AND t.archived_at IS NULL),
    found AS (SELECT f.* FROM {{schema}}.findings f WHERE f.archived_at IS NULL
      AND (f.audit_plan_id = v_plan OR f.control_test_id IN (SELECT id FROM tests))),
    shown AS (SELECT e.* FROM {{schema}}.audit_evidence e WHERE e.archived_at IS NULL
      AND (e.audit_plan_id = v_plan OR e.control_test_id IN (SELECT id FROM tests) OR e.finding_id IN (SELECT id FROM found))),
    lines AS (
      SELECT (to_jsonb(p) - (stamps || ARRAY['status', 'archived_at']))::text AS line FROM {{schema}}.audit_plans p WHERE p.id = v_plan
      UNION ALL SELECT (to_jsonb(t) - stamps)::text FROM tests t
      UNION ALL SELECT (to_jsonb(s) - stamps)::text FROM {{schema}}.samples s
        WHERE s.control_test_id IN (SELECT id FROM tests) AND s.archived_at IS NULL
      UNION ALL SELECT (to_jsonb(f) - stamps)::text FROM found f
      UNION ALL SELECT (to_jsonb(a) - stamps)::text FROM {{schema}}.actions a
        WHERE a.finding_id IN (SELECT id FROM found) AND a.archived_at IS NULL
      UNION ALL SELECT (to_jsonb(e) - stamps)::text FROM shown e
      UNION ALL SELECT (to_jsonb(x) - stamps)::text FROM {{schema}}.evidence_files x
        WHERE x.evidence_id IN (SELECT id FROM shown) AND x.archived_at IS NULL
      UNION ALL SELECT (to_jsonb(s) - (stamps || ARRAY['content']))::text FROM {{schema}}.sign_offs s
        WHERE s.resource_id = v_plan OR s.resource_id IN (SELECT id FROM tests) OR s.resource_id IN (SELECT id FROM found)
    )
    SELECT encode(sha256(convert_to(coalesce(string_agg(l.line, E'\n' ORDER BY l.line COLLATE "C"), ''), 'UTF8')), 'hex') FROM lines l);
END
$$;
DROP FUNCTION {{schema}}.set_report_template(uuid, text, text);
DROP TABLE {{schema}}.report_templates;
DROP TABLE {{schema}}.report_blocks;
DROP FUNCTION {{schema}}.guard_report_block();
