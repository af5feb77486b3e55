CREATE OR REPLACE FUNCTION private.guard_table(p_schema text, p_tenant uuid, p_table text, p_hashed text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text := format('%I.%I', p_schema, p_table);
  arguments text := format('%L, %L', p_table, array_to_string(p_hashed, ','));
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  EXECUTE format('DROP POLICY IF EXISTS tenant_only ON %s', relation);
  EXECUTE format('CREATE POLICY tenant_only ON %s USING (tenant_id = %L::uuid) WITH CHECK (tenant_id = %L::uuid)', relation,
    p_tenant, p_tenant);
  EXECUTE format('CREATE OR REPLACE TRIGGER stamp_row BEFORE INSERT OR UPDATE ON %s
    FOR EACH ROW EXECUTE FUNCTION %I.stamp_row()', relation, p_schema);
  EXECUTE format('CREATE OR REPLACE TRIGGER trail_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %I.record_change(%s)', relation, p_schema, arguments);
  EXECUTE format('CREATE OR REPLACE TRIGGER trail_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %I.record_change(%s)', relation, p_schema, arguments);
  EXECUTE format('CREATE OR REPLACE TRIGGER trail_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %I.record_change(%s)', relation, p_schema, arguments);
END
$$;
DROP FUNCTION private.guard_open(text, text);
DROP FUNCTION private.domain_of(text);
