-- The order of the long lists, with what row security and the archive ask of each row: a page far down is found in the index alone, for
-- what is passed over is never looked at in the table.

DROP INDEX {{schema}}.controls_list_idx;
CREATE INDEX controls_list_idx ON {{schema}}.controls (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C"), id)
  INCLUDE (ref, tenant_id, archived_at);
DROP INDEX {{schema}}.control_tests_list_idx;
CREATE INDEX control_tests_list_idx ON {{schema}}.control_tests (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C"), id)
  INCLUDE (ref, tenant_id, archived_at, restricted_root);
DROP INDEX {{schema}}.findings_list_idx;
CREATE INDEX findings_list_idx ON {{schema}}.findings (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C") DESC NULLS LAST,
  id DESC)
  INCLUDE (ref, tenant_id, archived_at, restricted_root);
DROP INDEX {{schema}}.audit_evidence_uploaded_at_id_idx;
CREATE INDEX audit_evidence_uploaded_at_id_idx ON {{schema}}.audit_evidence (uploaded_at DESC NULLS LAST, id DESC)
  INCLUDE (tenant_id, archived_at, restricted_root);
