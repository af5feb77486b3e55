DROP TRIGGER trail_migrations ON private.migration_history;
DROP FUNCTION private.trail_migrations();

CREATE FUNCTION private.trail_migration() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_writer text := format('tenant_%s.record_access', replace(NEW.tenant_id::text, '-', ''));
BEGIN
  IF to_regprocedure(v_writer || '(text,text,uuid,jsonb,text)') IS NOT NULL THEN
    EXECUTE format('SELECT %s($1, $2, NULL, $3)', v_writer) USING 'migrate', 'migration_history', jsonb_build_object(
      'version', NEW.version, 'name', NEW.description, 'direction', NEW.direction, 'status', NEW.status, 'ms', NEW.duration_ms);
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION private.trail_migration() FROM PUBLIC;

CREATE TRIGGER trail_migration AFTER INSERT ON private.migration_history
  FOR EACH ROW WHEN (NEW.tenant_id IS NOT NULL) EXECUTE FUNCTION private.trail_migration();
