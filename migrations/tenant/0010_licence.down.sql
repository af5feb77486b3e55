DO $guards$
DECLARE
  guarded text;
BEGIN
  FOR guarded IN
    SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgname = 'a_open_tenant' AND c.relnamespace = '{{schema}}'::regnamespace
  LOOP
    EXECUTE format('DROP TRIGGER a_open_tenant ON {{schema}}.%I', guarded);
  END LOOP;
END
$guards$;
DROP TRIGGER count_storage_delete ON {{schema}}.evidence_files;
DROP TRIGGER count_storage_update ON {{schema}}.evidence_files;
DROP TRIGGER count_storage_insert ON {{schema}}.evidence_files;
DROP FUNCTION {{schema}}.count_storage();
DROP TABLE {{schema}}.storage_usage;
DROP FUNCTION {{schema}}.require_open();
