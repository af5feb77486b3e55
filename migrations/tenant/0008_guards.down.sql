REVOKE ALL ON FUNCTION {{schema}}.note_regulation_source(uuid, jsonb, text, text, text),
  {{schema}}.note_requirement_sources(jsonb) FROM {{role}}_auditor, {{role}}_compliance, {{role}}_admin;
REVOKE ALL ON {{schema}}.people, {{schema}}.sync_ops, {{schema}}.audit_log
  FROM {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
REVOKE ALL ON FUNCTION {{schema}}.may_read(text)
  FROM {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
DROP POLICY tenant_only ON {{schema}}.sync_ops;
ALTER TABLE {{schema}}.sync_ops NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {{schema}}.sync_ops DISABLE ROW LEVEL SECURITY;
DROP POLICY readable_only ON {{schema}}.audit_log;
DROP POLICY tenant_only ON {{schema}}.audit_log;
ALTER TABLE {{schema}}.audit_log NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {{schema}}.audit_log DISABLE ROW LEVEL SECURITY;

DO $guards$
DECLARE
  relation text;
  nobody text[] := '{}';
BEGIN
  FOREACH relation IN ARRAY ARRAY[
    'regulations', 'requirements', 'compliance_assessments', 'policies', 'control_sets', 'controls',
    'control_requirements', 'audit_plans', 'control_tests', 'findings', 'actions', 'audit_evidence',
    'evidence_files', 'audit_reports', 'data_inventory', 'dsr_requests', 'dpias', 'privacy_controls',
    'risk_register', 'vulnerabilities', 'vendor_assessments', 'business_continuity', 'documents', 'chunks',
    'embeddings', 'similarity_scores'
  ] LOOP
    PERFORM private.grant_table('{{schema}}', relation, nobody, nobody, nobody, nobody);
    EXECUTE format('DROP TRIGGER stamp_row ON {{schema}}.%I', relation);
    EXECUTE format('DROP TRIGGER trail_insert ON {{schema}}.%I', relation);
    EXECUTE format('DROP TRIGGER trail_update ON {{schema}}.%I', relation);
    EXECUTE format('DROP TRIGGER trail_delete ON {{schema}}.%I', relation);
    EXECUTE format('DROP POLICY tenant_only ON {{schema}}.%I', relation);
    EXECUTE format('ALTER TABLE {{schema}}.%I NO FORCE ROW LEVEL SECURITY', relation);
    EXECUTE format('ALTER TABLE {{schema}}.%I DISABLE ROW LEVEL SECURITY', relation);
  END LOOP;
END
$guards$;
