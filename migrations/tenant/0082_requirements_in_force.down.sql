DO $figures$
DECLARE
  v_function regprocedure;
BEGIN
  FOR v_function IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = '{{schema}}'::regnamespace AND (p.proname = 'roll_up_requirements' OR p.prosrc ~ 'requirements')
      AND p.prosrc ~ '[gr]\.status = ''active''' LOOP
    EXECUTE regexp_replace(pg_get_functiondef(v_function), '([gr])\.status = ''active''', '\1.status <> ''retired''', 'g');
  END LOOP;
END
$figures$;
SELECT {{schema}}.rebuild_rollups();
