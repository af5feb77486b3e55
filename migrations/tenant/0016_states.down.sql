DO $guards$
DECLARE
  relation text;
BEGIN
  FOREACH relation IN ARRAY ARRAY[
    'regulations', 'requirements', 'compliance_assessments', 'policies', 'control_sets', 'controls', 'control_requirements',
    'audit_plans', 'control_tests', 'findings', 'actions', 'audit_evidence', 'evidence_files', 'audit_reports', 'data_inventory',
    'dsr_requests', 'dpias', 'privacy_controls', 'risk_register', 'vulnerabilities', 'vendor_assessments', 'business_continuity',
    'documents', 'chunks', 'embeddings', 'similarity_scores'
  ] LOOP
    EXECUTE format('DROP TRIGGER guard_archived ON {{schema}}.%I', relation);
  END LOOP;
  FOREACH relation IN ARRAY ARRAY[
    'actions', 'audit_evidence', 'audit_plans', 'audit_reports', 'business_continuity', 'compliance_assessments',
    'control_sets', 'control_tests', 'controls', 'data_inventory', 'dpias', 'dsr_requests', 'findings', 'policies',
    'privacy_controls', 'regulations', 'risk_register', 'vulnerabilities'
  ] LOOP
    EXECUTE format('DROP TRIGGER guard_state_insert ON {{schema}}.%I', relation);
    EXECUTE format('DROP TRIGGER guard_state_update ON {{schema}}.%I', relation);
    EXECUTE format('DROP TRIGGER IF EXISTS guard_locked ON {{schema}}.%I', relation);
  END LOOP;
END
$guards$;
DROP FUNCTION {{schema}}.guard_archived();
DROP FUNCTION {{schema}}.guard_locked();
DROP FUNCTION {{schema}}.guard_state();
