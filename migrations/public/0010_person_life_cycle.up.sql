-- The life of a person: joining with an end and a reason, being locked, changing and resetting a password, being removed.
-- Every function checks the caller itself, so it holds from psql too. What ends somebody's rights ends their connections when
-- it is committed. Codes raised beside those of 0003: 55000 with the constraint's name for what the state of things forbids
-- (last_administrator, licence_users, isolation), KP006 where a reason is missing.

-- locked: refused at sign-in after too many wrong passwords, until an administrator lifts it; nothing else changes
ALTER TABLE public.users ADD COLUMN locked_at timestamptz;
ALTER TABLE public.users ADD COLUMN failed_sign_ins integer NOT NULL DEFAULT 0 CHECK (failed_sign_ins >= 0);
ALTER TABLE public.tenant_memberships ADD COLUMN granted_by uuid;
ALTER TABLE public.tenant_memberships ADD COLUMN reason varchar(500);
-- when the database role was taken back; until then a membership whose time is over waits for the sweep
ALTER TABLE public.tenant_memberships ADD COLUMN ended_at timestamptz;
UPDATE public.tenant_memberships SET ended_at = expires_at WHERE expires_at <= now();
CREATE INDEX tenant_memberships_due_idx ON public.tenant_memberships (expires_at)
  WHERE ended_at IS NULL AND expires_at IS NOT NULL;

-- Counts that decide (seats, the last administrator) are taken under the lock of the tenant's row. A transaction that kept an
-- older view of the data would count wrongly and is refused.
CREATE FUNCTION public.lock_tenant(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'run this in a READ COMMITTED transaction' USING ERRCODE = '55000', CONSTRAINT = 'isolation';
  END IF;
  PERFORM FROM public.tenants WHERE id = p_tenant FOR NO KEY UPDATE;
END
$$;

-- Every tenant of a person, in one order, so that two administrators never wait for each other.
CREATE FUNCTION public.lock_tenants_of(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant uuid;
BEGIN
  FOR tenant IN SELECT DISTINCT m.tenant_id FROM public.tenant_memberships m WHERE m.user_id = p_user ORDER BY 1 LOOP
    PERFORM public.lock_tenant(tenant);
  END LOOP;
END
$$;

-- The tenant's own trail hears of its roles too, where it has one already.
CREATE FUNCTION public.note_role_event(p_tenant uuid, p_user uuid, p_event text, p_details jsonb, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  space text := 'tenant_' || replace(p_tenant::text, '-', '');
BEGIN
  IF to_regprocedure(format('%I.record_access(text, text, uuid, jsonb, text)', space)) IS NOT NULL THEN
    EXECUTE format('SELECT %I.record_access($1, $2, $3, $4, $5)', space)
      USING 'role', 'people', p_user, jsonb_build_object('event', p_event) || coalesce(p_details, '{}'), p_reason;
  END IF;
END
$$;

CREATE FUNCTION public.is_platform_person(p_user uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce((
    SELECT pg_has_role(r.oid, 'kompl_platform', 'MEMBER') FROM public.users u JOIN pg_roles r ON r.rolname = u.db_role
    WHERE u.id = p_user), false)
$$;

-- Refuses to take a tenant its last administrator. One whose membership will end, or who is suspended, does not count.
CREATE FUNCTION public.require_other_administrator(p_tenant uuid, p_user uuid) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM public.tenant_memberships m JOIN public.tenants t ON t.id = m.tenant_id AND NOT t.is_deleted
    WHERE m.tenant_id = p_tenant AND m.user_id = p_user AND m.function = 'admin' AND m.expires_at IS NULL
  ) AND NOT EXISTS (
    SELECT FROM public.tenant_memberships m JOIN public.users u ON u.id = m.user_id
    WHERE m.tenant_id = p_tenant AND m.user_id <> p_user AND m.function = 'admin' AND m.expires_at IS NULL
      AND u.status = 'active' AND NOT u.is_deleted
  ) THEN
    RAISE EXCEPTION 'this is the last administrator of the tenant' USING ERRCODE = '55000', CONSTRAINT = 'last_administrator';
  END IF;
END
$$;

-- Rights that end take the connections along, at the end of the transaction: a role that a connection took on before would
-- otherwise stay with it.
CREATE FUNCTION public.end_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person uuid := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
  IF pg_has_role('kompl_owner', 'pg_signal_backend', 'USAGE') THEN
    PERFORM pg_terminate_backend(a.pid)
    FROM pg_stat_activity a JOIN public.users u ON u.db_role = a.usename
    WHERE u.id = person AND a.datname = current_database() AND a.pid <> pg_backend_pid();
  END IF;
  RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER end_sessions AFTER UPDATE ON public.tenant_memberships DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL) EXECUTE FUNCTION public.end_sessions('user_id');
CREATE CONSTRAINT TRIGGER end_sessions AFTER UPDATE ON public.users DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status <> 'active' AND OLD.status = 'active' OR NEW.is_deleted AND NOT OLD.is_deleted
    OR NEW.password_hash <> OLD.password_hash) EXECUTE FUNCTION public.end_sessions('id');

-- Ends the memberships whose time is over. Runs with every sign-in of anybody; may be called by everybody at any time, for it
-- does only what is due. Returns how many.
CREATE FUNCTION public.enforce_memberships() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  due record;
  ended integer := 0;
BEGIN
  FOR due IN
    SELECT m.user_id, m.tenant_id, m.function, u.db_role
    FROM public.tenant_memberships m JOIN public.users u ON u.id = m.user_id
    WHERE m.ended_at IS NULL AND m.expires_at <= now()
    ORDER BY m.tenant_id, m.user_id FOR UPDATE OF m SKIP LOCKED
  LOOP
    IF to_regrole(public.tenant_role(due.tenant_id, due.function)) IS NOT NULL THEN
      EXECUTE format('REVOKE %I FROM %I', public.tenant_role(due.tenant_id, due.function), due.db_role);
    END IF;
    UPDATE public.tenant_memberships m SET ended_at = now()
    WHERE m.user_id = due.user_id AND m.tenant_id = due.tenant_id AND m.function = due.function;
    PERFORM private.log_event('membership.expire', 'users', due.user_id, due.tenant_id,
      jsonb_build_object('function', due.function), NULL);
    PERFORM public.note_role_event(due.tenant_id, due.user_id, 'membership.expire',
      jsonb_build_object('function', due.function), NULL);
    ended := ended + 1;
  END LOOP;
  RETURN ended;
END
$$;

-- Whoever signed in had the right password; and somebody's sign-in is the moment to look for what is due.
CREATE FUNCTION public.after_sign_in() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_WHEN = 'BEFORE' THEN
    NEW.failed_sign_ins := 0;
    RETURN NEW;
  END IF;
  PERFORM public.enforce_memberships();
  RETURN NULL;
END
$$;
CREATE TRIGGER after_sign_in_reset BEFORE UPDATE OF last_login ON public.users
  FOR EACH ROW EXECUTE FUNCTION public.after_sign_in();
CREATE TRIGGER after_sign_in_sweep AFTER UPDATE OF last_login ON public.users
  FOR EACH ROW EXECUTE FUNCTION public.after_sign_in();

DROP FUNCTION public.join_tenant(uuid, uuid, text);
CREATE FUNCTION public.join_tenant(p_user uuid, p_tenant uuid, p_function text, p_expires_at timestamptz DEFAULT NULL,
  p_reason text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users;
  seats numeric;
BEGIN
  PERFORM FROM public.tenants WHERE id = p_tenant AND NOT is_deleted;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  PERFORM public.lock_tenant(p_tenant);
  SELECT * INTO person FROM public.users WHERE id = p_user AND NOT is_deleted FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such person' USING ERRCODE = 'P0002';
  END IF;
  SELECT (l.limits ->> 'users')::numeric INTO seats FROM public.licenses l WHERE l.tenant_id = p_tenant;
  IF seats IS NOT NULL AND seats <= (
    SELECT count(DISTINCT m.user_id) FROM public.tenant_memberships m
    WHERE m.tenant_id = p_tenant AND m.user_id <> p_user AND (m.expires_at IS NULL OR m.expires_at > now())
  ) THEN
    RAISE EXCEPTION 'the licence covers % people, and all places are taken', seats
      USING ERRCODE = '55000', CONSTRAINT = 'licence_users', DETAIL = seats::text;
  END IF;
  INSERT INTO public.tenant_memberships (user_id, tenant_id, function, expires_at, reason, granted_by)
  VALUES (p_user, p_tenant, p_function, p_expires_at, nullif(btrim(p_reason), ''), public.current_person())
  ON CONFLICT (user_id, tenant_id, function) DO UPDATE
    SET expires_at = excluded.expires_at, reason = excluded.reason, granted_by = excluded.granted_by, ended_at = NULL;
  IF person.status = 'active' THEN
    EXECUTE format('GRANT %I TO %I', public.tenant_role(p_tenant, p_function), person.db_role);
  END IF;
  PERFORM public.note_role_event(p_tenant, p_user, 'membership.grant',
    jsonb_build_object('function', p_function, 'expiresAt', p_expires_at), p_reason);
END
$$;

-- As in 0003; and somebody who was removed comes back under their old id, by whoever may administer where they were at home.
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

  IF p_home_tenant IS NOT NULL THEN
    PERFORM public.join_tenant(person, p_home_tenant, p_function);
  END IF;
  PERFORM private.log_event(CASE WHEN back THEN 'person.return' ELSE 'person.create' END, 'users', person, p_home_tenant, NULL,
    jsonb_build_object('email', address, 'function', p_function));
  RETURN QUERY SELECT person, login;
END
$$;

DROP FUNCTION public.grant_membership(uuid, uuid, text);
-- Nobody widens their own rights. Somebody of the platform comes in for a reason, and for at most 31 days at a time.
CREATE FUNCTION public.grant_membership(p_user uuid, p_tenant uuid, p_function text, p_expires_at timestamptz DEFAULT NULL,
  p_reason text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.require_administrator(p_tenant);
  PERFORM public.tenant_role(p_tenant, p_function);
  IF p_user = public.current_person() THEN
    RAISE EXCEPTION 'nobody grants a function to themselves' USING ERRCODE = '42501';
  END IF;
  IF p_expires_at <= now() OR p_expires_at > now() + interval '10 years' THEN
    RAISE EXCEPTION 'a membership ends in the future, within ten years' USING ERRCODE = '22023';
  END IF;
  IF public.is_platform_person(p_user) THEN
    IF coalesce(btrim(p_reason), '') = '' THEN
      RAISE EXCEPTION 'somebody of the platform is let in for a reason' USING ERRCODE = 'KP006';
    END IF;
    IF p_expires_at IS NULL OR p_expires_at > now() + interval '31 days' THEN
      RAISE EXCEPTION 'somebody of the platform is let in for at most 31 days' USING ERRCODE = '22023';
    END IF;
  END IF;
  PERFORM public.lock_tenant(p_tenant);
  PERFORM public.require_administrator(p_tenant);
  IF p_function = 'admin' AND p_expires_at IS NOT NULL THEN
    PERFORM public.require_other_administrator(p_tenant, p_user);
  END IF;
  PERFORM public.join_tenant(p_user, p_tenant, p_function, p_expires_at, p_reason);
  PERFORM private.log_event('membership.grant', 'users', p_user, p_tenant, NULL,
    jsonb_build_object('function', p_function, 'expiresAt', p_expires_at, 'reason', nullif(btrim(p_reason), '')));
END
$$;

CREATE OR REPLACE FUNCTION public.revoke_membership(p_user uuid, p_tenant uuid, p_function text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  login text;
BEGIN
  PERFORM public.require_administrator(p_tenant);
  PERFORM public.lock_tenant(p_tenant);
  PERFORM public.require_administrator(p_tenant);
  IF p_function = 'admin' THEN
    PERFORM public.require_other_administrator(p_tenant, p_user);
  END IF;
  UPDATE public.tenant_memberships SET expires_at = least(expires_at, now()), ended_at = now()
  WHERE user_id = p_user AND tenant_id = p_tenant AND function = p_function AND ended_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such membership' USING ERRCODE = 'P0002';
  END IF;
  SELECT u.db_role INTO login FROM public.users u WHERE u.id = p_user;
  EXECUTE format('REVOKE %I FROM %I', public.tenant_role(p_tenant, p_function), login);
  PERFORM private.log_event('membership.revoke', 'users', p_user, p_tenant, jsonb_build_object('function', p_function), NULL);
  PERFORM public.note_role_event(p_tenant, p_user, 'membership.revoke', jsonb_build_object('function', p_function), NULL);
END
$$;

-- The person, locked for a change by somebody who may administer them: an administrator of the home tenant or of the platform.
-- Nobody does it to themselves.
CREATE FUNCTION public.person_to_administer(p_user uuid) RETURNS public.users
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users;
BEGIN
  SELECT * INTO person FROM public.users WHERE id = p_user AND NOT is_deleted;
  PERFORM public.require_administrator(person.tenant_id);
  IF person.id IS NULL THEN
    RAISE EXCEPTION 'no such person' USING ERRCODE = 'P0002';
  END IF;
  IF p_user = public.current_person() THEN
    RAISE EXCEPTION 'nobody does this to themselves' USING ERRCODE = '42501';
  END IF;
  PERFORM public.lock_tenants_of(p_user);
  SELECT * INTO person FROM public.users WHERE id = p_user AND NOT is_deleted FOR NO KEY UPDATE;
  IF person.id IS NULL THEN
    RAISE EXCEPTION 'no such person' USING ERRCODE = 'P0002';
  END IF;
  -- Once more: whoever waited may have lost the right meanwhile.
  PERFORM public.require_administrator(person.tenant_id);
  RETURN person;
END
$$;

CREATE FUNCTION public.note_person_event(p_user uuid, p_event text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant uuid;
BEGIN
  FOR tenant IN
    SELECT DISTINCT m.tenant_id FROM public.tenant_memberships m
    WHERE m.user_id = p_user AND (m.ended_at IS NULL OR m.ended_at = now())
  LOOP
    PERFORM public.note_role_event(tenant, p_user, p_event, NULL, NULL);
  END LOOP;
END
$$;

-- No new connection, no role of a tenant for the next statement, and open connections end with the commit.
CREATE OR REPLACE FUNCTION public.suspend_person(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users := public.person_to_administer(p_user);
  membership record;
BEGIN
  UPDATE public.users SET status = 'suspended' WHERE id = p_user;
  EXECUTE format('ALTER ROLE %I NOLOGIN', person.db_role);
  FOR membership IN SELECT tenant_id, function FROM public.tenant_memberships WHERE user_id = p_user AND ended_at IS NULL LOOP
    EXECUTE format('REVOKE %I FROM %I', public.tenant_role(membership.tenant_id, membership.function), person.db_role);
  END LOOP;
  PERFORM private.log_event('person.suspend', 'users', p_user, person.tenant_id, jsonb_build_object('status', person.status),
    jsonb_build_object('status', 'suspended'));
  PERFORM public.note_person_event(p_user, 'person.suspend');
END
$$;

CREATE OR REPLACE FUNCTION public.resume_person(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users := public.person_to_administer(p_user);
  membership record;
BEGIN
  UPDATE public.users SET status = 'active' WHERE id = p_user;
  IF person.locked_at IS NULL THEN
    EXECUTE format('ALTER ROLE %I LOGIN', person.db_role);
  END IF;
  FOR membership IN
    SELECT m.tenant_id, m.function FROM public.tenant_memberships m JOIN public.tenants t ON t.id = m.tenant_id
    WHERE m.user_id = p_user AND NOT t.is_deleted AND m.ended_at IS NULL AND (m.expires_at IS NULL OR m.expires_at > now())
  LOOP
    EXECUTE format('GRANT %I TO %I', public.tenant_role(membership.tenant_id, membership.function), person.db_role);
  END LOOP;
  PERFORM private.log_event('person.resume', 'users', p_user, person.tenant_id, jsonb_build_object('status', person.status),
    jsonb_build_object('status', 'active'));
  PERFORM public.note_person_event(p_user, 'person.resume');
END
$$;

-- For the one who checks passwords (the embedded server's host, or a watcher of a server's log): a wrong password for this
-- address. Locks at the twentieth in a row, or at the number in global_config 'sign_in.lock_after' (0: never). True: locked.
CREATE FUNCTION public.note_failed_sign_in(p_email text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users;
  most integer := coalesce((
    SELECT (c.value #>> '{}')::integer FROM public.global_config c
    WHERE c.key = 'sign_in.lock_after' AND jsonb_typeof(c.value) = 'number'), 20);
BEGIN
  UPDATE public.users SET failed_sign_ins = failed_sign_ins + 1 WHERE email = lower(btrim(p_email)) AND NOT is_deleted
  RETURNING * INTO person;
  IF person.id IS NULL OR person.locked_at IS NOT NULL OR most = 0 OR person.failed_sign_ins < most THEN
    RETURN person.locked_at IS NOT NULL;
  END IF;
  UPDATE public.users SET locked_at = now() WHERE id = person.id;
  EXECUTE format('ALTER ROLE %I NOLOGIN', person.db_role);
  PERFORM private.log_event('person.lock', 'users', person.id, person.tenant_id, NULL,
    jsonb_build_object('failedSignIns', person.failed_sign_ins));
  RETURN true;
END
$$;

-- Lifts a lock; a person who was suspended as well stays suspended.
CREATE FUNCTION public.unlock_person(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users := public.person_to_administer(p_user);
BEGIN
  UPDATE public.users SET locked_at = NULL, failed_sign_ins = 0 WHERE id = p_user;
  IF person.status = 'active' THEN
    EXECUTE format('ALTER ROLE %I LOGIN', person.db_role);
  END IF;
  PERFORM private.log_event('person.unlock', 'users', p_user, person.tenant_id,
    jsonb_build_object('lockedAt', person.locked_at), NULL);
  PERFORM public.note_person_event(p_user, 'person.unlock');
END
$$;

-- The verifier is made where the password is typed. Other connections of the person end; this one stays.
CREATE FUNCTION public.change_my_password(p_verifier text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users;
BEGIN
  SELECT * INTO person FROM public.users
  WHERE id = public.current_person() AND status = 'active' AND NOT is_deleted FOR NO KEY UPDATE;
  IF person.id IS NULL THEN
    RAISE EXCEPTION 'no person is signed in' USING ERRCODE = '42501';
  END IF;
  UPDATE public.users SET password_hash = p_verifier WHERE id = person.id;
  EXECUTE format('ALTER ROLE %I PASSWORD %L', person.db_role, p_verifier);
  PERFORM private.log_event('person.password', 'users', person.id, person.tenant_id, NULL, NULL);
END
$$;

-- By somebody else. Whoever could sign in as a person could go wherever that person may go: so an administrator resets only
-- whom no other tenant trusts; for all others it is the platform's to do.
CREATE FUNCTION public.reset_password(p_user uuid, p_verifier text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users := public.person_to_administer(p_user);
BEGIN
  IF NOT public.may_administer(NULL) AND (public.is_platform_person(p_user) OR EXISTS (
    SELECT FROM public.tenant_memberships m
    WHERE m.user_id = p_user AND m.ended_at IS NULL AND (m.expires_at IS NULL OR m.expires_at > now())
      AND NOT public.may_administer(m.tenant_id)
  )) THEN
    RAISE EXCEPTION 'this person also works for others: the platform resets the password' USING ERRCODE = '42501';
  END IF;
  UPDATE public.users SET password_hash = p_verifier, locked_at = NULL, failed_sign_ins = 0 WHERE id = p_user;
  EXECUTE format('ALTER ROLE %I PASSWORD %L', person.db_role, p_verifier);
  IF person.status = 'active' THEN
    EXECUTE format('ALTER ROLE %I LOGIN', person.db_role);
  END IF;
  PERFORM private.log_event('person.password_reset', 'users', p_user, person.tenant_id, NULL, NULL);
  PERFORM public.note_person_event(p_user, 'person.password_reset');
END
$$;

-- For good: no sign-in, no role, no membership, no verifier. The row stays, and with it the name in the history.
CREATE FUNCTION public.remove_person(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person public.users := public.person_to_administer(p_user);
  membership record;
BEGIN
  FOR membership IN SELECT tenant_id, function FROM public.tenant_memberships WHERE user_id = p_user AND ended_at IS NULL LOOP
    IF membership.function = 'admin' THEN
      PERFORM public.require_other_administrator(membership.tenant_id, p_user);
    END IF;
    EXECUTE format('REVOKE %I FROM %I', public.tenant_role(membership.tenant_id, membership.function), person.db_role);
    PERFORM private.log_event('membership.revoke', 'users', p_user, membership.tenant_id,
      jsonb_build_object('function', membership.function), NULL);
  END LOOP;
  IF public.is_platform_person(p_user) THEN
    EXECUTE format('REVOKE kompl_platform FROM %I', person.db_role);
  END IF;
  UPDATE public.tenant_memberships SET expires_at = least(expires_at, now()), ended_at = now()
  WHERE user_id = p_user AND ended_at IS NULL;
  EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', person.db_role);
  UPDATE public.users SET is_deleted = true, deleted_at = now(), deleted_by = public.current_person(), locked_at = NULL,
    failed_sign_ins = 0,
    -- fits no password
    password_hash = 'SCRAM-SHA-256$4096:' || repeat('A', 22) || '==$' || repeat('A', 43) || '=:' || repeat('A', 43) || '='
  WHERE id = p_user;
  PERFORM private.log_event('person.remove', 'users', p_user, person.tenant_id,
    jsonb_build_object('email', person.email, 'status', person.status), NULL);
  PERFORM public.note_person_event(p_user, 'person.remove');
END
$$;

-- An address as an administrator of the tenant types it. They learn no more than the refusal of a second person of that
-- address would tell them.
CREATE FUNCTION public.person_by_email(p_tenant uuid, p_email text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.require_administrator(p_tenant);
  RETURN (SELECT u.id FROM public.users u WHERE u.email = lower(btrim(p_email)) AND NOT u.is_deleted);
END
$$;

-- A tenant's people as its administrator manages them, former ones included; a row a person.
CREATE FUNCTION public.tenant_people(p_tenant uuid)
RETURNS TABLE (id uuid, email text, first_name text, last_name text, status text, home boolean, platform boolean,
  last_login timestamptz, memberships jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM public.require_administrator(p_tenant);
  RETURN QUERY
  SELECT u.id, u.email::text, u.first_name::text, u.last_name::text,
    CASE WHEN u.is_deleted THEN 'removed' WHEN u.status = 'suspended' THEN 'suspended' WHEN m.held IS NULL THEN 'former'
      WHEN u.locked_at IS NOT NULL THEN 'locked' ELSE 'active' END,
    u.tenant_id IS NOT DISTINCT FROM p_tenant, public.is_platform_person(u.id), u.last_login, coalesce(m.held, '[]')
  FROM (
    SELECT tm.user_id, jsonb_agg(jsonb_build_object('function', tm.function, 'since', tm.created_at, 'expiresAt', tm.expires_at,
        'reason', tm.reason) ORDER BY tm.function)
      FILTER (WHERE tm.ended_at IS NULL AND (tm.expires_at IS NULL OR tm.expires_at > now())) AS held
    FROM public.tenant_memberships tm WHERE tm.tenant_id = p_tenant GROUP BY tm.user_id
  ) m
  JOIN public.users u ON u.id = m.user_id
  ORDER BY u.email;
END
$$;

-- Locked persons are told apart by the one who checks passwords.
CREATE OR REPLACE FUNCTION public.person_for_sign_in(p_email text)
RETURNS TABLE (id uuid, db_role text, password_hash text, status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.id, u.db_role::text, u.password_hash::text,
    CASE WHEN u.status = 'active' AND u.locked_at IS NOT NULL THEN 'locked' ELSE u.status::text END
  FROM public.users u
  WHERE u.email = lower(p_email) AND NOT u.is_deleted
$$;

-- What PgBouncer asks (auth_query): people of this database and nobody else. Whoever sets it up grants it to its look-up login.
CREATE FUNCTION public.pooler_lookup(p_login text) RETURNS TABLE (username text, password text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.db_role::text, u.password_hash::text
  FROM public.users u JOIN pg_catalog.pg_roles r ON r.rolname = u.db_role
  WHERE u.db_role = p_login AND NOT u.is_deleted AND u.status = 'active' AND u.locked_at IS NULL
    AND r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolreplication
$$;

REVOKE ALL ON FUNCTION public.lock_tenant(uuid), public.lock_tenants_of(uuid), public.is_platform_person(uuid),
  public.note_role_event(uuid, uuid, text, jsonb, text), public.require_other_administrator(uuid, uuid), public.end_sessions(),
  public.after_sign_in(), public.join_tenant(uuid, uuid, text, timestamptz, text), public.person_to_administer(uuid),
  public.note_person_event(uuid, text), public.note_failed_sign_in(text), public.pooler_lookup(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.note_failed_sign_in(text) TO kompl_platform;

-- Open to every login, for each checks the caller itself.
GRANT EXECUTE ON FUNCTION public.enforce_memberships(), public.grant_membership(uuid, uuid, text, timestamptz, text),
  public.unlock_person(uuid), public.change_my_password(text), public.reset_password(uuid, text), public.remove_person(uuid),
  public.person_by_email(uuid, text), public.tenant_people(uuid) TO PUBLIC;
