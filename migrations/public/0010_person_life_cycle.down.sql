DROP FUNCTION public.pooler_lookup(text);
DROP FUNCTION public.tenant_people(uuid);
DROP FUNCTION public.person_by_email(uuid, text);
DROP FUNCTION public.remove_person(uuid);
DROP FUNCTION public.reset_password(uuid, text);
DROP FUNCTION public.change_my_password(text);
DROP FUNCTION public.unlock_person(uuid);
DROP FUNCTION public.note_failed_sign_in(text);
CREATE OR REPLACE FUNCTION public.person_for_sign_in(p_email text)
RETURNS TABLE (id uuid, db_role text, password_hash text, status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.id, u.db_role::text, u.password_hash::text, u.status::text
  FROM public.users u
  WHERE u.email = lower(p_email) AND NOT u.is_deleted
$$;
CREATE OR REPLACE FUNCTION public.resume_person(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users;
  membership record;
BEGIN
  SELECT * INTO person FROM public.users WHERE id = p_user AND NOT is_deleted FOR NO KEY UPDATE;
  PERFORM public.require_administrator(person.tenant_id);
  IF person.id IS NULL THEN
    RAISE EXCEPTION 'no such person' USING ERRCODE = 'P0002';
  END IF;
  UPDATE public.users SET status = 'active' WHERE id = p_user;
  EXECUTE format('ALTER ROLE %I LOGIN', person.db_role);
  FOR membership IN
    SELECT m.tenant_id, m.function FROM public.tenant_memberships m JOIN public.tenants t ON t.id = m.tenant_id
    WHERE m.user_id = p_user AND NOT t.is_deleted AND (m.expires_at IS NULL OR m.expires_at > now())
  LOOP
    EXECUTE format('GRANT %I TO %I', public.tenant_role(membership.tenant_id, membership.function), person.db_role);
  END LOOP;
  PERFORM private.log_event('person.resume', 'users', p_user, person.tenant_id, jsonb_build_object('status', person.status),
    jsonb_build_object('status', 'active'));
END
$$;
CREATE OR REPLACE FUNCTION public.suspend_person(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users;
  membership record;
BEGIN
  SELECT * INTO person FROM public.users WHERE id = p_user AND NOT is_deleted FOR NO KEY UPDATE;
  PERFORM public.require_administrator(person.tenant_id);
  IF person.id IS NULL THEN
    RAISE EXCEPTION 'no such person' USING ERRCODE = 'P0002';
  END IF;
  IF p_user = public.current_person() THEN
    RAISE EXCEPTION 'nobody suspends themselves' USING ERRCODE = '42501';
  END IF;
  UPDATE public.users SET status = 'suspended' WHERE id = p_user;
  EXECUTE format('ALTER ROLE %I NOLOGIN', person.db_role);
  FOR membership IN SELECT tenant_id, function FROM public.tenant_memberships WHERE user_id = p_user LOOP
    EXECUTE format('REVOKE %I FROM %I', public.tenant_role(membership.tenant_id, membership.function), person.db_role);
  END LOOP;
  IF pg_has_role('kompl_owner', 'pg_signal_backend', 'USAGE') THEN
    PERFORM pg_terminate_backend(a.pid) FROM pg_stat_activity a
    WHERE a.usename = person.db_role AND a.datname = current_database() AND a.pid <> pg_backend_pid();
  END IF;
  PERFORM private.log_event('person.suspend', 'users', p_user, person.tenant_id, jsonb_build_object('status', person.status),
    jsonb_build_object('status', 'suspended'));
END
$$;
CREATE OR REPLACE FUNCTION public.revoke_membership(p_user uuid, p_tenant uuid, p_function text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  login text;
BEGIN
  PERFORM public.require_administrator(p_tenant);
  UPDATE public.tenant_memberships SET expires_at = now()
  WHERE user_id = p_user AND tenant_id = p_tenant AND function = p_function AND (expires_at IS NULL OR expires_at > now());
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such membership' USING ERRCODE = 'P0002';
  END IF;
  SELECT u.db_role INTO login FROM public.users u WHERE u.id = p_user;
  EXECUTE format('REVOKE %I FROM %I', public.tenant_role(p_tenant, p_function), login);
  PERFORM private.log_event('membership.revoke', 'users', p_user, p_tenant, jsonb_build_object('function', p_function), NULL);
END
$$;
CREATE OR REPLACE FUNCTION public.create_person(p_email text, p_verifier text, p_first_name text, p_last_name text, p_home_tenant uuid,
  p_function text)
RETURNS TABLE (id uuid, db_role text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  address text := lower(p_email);
  login text := 'u_' || left(encode(sha256(convert_to(lower(p_email), 'UTF8')), 'hex'), 32);
  person uuid;
BEGIN
  PERFORM public.require_administrator(p_home_tenant);
  PERFORM public.tenant_role(p_home_tenant, p_function);
  INSERT INTO public.users (tenant_id, email, password_hash, first_name, last_name, role, db_role)
  VALUES (p_home_tenant, address, p_verifier, nullif(btrim(p_first_name), ''), nullif(btrim(p_last_name), ''), p_function, login)
  RETURNING users.id INTO person;

  -- Roles belong to the whole cluster. One that is there already serves another database: only the owner may share it.
  IF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = login) THEN
    IF public.current_person() IS NOT NULL OR NOT pg_has_role(session_user, 'kompl_owner', 'MEMBER') THEN
      RAISE EXCEPTION 'the role of this person exists in another database of the cluster' USING ERRCODE = '42710';
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN NOINHERIT PASSWORD %L', login, p_verifier);
  ELSE
    EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT PASSWORD %L', login, p_verifier);
  END IF;

  IF p_home_tenant IS NOT NULL THEN
    PERFORM public.join_tenant(person, p_home_tenant, p_function);
  END IF;
  PERFORM private.log_event('person.create', 'users', person, p_home_tenant, NULL,
    jsonb_build_object('email', address, 'function', p_function));
  RETURN QUERY SELECT person, login;
END
$$;
DROP FUNCTION public.note_person_event(uuid, text);
DROP FUNCTION public.person_to_administer(uuid);
DROP FUNCTION public.grant_membership(uuid, uuid, text, timestamptz, text);
DROP FUNCTION public.join_tenant(uuid, uuid, text, timestamptz, text);
CREATE FUNCTION public.join_tenant(p_user uuid, p_tenant uuid, p_function text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users;
BEGIN
  PERFORM FROM public.tenants WHERE id = p_tenant AND NOT is_deleted;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  SELECT * INTO person FROM public.users WHERE id = p_user AND NOT is_deleted FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such person' USING ERRCODE = 'P0002';
  END IF;
  INSERT INTO public.tenant_memberships (user_id, tenant_id, function) VALUES (p_user, p_tenant, p_function)
  ON CONFLICT (user_id, tenant_id, function) DO UPDATE SET expires_at = NULL;
  IF person.status = 'active' THEN
    EXECUTE format('GRANT %I TO %I', public.tenant_role(p_tenant, p_function), person.db_role);
  END IF;
END
$$;
CREATE FUNCTION public.grant_membership(p_user uuid, p_tenant uuid, p_function text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.require_administrator(p_tenant);
  PERFORM public.join_tenant(p_user, p_tenant, p_function);
  PERFORM private.log_event('membership.grant', 'users', p_user, p_tenant, NULL, jsonb_build_object('function', p_function));
END
$$;
REVOKE ALL ON FUNCTION public.join_tenant(uuid, uuid, text), public.grant_membership(uuid, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.grant_membership(uuid, uuid, text) TO PUBLIC;
DROP TRIGGER after_sign_in_sweep ON public.users;
DROP TRIGGER after_sign_in_reset ON public.users;
DROP FUNCTION public.after_sign_in();
DROP FUNCTION public.enforce_memberships();
DROP TRIGGER end_sessions ON public.users;
DROP TRIGGER end_sessions ON public.tenant_memberships;
DROP FUNCTION public.end_sessions();
DROP FUNCTION public.require_other_administrator(uuid, uuid);
DROP FUNCTION public.is_platform_person(uuid);
DROP FUNCTION public.note_role_event(uuid, uuid, text, jsonb, text);
DROP FUNCTION public.lock_tenants_of(uuid);
DROP FUNCTION public.lock_tenant(uuid);
DROP INDEX public.tenant_memberships_due_idx;
ALTER TABLE public.tenant_memberships DROP COLUMN ended_at;
ALTER TABLE public.tenant_memberships DROP COLUMN reason;
ALTER TABLE public.tenant_memberships DROP COLUMN granted_by;
ALTER TABLE public.users DROP COLUMN failed_sign_ins;
ALTER TABLE public.users DROP COLUMN locked_at;
