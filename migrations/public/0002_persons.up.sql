-- What a signed-in person may ask about themselves. Persons have no privilege on any registry table; these functions run as
-- kompl_owner, give each caller their own rows only, and are therefore open to every role (PUBLIC): a person's login inherits
-- nothing, so a grant to a group role would not reach it.

-- Who is acting. A person's login is its own proof: no setting changes it. Only a database administrator's login (the
-- embedded server's single user, or the command line acting on behalf) may name the person by the setting app.person.
CREATE FUNCTION public.current_person() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF left(session_user::text, 2) = 'u_' THEN
    RETURN (SELECT u.id FROM public.users u WHERE u.db_role = session_user::text AND NOT u.is_deleted);
  END IF;
  IF pg_has_role(session_user, 'kompl_owner', 'MEMBER') THEN
    RETURN nullif(current_setting('app.person', true), '')::uuid;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.me()
RETURNS TABLE (id uuid, email text, first_name text, last_name text, status text, preferences jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.id, u.email::text, u.first_name::text, u.last_name::text, u.status::text, u.preferences
  FROM public.users u
  WHERE u.id = public.current_person() AND NOT u.is_deleted
$$;

-- The tenants the caller may work in, the home tenant first, with what the shell needs to show them. A suspended person has none.
CREATE FUNCTION public.my_workspaces()
RETURNS TABLE (tenant_id uuid, schema_name text, name text, domain text, config jsonb, tenant_status text, functions text[],
  licence_type text, licence_status text, licence_start date, licence_end date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.id, 'tenant_' || replace(t.id::text, '-', ''), t.name::text, t.domain::text, t.config, t.status::text, m.functions,
    l.type::text, l.status::text, l.start_date, l.end_date
  FROM (
    SELECT tm.tenant_id, array_agg(tm.function::text ORDER BY tm.function) AS functions
    FROM public.tenant_memberships tm
    JOIN public.users u ON u.id = tm.user_id AND u.status = 'active' AND NOT u.is_deleted
    WHERE tm.user_id = public.current_person() AND (tm.expires_at IS NULL OR tm.expires_at > now())
    GROUP BY tm.tenant_id
  ) m
  JOIN public.tenants t ON t.id = m.tenant_id AND NOT t.is_deleted
  LEFT JOIN public.licenses l ON l.tenant_id = t.id
  ORDER BY t.id = (SELECT u.tenant_id FROM public.users u WHERE u.id = public.current_person()) DESC, t.name, t.id
$$;

-- Which schema versions the caller has to do with: the shared scopes, and the tenants the caller may work in (all of them
-- for a database administrator who acts for nobody).
CREATE FUNCTION public.schema_versions() RETURNS TABLE (scope text, tenant_id uuid, version text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT last.scope::text, last.tenant_id, max(last.version)::text
  FROM (
    SELECT DISTINCT ON (h.scope, h.tenant_id, h.version) h.scope, h.tenant_id, h.version, h.direction
    FROM private.migration_history h
    WHERE h.status = 'success'
    ORDER BY h.scope, h.tenant_id, h.version, h.id DESC
  ) last
  WHERE last.direction = 'up'
    AND (last.tenant_id IS NULL
      OR (public.current_person() IS NULL AND pg_has_role(session_user, 'kompl_owner', 'MEMBER'))
      OR EXISTS (
        SELECT FROM public.tenant_memberships m
        WHERE m.tenant_id = last.tenant_id AND m.user_id = public.current_person()
          AND (m.expires_at IS NULL OR m.expires_at > now())))
  GROUP BY last.scope, last.tenant_id;
END
$$;

-- Called once after each sign-in.
CREATE FUNCTION public.note_sign_in() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person uuid := public.current_person();
BEGIN
  IF person IS NULL THEN
    RAISE EXCEPTION 'no person is signed in' USING ERRCODE = '42501';
  END IF;
  UPDATE public.users SET last_login = now() WHERE id = person;
  PERFORM private.log_event('person.sign_in', 'users', person, NULL, NULL, NULL);
END
$$;

-- For the one who checks passwords: the embedded server's host and the command line. Never for a person.
CREATE FUNCTION public.person_for_sign_in(p_email text)
RETURNS TABLE (id uuid, db_role text, password_hash text, status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.id, u.db_role::text, u.password_hash::text, u.status::text
  FROM public.users u
  WHERE u.email = lower(p_email) AND NOT u.is_deleted
$$;

REVOKE ALL ON FUNCTION public.person_for_sign_in(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.current_person(), public.me(), public.my_workspaces(), public.schema_versions(),
  public.note_sign_in() TO PUBLIC;
