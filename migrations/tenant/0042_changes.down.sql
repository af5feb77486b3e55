DO $triggers$
DECLARE
  v_table text;
BEGIN
  FOR v_table IN SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = '{{schema}}'::regnamespace AND t.tgname = 'note_change' ORDER BY 1 LOOP
    EXECUTE format('DROP TRIGGER note_change ON {{schema}}.%I', v_table);
  END LOOP;
END
$triggers$;
DROP FUNCTION {{schema}}.freshness(text[], text);
DROP FUNCTION {{schema}}.forget_changes();
DROP FUNCTION {{schema}}.note_change();
DROP TABLE {{schema}}.changes;
