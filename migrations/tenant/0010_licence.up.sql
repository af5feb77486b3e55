-- The licence at the tables: no write of a person in a tenant that is closed, and no more bytes of evidence than it covers.

-- For every guarded table, before each statement; the arguments are the table and its domain.
CREATE FUNCTION {{schema}}.require_open() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  PERFORM public.require_open_tenant('{{tenant_id}}'::uuid, TG_ARGV[1]);
  RETURN NULL;
END
$$;

-- One row: what the tenant's evidence weighs. Two that add at once wait for each other here, so the limit holds for both.
CREATE TABLE {{schema}}.storage_usage (
  tenant_id uuid PRIMARY KEY DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
  files bigint NOT NULL DEFAULT 0 CHECK (files >= 0),
  updated_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE {{schema}}.storage_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE {{schema}}.storage_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON {{schema}}.storage_usage TO kompl_owner
  USING (tenant_id = '{{tenant_id}}'::uuid) WITH CHECK (tenant_id = '{{tenant_id}}'::uuid);
INSERT INTO {{schema}}.storage_usage (bytes, files)
SELECT coalesce(sum(size_bytes), 0), count(*) FROM {{schema}}.evidence_files;

CREATE FUNCTION {{schema}}.count_storage() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_bytes bigint := 0;
  v_files bigint := 0;
  v_most numeric;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT coalesce(sum(n.size_bytes), 0), count(*) INTO v_bytes, v_files FROM new_rows n;
  ELSIF TG_OP = 'UPDATE' THEN
    SELECT (SELECT coalesce(sum(n.size_bytes), 0) FROM new_rows n) - (SELECT coalesce(sum(o.size_bytes), 0) FROM old_rows o)
    INTO v_bytes;
  ELSE
    SELECT -coalesce(sum(o.size_bytes), 0), -count(*) INTO v_bytes, v_files FROM old_rows o;
  END IF;
  IF v_bytes = 0 AND v_files = 0 THEN
    RETURN NULL;
  END IF;
  UPDATE {{schema}}.storage_usage SET bytes = bytes + v_bytes, files = files + v_files, updated_at = now()
  RETURNING bytes INTO v_bytes;
  IF TG_OP = 'INSERT' AND public.current_person() IS NOT NULL THEN
    v_most := public.licence_limit('{{tenant_id}}'::uuid, 'storageBytes');
    IF v_bytes > v_most THEN
      RAISE EXCEPTION 'the licence covers % bytes of evidence, and this would be more', v_most
        USING ERRCODE = '55000', CONSTRAINT = 'licence_storage', DETAIL = v_most::text;
    END IF;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER count_storage_insert AFTER INSERT ON {{schema}}.evidence_files REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.count_storage();
CREATE TRIGGER count_storage_update AFTER UPDATE ON {{schema}}.evidence_files
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.count_storage();
CREATE TRIGGER count_storage_delete AFTER DELETE ON {{schema}}.evidence_files REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.count_storage();

REVOKE ALL ON FUNCTION {{schema}}.require_open(), {{schema}}.count_storage() FROM PUBLIC;

-- Every table that is guarded by now; private.guard_table does it for those to come.
DO $guards$
DECLARE
  guarded text;
BEGIN
  FOR guarded IN
    SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgname = 'stamp_row' AND c.relnamespace = '{{schema}}'::regnamespace ORDER BY c.relname
  LOOP
    PERFORM private.guard_open('{{schema}}', guarded);
  END LOOP;
END
$guards$;
