-- Licence and suspension, held by the server: a tenant that is suspended, or whose licence does not cover the day, is closed to
-- its people, in psql as in the workstation. Closing takes USAGE on the schema from the six roles; a trigger on every guarded
-- table refuses writes already before that was done. Codes raised: 55000 with the constraint's name (tenant_suspended,
-- tenant_closed, licence_ended, licence_not_started, licence_suspended, licence_feature, licence_storage), 42501, P0002, 22023,
-- KP006.

-- when the schema was closed to the tenant's people; null: it is open
ALTER TABLE public.licenses ADD COLUMN shut_at timestamptz;

-- How a tenant stands: open, or why not. Days are generous: a licence holds as long as its last day lasts anywhere on Earth,
-- and begins where its first day begins first, so that the server is never stricter than a laptop in its own time zone.
CREATE FUNCTION public.tenant_state(p_tenant uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE
    WHEN t.is_deleted OR t.status = 'closed' THEN 'tenant_closed'
    WHEN t.status <> 'active' THEN 'tenant_suspended'
    WHEN l.id IS NULL OR l.end_date < (now() AT TIME ZONE 'Etc/GMT+12')::date THEN 'licence_ended'
    WHEN l.start_date > (now() AT TIME ZONE 'Etc/GMT-14')::date THEN 'licence_not_started'
    WHEN l.status <> 'active' THEN 'licence_suspended'
    ELSE 'open' END
  FROM public.tenants t LEFT JOIN public.licenses l ON l.tenant_id = t.id
  WHERE t.id = p_tenant
$$;

-- What every write under a role of the tenant asks first, in one look-up: is the tenant open, does the licence cover this domain
-- of work, and does the person still have the function that the connection took on? A statement under any other role comes
-- from a function of the owner, which decided already; whoever acts for nobody restores or migrates. Both pass.
CREATE FUNCTION public.require_open_tenant(p_tenant uuid, p_domain text DEFAULT '') RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_function text := substr(v_role, 41);
  v_state text;
  v_person uuid;
BEGIN
  IF left(v_role, 40) <> 'tenant_' || replace(p_tenant::text, '-', '') || '_' THEN
    RETURN;
  END IF;
  SELECT CASE
      WHEN t.status = 'active' AND NOT t.is_deleted AND l.status = 'active'
        AND l.end_date >= (now() AT TIME ZONE 'Etc/GMT+12')::date AND l.start_date <= (now() AT TIME ZONE 'Etc/GMT-14')::date
      THEN CASE WHEN l.features -> p_domain = 'false' THEN 'licence_feature' ELSE 'open' END
      ELSE public.tenant_state(p_tenant) END,
    (SELECT m.user_id FROM public.users u JOIN public.tenant_memberships m ON m.user_id = u.id
     WHERE u.db_role = session_user::text AND m.tenant_id = p_tenant AND m.function = v_function
       AND u.status = 'active' AND NOT u.is_deleted AND (m.expires_at IS NULL OR m.expires_at > now()))
  INTO v_state, v_person
  FROM public.tenants t LEFT JOIN public.licenses l ON l.tenant_id = t.id
  WHERE t.id = p_tenant;
  IF v_state = 'open' AND v_person IS NOT NULL THEN
    RETURN;
  END IF;

  -- An administrator's login, acting for somebody or for nobody.
  IF left(session_user::text, 2) <> 'u_' THEN
    v_person := public.current_person();
    IF v_person IS NULL THEN
      RETURN;
    END IF;
    PERFORM FROM public.users u JOIN public.tenant_memberships m ON m.user_id = u.id
    WHERE u.id = v_person AND m.tenant_id = p_tenant AND m.function = v_function
      AND u.status = 'active' AND NOT u.is_deleted AND (m.expires_at IS NULL OR m.expires_at > now());
    IF NOT FOUND THEN
      v_person := NULL;
    END IF;
  END IF;
  IF v_state IS DISTINCT FROM 'open' THEN
    v_state := coalesce(v_state, 'tenant_closed');
    RAISE EXCEPTION '%', CASE v_state
        WHEN 'tenant_suspended' THEN 'this tenant is suspended'
        WHEN 'tenant_closed' THEN 'this tenant is closed'
        WHEN 'licence_ended' THEN 'the licence of this tenant has ended'
        WHEN 'licence_not_started' THEN 'the licence of this tenant has not started'
        WHEN 'licence_suspended' THEN 'the licence of this tenant is suspended'
        ELSE 'the licence of this tenant does not cover ' || p_domain END
      USING ERRCODE = '55000', CONSTRAINT = v_state;
  END IF;
  IF v_person IS NULL THEN
    RAISE EXCEPTION 'there is no such membership any more' USING ERRCODE = '42501';
  END IF;
END
$$;

-- A number of the licence's limits; null: none. Keys: users, storageBytes.
CREATE FUNCTION public.licence_limit(p_tenant uuid, p_key text) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT (l.limits ->> p_key)::numeric FROM public.licenses l WHERE l.tenant_id = p_tenant
$$;

-- Opens or closes the schema as the tenant stands. Idempotent. True: something changed.
CREATE FUNCTION public.apply_tenant_state(p_tenant uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  space text := 'tenant_' || replace(p_tenant::text, '-', '');
  shut boolean;
  fn text;
BEGIN
  PERFORM FROM public.tenants WHERE id = p_tenant FOR NO KEY UPDATE;
  shut := public.tenant_state(p_tenant) <> 'open';
  UPDATE public.licenses SET shut_at = CASE WHEN shut THEN now() END WHERE tenant_id = p_tenant AND (shut_at IS NOT NULL) <> shut;
  IF NOT FOUND OR to_regnamespace(space) IS NULL THEN
    RETURN false;
  END IF;
  FOREACH fn IN ARRAY ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'] LOOP
    IF shut THEN
      EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM %I', space, public.tenant_role(p_tenant, fn));
    ELSE
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', space, public.tenant_role(p_tenant, fn));
    END IF;
  END LOOP;
  RETURN true;
END
$$;

-- Whoever is in the middle of something in the tenant's tables is cut off with the commit that closes it.
CREATE FUNCTION public.end_tenant_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF pg_has_role('kompl_owner', 'pg_signal_backend', 'USAGE') THEN
    PERFORM pg_terminate_backend(busy.pid)
    FROM (
      SELECT DISTINCT k.pid FROM pg_locks k JOIN pg_class c ON c.oid = k.relation
      WHERE k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        AND c.relnamespace = to_regnamespace('tenant_' || replace(NEW.tenant_id::text, '-', ''))
    ) busy
    JOIN pg_stat_activity a ON a.pid = busy.pid
    WHERE left(a.usename, 2) = 'u_' AND busy.pid <> pg_backend_pid();
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER end_tenant_sessions AFTER UPDATE ON public.licenses DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.shut_at IS NOT NULL AND OLD.shut_at IS NULL) EXECUTE FUNCTION public.end_tenant_sessions();

-- The platform's only: a tenant does not close or open itself.
CREATE FUNCTION public.suspend_tenant(p_tenant uuid, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.require_administrator(NULL);
  IF coalesce(btrim(p_reason), '') = '' THEN
    RAISE EXCEPTION 'a suspension has a reason' USING ERRCODE = 'KP006';
  END IF;
  UPDATE public.tenants SET status = 'suspended' WHERE id = p_tenant AND NOT is_deleted AND status IN ('active', 'suspended');
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  PERFORM public.apply_tenant_state(p_tenant);
  PERFORM private.log_event('tenant.suspend', 'tenants', p_tenant, p_tenant, NULL, jsonb_build_object('reason', btrim(p_reason)));
END
$$;

CREATE FUNCTION public.resume_tenant(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.require_administrator(NULL);
  UPDATE public.tenants SET status = 'active' WHERE id = p_tenant AND NOT is_deleted AND status IN ('active', 'suspended');
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  PERFORM public.apply_tenant_state(p_tenant);
  PERFORM private.log_event('tenant.resume', 'tenants', p_tenant, p_tenant, NULL, NULL);
END
$$;

-- Sets the tenant's one licence. features: a domain (regops, auditops, privacyops, riskops, knowledge) → false where it is
-- switched off. limits: users, storageBytes → a whole number; left out: no limit. Null keeps what there is.
CREATE FUNCTION public.set_licence(p_tenant uuid, p_type text, p_start date, p_end date, p_features jsonb DEFAULT NULL,
  p_limits jsonb DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former public.licenses;
  present public.licenses;
BEGIN
  PERFORM public.require_administrator(NULL);
  IF jsonb_typeof(p_features) <> 'object' OR jsonb_typeof(p_limits) <> 'object' THEN
    RAISE EXCEPTION 'features and limits are objects' USING ERRCODE = '22023';
  END IF;
  IF EXISTS (SELECT FROM jsonb_each(p_features) f
    WHERE f.key NOT IN ('regops', 'auditops', 'privacyops', 'riskops', 'knowledge') OR jsonb_typeof(f.value) <> 'boolean') THEN
    RAISE EXCEPTION 'a feature is regops, auditops, privacyops, riskops or knowledge, true or false' USING ERRCODE = '22023';
  END IF;
  IF EXISTS (SELECT FROM jsonb_each(p_limits) l
    WHERE l.key NOT IN ('users', 'storageBytes') OR l.value::text !~ '^(null|[0-9]{1,16})$') THEN
    RAISE EXCEPTION 'a limit is users or storageBytes, a whole number' USING ERRCODE = '22023';
  END IF;
  PERFORM FROM public.tenants WHERE id = p_tenant AND NOT is_deleted FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  SELECT * INTO former FROM public.licenses WHERE tenant_id = p_tenant;
  INSERT INTO public.licenses AS l (tenant_id, type, start_date, end_date, features, limits)
  VALUES (p_tenant, btrim(p_type), p_start, p_end, coalesce(p_features, '{}'), coalesce(p_limits, '{}'))
  ON CONFLICT (tenant_id) DO UPDATE SET type = excluded.type, start_date = excluded.start_date, end_date = excluded.end_date,
    features = coalesce(p_features, l.features), limits = coalesce(p_limits, l.limits)
  RETURNING * INTO present;
  PERFORM public.apply_tenant_state(p_tenant);
  PERFORM private.log_event('licence.set', 'licenses', present.id, p_tenant,
    to_jsonb(former) - ARRAY['id', 'tenant_id', 'created_at', 'updated_at', 'shut_at'],
    to_jsonb(present) - ARRAY['id', 'tenant_id', 'created_at', 'updated_at', 'shut_at']);
END
$$;

-- Closes what is over and opens what has begun. Runs with every sign-in of anybody; may be called by everybody at any time, for
-- it does only what is due. Returns how many tenants changed.
CREATE FUNCTION public.enforce_licences() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant uuid;
  changed integer := 0;
BEGIN
  FOR tenant IN
    SELECT l.tenant_id FROM public.licenses l
    WHERE (l.shut_at IS NOT NULL) <> (public.tenant_state(l.tenant_id) <> 'open') ORDER BY l.tenant_id
  LOOP
    IF public.apply_tenant_state(tenant) THEN
      PERFORM private.log_event('licence.enforce', 'tenants', tenant, tenant, NULL,
        jsonb_build_object('state', public.tenant_state(tenant)));
      changed := changed + 1;
    END IF;
  END LOOP;
  RETURN changed;
END
$$;

CREATE OR REPLACE FUNCTION public.after_sign_in() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_WHEN = 'BEFORE' THEN
    NEW.failed_sign_ins := 0;
    RETURN NEW;
  END IF;
  PERFORM public.enforce_memberships();
  PERFORM public.enforce_licences();
  RETURN NULL;
END
$$;

-- As in 0003; and the administrator of a tenant that is closed administers nobody.
CREATE OR REPLACE FUNCTION public.may_administer(p_tenant uuid) RETURNS boolean
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
            AND (m.expires_at IS NULL OR m.expires_at > now()) AND public.tenant_state(m.tenant_id) = 'open')));
END
$$;

-- The tenants that the caller administers; all of them for the platform.
CREATE FUNCTION public.tenant_directory()
RETURNS TABLE (id uuid, name text, domain text, status text, state text, created_at timestamptz, config jsonb, licence_type text,
  licence_start date, licence_end date, features jsonb, limits jsonb, people bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  everywhere boolean := public.may_administer(NULL);
BEGIN
  RETURN QUERY
  SELECT t.id, t.name::text, t.domain::text, t.status::text, public.tenant_state(t.id), t.created_at, t.config, l.type::text,
    l.start_date, l.end_date, l.features, l.limits,
    (SELECT count(DISTINCT m.user_id) FROM public.tenant_memberships m
     WHERE m.tenant_id = t.id AND (m.expires_at IS NULL OR m.expires_at > now()))
  FROM public.tenants t LEFT JOIN public.licenses l ON l.tenant_id = t.id
  WHERE NOT t.is_deleted AND (everywhere OR public.may_administer(t.id))
  ORDER BY t.name, t.id;
END
$$;

-- What of the licence is used: people and bytes of evidence, with their limits (null: none).
CREATE FUNCTION public.licence_usage(p_tenant uuid)
RETURNS TABLE (people bigint, people_limit numeric, storage_bytes bigint, storage_limit numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  store regclass := to_regclass(format('%I.storage_usage', 'tenant_' || replace(p_tenant::text, '-', '')));
BEGIN
  PERFORM public.require_administrator(p_tenant);
  people := (SELECT count(DISTINCT m.user_id) FROM public.tenant_memberships m
    WHERE m.tenant_id = p_tenant AND (m.expires_at IS NULL OR m.expires_at > now()));
  people_limit := public.licence_limit(p_tenant, 'users');
  storage_limit := public.licence_limit(p_tenant, 'storageBytes');
  IF store IS NOT NULL THEN
    EXECUTE format('SELECT s.bytes FROM %s s', store) INTO storage_bytes;
  END IF;
  RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION public.tenant_state(uuid), public.require_open_tenant(uuid, text), public.licence_limit(uuid, text),
  public.apply_tenant_state(uuid), public.end_tenant_sessions(), public.after_sign_in(), public.may_administer(uuid) FROM PUBLIC;

-- Open to every login, for each checks the caller itself or does only what is due.
GRANT EXECUTE ON FUNCTION public.suspend_tenant(uuid, text), public.resume_tenant(uuid),
  public.set_licence(uuid, text, date, date, jsonb, jsonb), public.enforce_licences(), public.tenant_directory(),
  public.licence_usage(uuid) TO PUBLIC;
