-- Tenants and persons are made and changed by functions that check the caller's own right, so that they hold from psql too.
-- Codes raised: 42501 the caller may not, P0002 there is no such thing, 23505 and 23514 from the constraints, 22023 a wrong
-- value, 42710 the person's role belongs to another database of this cluster.

-- True where the caller may administer persons of the tenant (null: only the platform may). Acting for a person counts as
-- that person and no more.
CREATE FUNCTION public.may_administer(p_tenant uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person uuid := public.current_person();
BEGIN
  IF person IS NULL THEN
    RETURN left(session_user::text, 2) <> 'u_'
      AND (pg_has_role(session_user, 'kompl_owner', 'MEMBER') OR pg_has_role(session_user, 'kompl_platform', 'MEMBER'));
  END IF;
  RETURN EXISTS (
    SELECT FROM public.users u
    WHERE u.id = person AND u.status = 'active' AND NOT u.is_deleted
      AND (pg_has_role(u.db_role, 'kompl_platform', 'MEMBER')
        OR EXISTS (
          SELECT FROM public.tenant_memberships m
          WHERE m.user_id = person AND m.tenant_id = p_tenant AND m.function = 'admin'
            AND (m.expires_at IS NULL OR m.expires_at > now()))));
END
$$;

CREATE FUNCTION public.require_administrator(p_tenant uuid) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT public.may_administer(p_tenant) THEN
    RAISE EXCEPTION 'only an administrator of the tenant or of the platform may do this' USING ERRCODE = '42501';
  END IF;
END
$$;

-- The name of a tenant's role for a function; refuses anything that is not one of the six.
CREATE FUNCTION public.tenant_role(p_tenant uuid, p_function text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_function IS NULL OR p_function NOT IN ('viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin') THEN
    RAISE EXCEPTION 'unknown function' USING ERRCODE = '22023';
  END IF;
  RETURN 'tenant_' || replace(p_tenant::text, '-', '') || '_' || p_function;
END
$$;

-- Membership row and database role, always together.
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

CREATE FUNCTION public.create_person(p_email text, p_verifier text, p_first_name text, p_last_name text, p_home_tenant uuid,
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

CREATE FUNCTION public.grant_membership(p_user uuid, p_tenant uuid, p_function text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.require_administrator(p_tenant);
  PERFORM public.join_tenant(p_user, p_tenant, p_function);
  PERFORM private.log_event('membership.grant', 'users', p_user, p_tenant, NULL, jsonb_build_object('function', p_function));
END
$$;

CREATE FUNCTION public.revoke_membership(p_user uuid, p_tenant uuid, p_function text) RETURNS void
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

-- Takes effect at once: no new connection, no tenant role for the next transaction of an open one, and open connections are
-- ended where the server lets kompl_owner do so. Only the home tenant's administrator or the platform may; nobody themselves.
CREATE FUNCTION public.suspend_person(p_user uuid) RETURNS void
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

CREATE FUNCTION public.resume_person(p_user uuid) RETURNS void
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

-- Row, licence, six roles and an empty schema. The tables come from the migrator, in the same transaction.
CREATE FUNCTION public.create_tenant_record(p_name text, p_domain text, p_config jsonb, p_licence_type text, p_licence_start date,
  p_licence_end date, p_id uuid DEFAULT gen_random_uuid())
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  space text := 'tenant_' || replace(p_id::text, '-', '');
  fn text;
BEGIN
  PERFORM public.require_administrator(NULL);
  INSERT INTO public.tenants (id, name, domain, config) VALUES (p_id, btrim(p_name), lower(p_domain), coalesce(p_config, '{}'));
  INSERT INTO public.licenses (tenant_id, type, start_date, end_date)
  VALUES (p_id, p_licence_type, p_licence_start, p_licence_end);
  EXECUTE format('CREATE SCHEMA %I', space);
  FOREACH fn IN ARRAY ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'] LOOP
    EXECUTE format('CREATE ROLE %I NOLOGIN', public.tenant_role(p_id, fn));
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', space, public.tenant_role(p_id, fn));
    -- An administrator without superuser rights acts on behalf of a person by taking this role on; the owner could anyway.
    EXECUTE format('GRANT %I TO kompl_owner', public.tenant_role(p_id, fn));
  END LOOP;
  PERFORM private.log_event('tenant.create', 'tenants', p_id, p_id, NULL,
    jsonb_build_object('name', btrim(p_name), 'domain', lower(p_domain), 'licence', p_licence_type));
  RETURN p_id;
END
$$;

REVOKE ALL ON FUNCTION public.may_administer(uuid), public.require_administrator(uuid), public.tenant_role(uuid, text),
  public.join_tenant(uuid, uuid, text), public.create_tenant_record(text, text, jsonb, text, date, date, uuid),
  public.create_person(text, text, text, text, uuid, text), public.grant_membership(uuid, uuid, text),
  public.revoke_membership(uuid, uuid, text), public.suspend_person(uuid), public.resume_person(uuid) FROM PUBLIC;

-- Open to every login, for each checks the caller itself.
GRANT EXECUTE ON FUNCTION public.create_person(text, text, text, text, uuid, text), public.grant_membership(uuid, uuid, text),
  public.revoke_membership(uuid, uuid, text), public.suspend_person(uuid), public.resume_person(uuid),
  public.create_tenant_record(text, text, jsonb, text, date, date, uuid) TO PUBLIC;
