-- A person's own login brings the limit of a statement with it. Every read by key had it set anew, which was a thirtieth of the read;
-- and somebody in psql who forgets it holds no lock or snapshot for hours. Whoever needs longer says so, for a session or a statement.

-- As in 0010, with the limit.
CREATE OR REPLACE FUNCTION public.create_person(p_email text, p_verifier text, p_first_name text, p_last_name text,
  p_home_tenant uuid, p_function text)
RETURNS TABLE (id uuid, db_role text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  address text := lower(p_email);
  login text := 'u_' || left(encode(sha256(convert_to(lower(p_email), 'UTF8')), 'hex'), 32);
  person uuid;
  back boolean;
BEGIN
  PERFORM public.require_administrator(p_home_tenant);
  PERFORM public.tenant_role(p_home_tenant, p_function);
  IF p_home_tenant IS NOT NULL THEN
    PERFORM public.lock_tenant(p_home_tenant);
  END IF;
  UPDATE public.users u SET is_deleted = false, deleted_at = NULL, deleted_by = NULL, status = 'active', tenant_id = p_home_tenant,
    password_hash = p_verifier, role = p_function, first_name = coalesce(nullif(btrim(p_first_name), ''), u.first_name),
    last_name = coalesce(nullif(btrim(p_last_name), ''), u.last_name)
  WHERE u.email = address AND u.is_deleted AND public.may_administer(u.tenant_id)
  RETURNING u.id INTO person;
  back := FOUND;
  IF NOT back THEN
    INSERT INTO public.users (tenant_id, email, password_hash, first_name, last_name, role, db_role)
    VALUES (p_home_tenant, address, p_verifier, nullif(btrim(p_first_name), ''), nullif(btrim(p_last_name), ''), p_function, login)
    RETURNING users.id INTO person;
  END IF;

  -- Roles belong to the whole cluster. One that is there already serves another database: only the owner may share it.
  IF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = login) THEN
    IF NOT back AND (public.current_person() IS NOT NULL OR NOT pg_has_role(session_user, 'kompl_owner', 'MEMBER')) THEN
      RAISE EXCEPTION 'the role of this person exists in another database of the cluster' USING ERRCODE = '42710';
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN NOINHERIT PASSWORD %L', login, p_verifier);
  ELSE
    EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT PASSWORD %L', login, p_verifier);
  END IF;
  EXECUTE format('ALTER ROLE %I SET statement_timeout TO ''30s''', login);

  IF p_home_tenant IS NOT NULL THEN
    PERFORM public.join_tenant(person, p_home_tenant, p_function);
  END IF;
  PERFORM private.log_event(CASE WHEN back THEN 'person.return' ELSE 'person.create' END, 'users', person, p_home_tenant, NULL,
    jsonb_build_object('email', address, 'function', p_function));
  RETURN QUERY SELECT person, login;
END
$$;

DO $limits$
DECLARE
  login text;
BEGIN
  -- Roles belong to the whole cluster: a person may be known to a registry whose role is not there (a restored copy).
  FOR login IN SELECT u.db_role FROM public.users u JOIN pg_roles r ON r.rolname = u.db_role LOOP
    EXECUTE format('ALTER ROLE %I SET statement_timeout TO ''30s''', login);
  END LOOP;
END
$limits$;
