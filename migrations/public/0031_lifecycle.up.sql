-- A tenant's life after its record: the steps of its schema by an administrator of the platform, starter content, another name,
-- and the end with its grace period. Suspension and licences stand elsewhere (suspend_tenant, resume_tenant, set_licence).

ALTER TABLE public.tenants ADD COLUMN shred_after timestamptz;
ALTER TABLE public.tenants ADD COLUMN deletion_reason text;
ALTER TABLE public.tenants ADD COLUMN status_before_deletion varchar(20);
-- a deletion is scheduled with its end and its reason, or not at all
ALTER TABLE public.tenants ADD CONSTRAINT tenants_deletion_check CHECK (is_deleted
  OR (deleted_at IS NULL) = (shred_after IS NULL) AND (deleted_at IS NULL) = (deletion_reason IS NULL));

-- One step of the schema of a tenant that is being made in this very transaction. The text is taken only if its SHA-256 is that
-- of a step that the migrator, hence a database administrator, has applied to another tenant under the same version; so whoever
-- administers the platform makes tenants without owning anything.
CREATE FUNCTION public.apply_tenant_step(p_tenant uuid, p_version text, p_name text, p_sql text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  space text := 'tenant_' || replace(p_tenant::text, '-', '');
  sum text := encode(sha256(convert_to(p_sql, 'UTF8')), 'hex');
  began timestamptz := clock_timestamp();
BEGIN
  PERFORM public.require_administrator(NULL);
  PERFORM FROM public.tenants WHERE id = p_tenant AND created_at = now();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the tenant is not being made in this transaction' USING ERRCODE = '55000';
  END IF;
  IF NOT EXISTS (
    SELECT FROM private.migration_history h
    WHERE h.scope = 'tenant' AND h.version = p_version AND h.description = p_name AND h.checksum = sum AND h.status = 'success'
      AND h.direction = 'up')
  THEN
    RAISE EXCEPTION 'this step was never applied by the migrator' USING ERRCODE = '42501';
  END IF;
  IF EXISTS (SELECT FROM private.migration_history h WHERE h.tenant_id = p_tenant AND h.version >= p_version) THEN
    RAISE EXCEPTION 'steps are applied in order, once each' USING ERRCODE = '55000';
  END IF;
  PERFORM set_config('search_path', format('%I, public', space), true);
  -- the placeholders in two halves, so that the migrator does not take them for its own
  EXECUTE replace(regexp_replace(p_sql, '\{' || '\{(schema|role)\}\}', space, 'g'), '{' || '{tenant_id}}', p_tenant::text);
  INSERT INTO private.migration_history (version, description, scope, tenant_id, checksum, direction, duration_ms)
  VALUES (p_version, p_name, 'tenant', p_tenant, sum, 'up',
    greatest(0, extract(epoch FROM clock_timestamp() - began) * 1000)::integer);
END
$$;

-- Starter content for a tenant without policies and controls: { controlSet: { name, version, description }, controls: [{ ref,
-- name, description, type, family, category, frequency, priority }], policies: [{ name, description, type, version, content }] }.
-- Everything begins in its first state; the trail names whoever calls. Returns how many records were made.
CREATE FUNCTION public.fill_tenant(p_tenant uuid, p_content jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  space text := 'tenant_' || replace(p_tenant::text, '-', '');
  filled boolean;
  set_id uuid := gen_random_uuid();
  made integer;
  total integer := 0;
BEGIN
  PERFORM public.require_administrator(NULL);
  PERFORM FROM public.tenants WHERE id = p_tenant AND NOT is_deleted FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %1$I.controls) OR EXISTS (SELECT FROM %1$I.policies)', space) INTO filled;
  IF filled THEN
    RAISE EXCEPTION 'the tenant has content already' USING ERRCODE = '55000', CONSTRAINT = 'tenant_filled';
  END IF;
  EXECUTE format('INSERT INTO %I.control_sets (id, name, version, description) VALUES ($1, $2, $3, $4)', space)
    USING set_id, p_content #>> '{controlSet,name}', p_content #>> '{controlSet,version}', p_content #>> '{controlSet,description}';
  GET DIAGNOSTICS made = ROW_COUNT;
  total := total + made;
  EXECUTE format('INSERT INTO %I.controls (control_set_id, ref, name, description, type, status, family, category, frequency, priority)
    SELECT $1, c.ref, c.name, c.description, c.type, ''to_do'', c.family, c.category, c.frequency, c.priority
    FROM jsonb_to_recordset($2) AS c (ref text, name text, description text, type text, family text, category text, frequency text,
      priority integer)', space) USING set_id, coalesce(p_content -> 'controls', '[]');
  GET DIAGNOSTICS made = ROW_COUNT;
  total := total + made;
  EXECUTE format('INSERT INTO %I.policies (name, description, type, status, version, content)
    SELECT p.name, p.description, p.type, ''draft'', p.version, p.content
    FROM jsonb_to_recordset($1) AS p (name text, description text, type text, version text, content jsonb)', space)
    USING coalesce(p_content -> 'policies', '[]');
  GET DIAGNOSTICS made = ROW_COUNT;
  total := total + made;
  PERFORM private.log_event('tenant.fill', 'tenants', p_tenant, p_tenant, NULL,
    jsonb_build_object('controlSet', p_content #>> '{controlSet,name}', 'records', total));
  RETURN total;
END
$$;

-- Name, domain and marks (kind, place, sign, colour, weave); what is null stays. Marks also for the tenant's own administrators.
CREATE FUNCTION public.rename_tenant(p_tenant uuid, p_name text DEFAULT NULL, p_domain text DEFAULT NULL, p_marks jsonb DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former public.tenants;
  present public.tenants;
BEGIN
  IF p_name IS NULL AND p_domain IS NULL THEN
    PERFORM public.require_administrator(p_tenant);
  ELSE
    PERFORM public.require_administrator(NULL);
  END IF;
  IF jsonb_typeof(p_marks) <> 'object'
    OR EXISTS (SELECT FROM jsonb_each(p_marks) m WHERE m.key NOT IN ('kind', 'place', 'sign', 'colour', 'weave')
      OR jsonb_typeof(m.value) NOT IN ('string', 'null') OR length(m.value #>> '{}') > 80)
    OR NOT coalesce((p_marks ->> 'kind') IN ('production', 'training'), true)
    OR NOT coalesce(length(p_marks ->> 'sign') BETWEEN 1 AND 4, true)
    OR NOT coalesce((p_marks ->> 'colour') IN ('plum', 'petrol', 'ochre', 'navy', 'forest', 'brick', 'umber', 'olive'), true)
    OR NOT coalesce((p_marks ->> 'weave') IN ('plain', 'dots', 'bars', 'grid', 'teeth', 'lines'), true)
  THEN
    RAISE EXCEPTION 'unknown marks' USING ERRCODE = '22023';
  END IF;
  SELECT * INTO former FROM public.tenants WHERE id = p_tenant AND NOT is_deleted FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  UPDATE public.tenants t SET name = coalesce(btrim(p_name), t.name), domain = coalesce(lower(p_domain), t.domain),
    config = jsonb_strip_nulls(t.config || coalesce(p_marks, '{}'))
  WHERE t.id = p_tenant RETURNING t.* INTO present;
  IF (former.name, former.domain, former.config) IS DISTINCT FROM (present.name, present.domain, present.config) THEN
    PERFORM private.log_event('tenant.rename', 'tenants', p_tenant, p_tenant,
      jsonb_build_object('name', former.name, 'domain', former.domain, 'marks', former.config),
      jsonb_build_object('name', present.name, 'domain', present.domain, 'marks', present.config));
  END IF;
END
$$;

CREATE FUNCTION public.held(p_tenant uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce((SELECT c.value FROM public.tenant_config c WHERE c.tenant_id = p_tenant AND c.key = 'tenant.legal_hold'),
    (SELECT g.value FROM public.global_config g WHERE g.key = 'tenant.legal_hold'), 'false') = 'true'
$$;

-- What is known of the end of the tenants that the caller administers.
CREATE FUNCTION public.tenant_endings() RETURNS TABLE (tenant_id uuid, legal_hold boolean, since timestamptz, until timestamptz,
  reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.id, public.held(t.id), t.deleted_at, t.shred_after, t.deletion_reason
  FROM public.tenants t
  WHERE NOT t.is_deleted AND (public.may_administer(NULL) OR public.may_administer(t.id))
$$;

-- Closes the tenant at once and says from when on it may be shredded. Until then everything is there and can be had back.
CREATE FUNCTION public.schedule_tenant_deletion(p_tenant uuid, p_grace interval, p_reason text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  found_tenant public.tenants;
  grace_end timestamptz := now() + p_grace;
BEGIN
  PERFORM public.require_administrator(NULL);
  IF coalesce(btrim(p_reason), '') = '' THEN
    RAISE EXCEPTION 'a deletion needs a reason' USING ERRCODE = 'KP006';
  END IF;
  IF p_grace IS NULL OR p_grace < interval '0' OR p_grace > interval '10 years' THEN
    RAISE EXCEPTION 'a grace period lasts from no time to ten years' USING ERRCODE = '22023';
  END IF;
  SELECT * INTO found_tenant FROM public.tenants WHERE id = p_tenant AND NOT is_deleted FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  IF found_tenant.deleted_at IS NOT NULL THEN
    RAISE EXCEPTION 'the deletion is scheduled already' USING ERRCODE = '55000', CONSTRAINT = 'deletion_scheduled';
  END IF;
  IF public.held(p_tenant) THEN
    RAISE EXCEPTION 'the tenant is under legal hold' USING ERRCODE = '55000', CONSTRAINT = 'legal_hold';
  END IF;
  IF found_tenant.status = 'active' THEN
    PERFORM public.suspend_tenant(p_tenant, p_reason);
  END IF;
  UPDATE public.tenants SET deleted_at = now(), deleted_by = public.current_person(), shred_after = grace_end,
    deletion_reason = left(btrim(p_reason), 2000), status_before_deletion = found_tenant.status
  WHERE id = p_tenant;
  PERFORM private.log_event('tenant.delete', 'tenants', p_tenant, p_tenant, jsonb_build_object('status', found_tenant.status),
    jsonb_build_object('until', grace_end, 'reason', p_reason));
  RETURN grace_end;
END
$$;

-- Takes a scheduled deletion back; a tenant that was open before is opened again.
CREATE FUNCTION public.cancel_tenant_deletion(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former public.tenants;
BEGIN
  PERFORM public.require_administrator(NULL);
  SELECT * INTO former FROM public.tenants WHERE id = p_tenant AND NOT is_deleted FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  IF former.deleted_at IS NULL THEN
    RAISE EXCEPTION 'no deletion is scheduled' USING ERRCODE = '55000', CONSTRAINT = 'deletion_none';
  END IF;
  UPDATE public.tenants SET deleted_at = NULL, deleted_by = NULL, shred_after = NULL, deletion_reason = NULL,
    status_before_deletion = NULL
  WHERE id = p_tenant;
  IF former.status = 'suspended' AND former.status_before_deletion = 'active' THEN
    PERFORM public.resume_tenant(p_tenant);
  END IF;
  PERFORM private.log_event('tenant.undelete', 'tenants', p_tenant, p_tenant,
    jsonb_build_object('until', former.shred_after, 'reason', former.deletion_reason), NULL);
END
$$;

-- The end: schema, roles, memberships, licence, settings, keys and every row of the tenant elsewhere; persons who belong nowhere
-- else lose their login and everything that names them. What stays: the tenant's id with the day of its end, the platform's trail
-- of what was done to it, and the history of its migrations. p_confirm is the tenant's domain. Before the grace period has ended
-- only a database administrator may, with p_now and a reason. Returns counts: tables, roles,
-- memberships, persons, rows (of shared tables), trail (filed entries), seals and the hash of the last seal.
CREATE FUNCTION public.shred_tenant(p_tenant uuid, p_confirm text, p_now boolean DEFAULT false, p_reason text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET client_min_messages = 'warning' AS $$
DECLARE
  former public.tenants;
  space text := 'tenant_' || replace(p_tenant::text, '-', '');
  fn text;
  person record;
  tables integer;
  roles integer := 0;
  memberships integer;
  persons integer := 0;
  elsewhere jsonb;
  counts jsonb;
BEGIN
  PERFORM public.require_administrator(NULL);
  SELECT * INTO former FROM public.tenants WHERE id = p_tenant AND NOT is_deleted FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  IF p_confirm IS DISTINCT FROM former.domain THEN
    RAISE EXCEPTION 'the confirmation is not the domain of the tenant' USING ERRCODE = '22023';
  END IF;
  IF former.deleted_at IS NULL OR former.status = 'active' THEN
    RAISE EXCEPTION 'no deletion is scheduled, or the tenant was opened again' USING ERRCODE = '55000', CONSTRAINT = 'deletion_none';
  END IF;
  IF public.held(p_tenant) THEN
    RAISE EXCEPTION 'the tenant is under legal hold' USING ERRCODE = '55000', CONSTRAINT = 'legal_hold';
  END IF;
  IF p_now THEN
    IF public.current_person() IS NOT NULL OR NOT pg_has_role(session_user, 'kompl_owner', 'MEMBER') THEN
      RAISE EXCEPTION 'only a database administrator ends a grace period early' USING ERRCODE = '42501';
    END IF;
    IF coalesce(btrim(p_reason), '') = '' THEN
      RAISE EXCEPTION 'ending a grace period early needs a reason' USING ERRCODE = 'KP006';
    END IF;
  ELSIF now() < former.shred_after THEN
    RAISE EXCEPTION 'the grace period lasts until %', former.shred_after USING ERRCODE = '55000', CONSTRAINT = 'grace_period';
  END IF;

  SELECT count(*) INTO tables FROM pg_class c WHERE c.relnamespace = to_regnamespace(space) AND c.relkind IN ('r', 'p');
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', space);
  FOREACH fn IN ARRAY ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'] LOOP
    IF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = public.tenant_role(p_tenant, fn)) THEN
      -- Privileges outside of the schema, as far as the owner inherits the role's rights; where something is left, DROP ROLE refuses.
      IF pg_has_role('kompl_owner', public.tenant_role(p_tenant, fn), 'USAGE') THEN
        EXECUTE format('DROP OWNED BY %I', public.tenant_role(p_tenant, fn));
      END IF;
      EXECUTE format('DROP ROLE %I', public.tenant_role(p_tenant, fn));
      roles := roles + 1;
    END IF;
  END LOOP;

  -- Whoever belongs to another tenant (also formerly: their name stands in its history) or to the platform stays.
  FOR person IN
    SELECT u.id, u.db_role, o.tenant_id AS other, EXISTS (
        SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid AND g.rolname = 'kompl_platform'
        JOIN pg_roles r ON r.oid = m.member AND r.rolname = u.db_role) AS platform
    FROM public.users u
    LEFT JOIN LATERAL (
      SELECT m.tenant_id FROM public.tenant_memberships m JOIN public.tenants t ON t.id = m.tenant_id AND NOT t.is_deleted
      WHERE m.user_id = u.id AND m.tenant_id <> p_tenant
      ORDER BY m.expires_at IS NULL OR m.expires_at > now() DESC, m.created_at, m.tenant_id LIMIT 1
    ) o ON true
    WHERE u.tenant_id = p_tenant
    FOR NO KEY UPDATE OF u
  LOOP
    IF person.other IS NOT NULL OR person.platform THEN
      UPDATE public.users SET tenant_id = person.other WHERE id = person.id;
    ELSE
      PERFORM private.forget_person(person.id);
      persons := persons + 1;
    END IF;
  END LOOP;
  DELETE FROM public.tenant_memberships WHERE tenant_id = p_tenant;
  GET DIAGNOSTICS memberships = ROW_COUNT;
  elsewhere := private.forget_tenant(p_tenant);

  counts := jsonb_build_object('tables', tables, 'roles', roles, 'memberships', memberships, 'persons', persons)
    || elsewhere;
  UPDATE public.tenants SET name = 'Deleted tenant', domain = 'deleted-' || replace(p_tenant::text, '-', '') || '.invalid',
    description = NULL, config = '{}', status = 'closed', is_deleted = true, deleted_at = now(),
    deleted_by = public.current_person(), shred_after = NULL, deletion_reason = NULL, status_before_deletion = NULL
  WHERE id = p_tenant;
  PERFORM private.log_event('tenant.shred', 'tenants', p_tenant, p_tenant,
    jsonb_build_object('name', former.name, 'domain', former.domain, 'until', former.shred_after),
    counts || jsonb_build_object('early', p_now, 'reason', coalesce(nullif(btrim(p_reason), ''), former.deletion_reason)));
  RETURN counts;
END
$$;

REVOKE ALL ON FUNCTION public.apply_tenant_step(uuid, text, text, text), public.fill_tenant(uuid, jsonb),
  public.rename_tenant(uuid, text, text, jsonb), public.held(uuid), public.schedule_tenant_deletion(uuid, interval, text),
  public.cancel_tenant_deletion(uuid), public.tenant_endings(), public.shred_tenant(uuid, text, boolean, text) FROM PUBLIC;

-- Open to every login, for each checks the caller itself.
GRANT EXECUTE ON FUNCTION public.apply_tenant_step(uuid, text, text, text), public.fill_tenant(uuid, jsonb),
  public.rename_tenant(uuid, text, text, jsonb), public.schedule_tenant_deletion(uuid, interval, text),
  public.cancel_tenant_deletion(uuid), public.tenant_endings(), public.shred_tenant(uuid, text, boolean, text) TO PUBLIC;
