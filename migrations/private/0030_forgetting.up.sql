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

-- Every row of the shared tables that belongs to the tenant: licence, settings, counters, metrics; its own trail as far as it was
-- filed, with its seals. What the platform did with the tenant stays in the platform's trail. Returns counts: rows, trail, seals,
-- lastSeal (the hash that an export of the trail ends with).
CREATE FUNCTION private.forget_tenant(p_tenant uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place record;
  gone bigint;
  total bigint := 0;
  filed bigint;
  sealed bigint;
  last_seal text;
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

  -- The one place where something leaves the trail: the tenant's own chain, whole, which the platform's chain says it did.
  SELECT encode(s.hash, 'hex') INTO last_seal FROM private.seals s WHERE s.chain = p_tenant ORDER BY s.seq DESC LIMIT 1;
  PERFORM private.trail_rests(true);
  DELETE FROM private.audit_logs WHERE tenant_id = p_tenant AND origin = 'tenant';
  GET DIAGNOSTICS filed = ROW_COUNT;
  DELETE FROM private.seals WHERE chain = p_tenant;
  GET DIAGNOSTICS sealed = ROW_COUNT;
  PERFORM private.trail_rests(false);
  DELETE FROM private.trail_chains WHERE chain = p_tenant;
  RETURN jsonb_build_object('rows', total, 'trail', filed, 'seals', sealed, 'lastSeal', last_seal);
END
$$;

-- Switches the triggers that keep the trail as it is off and on again, for this transaction; others wait to write meanwhile.
CREATE FUNCTION private.trail_rests(p_rests boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part regclass;
BEGIN
  FOR part IN
    SELECT t.tgrelid FROM pg_trigger t
    WHERE t.tgname = 'refuse_change' AND (t.tgrelid = 'private.seals'::regclass
      OR t.tgrelid IN (SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = 'private.audit_logs'::regclass))
    ORDER BY t.tgrelid
  LOOP
    EXECUTE format('ALTER TABLE %s %s TRIGGER refuse_change', part, CASE WHEN p_rests THEN 'DISABLE' ELSE 'ENABLE' END);
  END LOOP;
END
$$;

REVOKE ALL ON FUNCTION private.forget_person(uuid), private.forget_tenant(uuid), private.trail_rests(boolean) FROM PUBLIC;
