-- Tags for what is followed up: findings, actions and evidence, as controls have them.

ALTER TABLE {{schema}}.findings ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE {{schema}}.actions ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE {{schema}}.audit_evidence ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
DO $grants$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
BEGIN
  PERFORM private.grant_table('{{schema}}', 'findings', everyone, '{auditor}', '{auditor}', '{auditor}', '{ref}');
  PERFORM private.grant_table('{{schema}}', 'actions', everyone, '{auditor,compliance,privacy,risk}',
    '{auditor,compliance,privacy,risk}', '{auditor}', '{ref,completed_at}');
  PERFORM private.grant_table('{{schema}}', 'audit_evidence', everyone, '{auditor}', '{auditor}', '{auditor}',
    '{ref,file_path,uploaded_by,uploaded_at}');
END
$grants$;
