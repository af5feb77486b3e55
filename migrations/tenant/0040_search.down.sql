DROP INDEX {{schema}}.audit_plans_end_date_idx;
DROP INDEX {{schema}}.control_tests_restricted_idx;
DROP INDEX {{schema}}.control_tests_waiting_idx;
DROP INDEX {{schema}}.risk_register_live_idx;
DROP INDEX {{schema}}.evidence_files_live_idx;
DROP INDEX {{schema}}.audit_evidence_live_idx;
DROP INDEX {{schema}}.actions_live_idx;
DROP INDEX {{schema}}.findings_live_idx;
DROP INDEX {{schema}}.control_tests_live_idx;
DROP INDEX {{schema}}.controls_live_idx;
DROP INDEX {{schema}}.requirements_live_idx;
DROP FUNCTION {{schema}}.find_names(text, text, text[], integer);
DROP FUNCTION {{schema}}.find_records(text, text[], boolean, integer);
DROP FUNCTION {{schema}}.holds_words(text, text[]);
DROP FUNCTION {{schema}}.searched(text);
DO $search$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['regulations', 'requirements', 'control_sets', 'controls', 'control_requirements', 'audit_plans',
    'control_tests', 'findings', 'actions', 'audit_evidence', 'evidence_files'] LOOP
    EXECUTE format('DROP POLICY owner_looks_up ON {{schema}}.%I', v_table);
    EXECUTE format('DROP INDEX {{schema}}.%I', v_table || '_search_idx');
    EXECUTE format('DROP INDEX {{schema}}.%I', v_table || '_prefix_idx');
  END LOOP;
END
$search$;
