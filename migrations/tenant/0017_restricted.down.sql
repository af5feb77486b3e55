-- Refuses to give restricted work away: lift the restrictions first.
DO $check$
BEGIN
  IF EXISTS (SELECT FROM {{schema}}.restricted_records) THEN
    RAISE EXCEPTION 'records are restricted still' USING ERRCODE = '55000';
  END IF;
END
$check$;
DROP POLICY restricted_only ON {{schema}}.audit_log;
DO $guards$
DECLARE
  relation text;
BEGIN
  FOREACH relation IN ARRAY ARRAY['audit_plans', 'control_tests', 'findings', 'audit_evidence', 'risk_register', 'documents', 'chunks',
    'embeddings'] LOOP
    EXECUTE format('DROP TRIGGER carry_restriction ON {{schema}}.%I', relation);
  END LOOP;
  FOREACH relation IN ARRAY ARRAY['control_tests', 'findings', 'actions', 'audit_evidence', 'evidence_files', 'audit_reports',
    'vulnerabilities', 'chunks', 'embeddings', 'similarity_scores'] LOOP
    EXECUTE format('DROP TRIGGER guard_place ON {{schema}}.%I', relation);
  END LOOP;
  FOREACH relation IN ARRAY ARRAY['compliance_assessments', 'policies', 'audit_plans', 'control_tests', 'findings', 'actions',
    'audit_evidence', 'evidence_files', 'audit_reports', 'data_inventory', 'dsr_requests', 'dpias', 'privacy_controls',
    'risk_register', 'vulnerabilities', 'vendor_assessments', 'business_continuity', 'documents', 'chunks', 'embeddings',
    'similarity_scores'] LOOP
    EXECUTE format('DROP POLICY restricted_only ON {{schema}}.%I', relation);
    EXECUTE format('ALTER TABLE {{schema}}.%I DROP COLUMN restricted_root', relation);
  END LOOP;
END
$guards$;
DROP FUNCTION {{schema}}.restrictions();
DROP FUNCTION {{schema}}.lift_restriction(uuid, text);
DROP FUNCTION {{schema}}.unshare_restricted(uuid, uuid[], text);
DROP FUNCTION {{schema}}.share_restricted(uuid, uuid[], text);
DROP FUNCTION {{schema}}.name_people(uuid, uuid[]);
DROP FUNCTION {{schema}}.may_restrict(text, text);
DROP FUNCTION {{schema}}.restrict_record(text, uuid, uuid[], text);
DROP FUNCTION {{schema}}.refuse_restriction(text, text);
DROP FUNCTION {{schema}}.refuse_settled(text, text, uuid, jsonb, jsonb);
DROP FUNCTION {{schema}}.carry_restriction();
DROP FUNCTION {{schema}}.guard_place();
DROP FUNCTION {{schema}}.is_settled(text);
DROP FUNCTION {{schema}}.is_hidden(uuid);
DROP FUNCTION {{schema}}.may_see(uuid);
DROP TABLE {{schema}}.restricted_people;
DROP TABLE {{schema}}.restricted_records;
