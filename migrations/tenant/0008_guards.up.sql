-- Who may do what, and the guards on every table: row security, the stamp, the trail. Each table is named; what a guard and a
-- grant are is said once, in private.guard_table and private.grant_table. A test holds this list against the entity definitions.

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  catalog text[] := '{auditor,compliance,admin}';
  catalog_archive text[] := '{compliance,admin}';
  audit text[] := '{auditor}';
  action text[] := '{auditor,compliance,privacy,risk}';
  compliance text[] := '{compliance}';
  privacy text[] := '{privacy}';
  risk text[] := '{risk}';
  knowledge text[] := '{auditor,compliance,privacy,risk,admin}';
  nobody text[] := '{}';
BEGIN
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'regulations', '{parsed_content}');
  PERFORM private.grant_table('{{schema}}', 'regulations', everyone, catalog, catalog, catalog_archive,
    '{}', '{parsed_content,source_format,source_uuid,source_sha256}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'requirements');
  PERFORM private.grant_table('{{schema}}', 'requirements', everyone, catalog, catalog, catalog_archive,
    '{}', '{regulation_id,source_id,params}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'compliance_assessments');
  PERFORM private.grant_table('{{schema}}', 'compliance_assessments', everyone, compliance, compliance, compliance);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'policies');
  PERFORM private.grant_table('{{schema}}', 'policies', everyone, compliance, compliance, compliance);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'control_sets');
  PERFORM private.grant_table('{{schema}}', 'control_sets', everyone, catalog, catalog, catalog_archive);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'controls');
  PERFORM private.grant_table('{{schema}}', 'controls', everyone, catalog, catalog, catalog_archive,
    '{policy_id,last_result,last_tested}'); -- policy_id: until policies have their entity
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'control_requirements');
  PERFORM private.grant_table('{{schema}}', 'control_requirements', everyone, catalog, catalog, catalog_archive,
    '{}', '{control_id,requirement_id}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'audit_plans');
  PERFORM private.grant_table('{{schema}}', 'audit_plans', everyone, audit, audit, audit, '{ref}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'control_tests');
  PERFORM private.grant_table('{{schema}}', 'control_tests', everyone, audit, audit, audit,
    '{ref,test_result,evidence}', '{audit_plan_id,control_id}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'findings');
  PERFORM private.grant_table('{{schema}}', 'findings', everyone, audit, audit, audit, '{ref}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'actions');
  PERFORM private.grant_table('{{schema}}', 'actions', everyone, action, action, audit,
    '{ref,completed_at}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'audit_evidence');
  PERFORM private.grant_table('{{schema}}', 'audit_evidence', everyone, audit, audit, audit,
    '{ref,file_path,uploaded_by,uploaded_at}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'evidence_files');
  PERFORM private.grant_table('{{schema}}', 'evidence_files', everyone, audit, nobody, nobody);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'audit_reports');
  PERFORM private.grant_table('{{schema}}', 'audit_reports', everyone, audit, audit, audit);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'data_inventory');
  PERFORM private.grant_table('{{schema}}', 'data_inventory', everyone, privacy, privacy, privacy);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'dsr_requests');
  PERFORM private.grant_table('{{schema}}', 'dsr_requests', privacy, privacy, privacy, privacy);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'dpias');
  PERFORM private.grant_table('{{schema}}', 'dpias', everyone, privacy, privacy, privacy);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'privacy_controls');
  PERFORM private.grant_table('{{schema}}', 'privacy_controls', everyone, privacy, privacy, privacy);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'risk_register');
  PERFORM private.grant_table('{{schema}}', 'risk_register', everyone, risk, risk, risk);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'vulnerabilities');
  PERFORM private.grant_table('{{schema}}', 'vulnerabilities', everyone, risk, risk, risk);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'vendor_assessments');
  PERFORM private.grant_table('{{schema}}', 'vendor_assessments', everyone, risk, risk, risk);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'business_continuity');
  PERFORM private.grant_table('{{schema}}', 'business_continuity', everyone, risk, risk, risk);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'documents');
  PERFORM private.grant_table('{{schema}}', 'documents', everyone, knowledge, knowledge, knowledge);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'chunks');
  PERFORM private.grant_table('{{schema}}', 'chunks', everyone, knowledge, knowledge, knowledge);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'embeddings', '{embedding}');
  PERFORM private.grant_table('{{schema}}', 'embeddings', everyone, knowledge, knowledge, knowledge);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'similarity_scores');
  PERFORM private.grant_table('{{schema}}', 'similarity_scores', everyone, knowledge, knowledge, knowledge);
END
$guards$;

-- The trail: triggers add to it as the owner; a role reads the history of what it may read.
ALTER TABLE {{schema}}.audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE {{schema}}.audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON {{schema}}.audit_log TO kompl_owner
  USING (tenant_id = '{{tenant_id}}'::uuid) WITH CHECK (tenant_id = '{{tenant_id}}'::uuid);
CREATE POLICY readable_only ON {{schema}}.audit_log FOR SELECT
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (tenant_id = '{{tenant_id}}'::uuid AND {{schema}}.may_read(resource_type));
GRANT SELECT ON {{schema}}.audit_log
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
GRANT EXECUTE ON FUNCTION {{schema}}.may_read(text)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

-- The ledger: everybody's own operations, added once, the result written once.
ALTER TABLE {{schema}}.sync_ops ENABLE ROW LEVEL SECURITY;
ALTER TABLE {{schema}}.sync_ops FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON {{schema}}.sync_ops
  USING (tenant_id = '{{tenant_id}}'::uuid AND person_id = public.current_person())
  WITH CHECK (tenant_id = '{{tenant_id}}'::uuid AND person_id = public.current_person());
GRANT SELECT, INSERT (op_id, device_id, device_seq, body_sha256, entity, entity_id, result), UPDATE (result) ON {{schema}}.sync_ops
  TO {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

GRANT SELECT ON {{schema}}.people
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
GRANT EXECUTE ON FUNCTION {{schema}}.note_regulation_source(uuid, jsonb, text, text, text),
  {{schema}}.note_requirement_sources(jsonb) TO {{role}}_auditor, {{role}}_compliance, {{role}}_admin;
