-- What counts on the first page are the requirements of regulations in force: a draft asks for nothing yet, and one that is
-- superseded asks for nothing any more; counted beside its successor, every requirement would stand there twice. The figures'
-- functions (0041) keep their form, only the condition changes; they are found by it, for their text is made there.
DO $figures$
DECLARE
  v_function regprocedure;
BEGIN
  FOR v_function IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = '{{schema}}'::regnamespace AND p.prosrc ~ '[gr]\.status <> ''retired''' LOOP
    EXECUTE regexp_replace(pg_get_functiondef(v_function), '([gr])\.status <> ''retired''', '\1.status = ''active''', 'g');
  END LOOP;
END
$figures$;
SELECT {{schema}}.rebuild_rollups();
