-- What shredding a tenant asks of the shared schemas. Called by public.shred_tenant only.

-- A person without a home: no login, nothing that names them. The row stays, for the platform's trail points to it.
CREATE FUNCTION private.forget_person(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  login text;
  hex text := replace(p_user::text, '-', '');
BEGIN
  SELECT u.db_role INTO login FROM public.users u WHERE u.id = p_user;
  DELETE FROM public.tenant_memberships WHERE user_id = p_user;
  UPDATE public.users SET tenant_id = NULL, email = 'removed-' || hex || '@removed.invalid',
    -- a verifier that no password fits
    password_hash = 'SCRAM-SHA-256$4096:' || encode(decode(hex, 'hex'), 'base64') || '$' || encode(decode(repeat('00', 32), 'hex'), 'base64')
      || ':' || encode(decode(repeat('00', 32), 'hex'), 'base64'),
    first_name = NULL, last_name = NULL, status = 'suspended', last_login = NULL, preferences = '{}', is_deleted = true,
    deleted_at = now(), deleted_by = public.current_person(), db_role = 'u_' || hex
  WHERE id = p_user;
  IF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = login) THEN
    IF pg_has_role('kompl_owner', 'pg_signal_backend', 'USAGE') THEN
      PERFORM pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.usename = login AND a.pid <> pg_backend_pid();
    END IF;
    EXECUTE format('DROP ROLE %I', login);
  END IF;
END
$$;

-- Every row of the shared tables that belongs to the tenant: licence, settings, counters, metrics. What tells of the tenant's
-- own life stays in the platform's trail, and the history of migrations. Returns how many rows went.
CREATE FUNCTION private.forget_tenant(p_tenant uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place record;
  gone bigint;
  total bigint := 0;
BEGIN
  FOR place IN
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE n.nspname IN ('public', 'private') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('users', 'audit_logs', 'migration_history')
    ORDER BY n.nspname, c.relname
  LOOP
    EXECUTE format('DELETE FROM %I.%I WHERE tenant_id = $1', place.nspname, place.relname) USING p_tenant;
    GET DIAGNOSTICS gone = ROW_COUNT;
    total := total + gone;
  END LOOP;
  RETURN total;
END
$$;

REVOKE ALL ON FUNCTION private.forget_person(uuid), private.forget_tenant(uuid) FROM PUBLIC;
