DROP INDEX {{schema}}.controls_list_idx;
CREATE INDEX controls_list_idx ON {{schema}}.controls (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C"), id);
DROP INDEX {{schema}}.control_tests_list_idx;
CREATE INDEX control_tests_list_idx ON {{schema}}.control_tests (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C"), id);
DROP INDEX {{schema}}.findings_list_idx;
CREATE INDEX findings_list_idx ON {{schema}}.findings (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C") DESC NULLS LAST,
  id DESC);
DROP INDEX {{schema}}.audit_evidence_uploaded_at_id_idx;
CREATE INDEX audit_evidence_uploaded_at_id_idx ON {{schema}}.audit_evidence (uploaded_at DESC NULLS LAST, id DESC);
