-- Columns that hold a person lose their foreign key to public.users: each key put two triggers there, which every connection has to
-- load and every change of a person has to pass, for all tenants together. What the key held is held otherwise: the server
-- stamps the person who acts, require_member asks for a member of the tenant, and public.users lets nobody be deleted or renamed
-- by id (public/0051). The CHECK tells the catalogue which columns these are. A tenant that is made today has no such key.
DO $people$
DECLARE
  v_key record;
BEGIN
  FOR v_key IN
    SELECT c.relname, k.conname, a.attname
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND k.connamespace = '{{schema}}'::regnamespace AND k.confrelid = 'public.users'::regclass
    ORDER BY c.relname, a.attnum
  LOOP
    EXECUTE format('ALTER TABLE {{schema}}.%I DROP CONSTRAINT %I', v_key.relname, v_key.conname);
    EXECUTE format('ALTER TABLE {{schema}}.%I ADD CHECK (%I <> ''00000000-0000-0000-0000-000000000000''::uuid)', v_key.relname,
      v_key.attname);
  END LOOP;
END
$people$;
