DO $triggers$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['controls', 'control_tests', 'requirements', 'regulations', 'control_requirements'] LOOP
    EXECUTE format('DROP TRIGGER roll_up_insert ON {{schema}}.%I', v_table);
    EXECUTE format('DROP TRIGGER roll_up_update ON {{schema}}.%I', v_table);
    EXECUTE format('DROP TRIGGER roll_up_delete ON {{schema}}.%I', v_table);
    EXECUTE format('DROP FUNCTION {{schema}}.%I()', 'roll_up_' || v_table);
  END LOOP;
END
$triggers$;
DROP TRIGGER roll_up_update ON {{schema}}.findings;
DROP FUNCTION {{schema}}.roll_up_findings();
DROP FUNCTION {{schema}}.rollup_upkeep(bigint);
DROP FUNCTION {{schema}}.rollup_isolation();
DROP FUNCTION {{schema}}.rebuild_rollups();
DROP FUNCTION {{schema}}.fold_rollups();
DROP FUNCTION {{schema}}.figures(text);
DROP VIEW {{schema}}.current_rollups;
DROP TABLE {{schema}}.requirement_standings;
DROP TABLE {{schema}}.rollup_deltas;
DROP TABLE {{schema}}.rollups;
