-- Spaces made ahead: a schema with its six roles under a tenant's id that nobody has yet. Making one takes the better part of a
-- second, claiming one a few milliseconds. A space is no tenant: no registry row, no licence, no member; nobody is granted one of
-- its roles before the claim. private.tenant_spares (private/0050) lists them. Codes raised: 42501, 22023, 55000, 23505, P0002.

INSERT INTO public.global_config (key, value, default_value, rule, per_tenant, description)
VALUES ('tenant.prepared_spaces', '2', '2', '{"type":"integer","min":0,"max":50}', false,
  'How many spaces for new tenants the upkeep keeps ready, so that onboarding takes a moment.')
ON CONFLICT (key) DO UPDATE SET default_value = excluded.default_value, rule = excluded.rule, per_tenant = excluded.per_tenant,
  description = excluded.description;

-- An empty schema and the six roles of a tenant's id.
CREATE FUNCTION public.make_tenant_space(p_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  space text := 'tenant_' || replace(p_id::text, '-', '');
  fn text;
BEGIN
  EXECUTE format('CREATE SCHEMA %I', space);
  FOREACH fn IN ARRAY ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'] LOOP
    EXECUTE format('CREATE ROLE %I NOLOGIN', public.tenant_role(p_id, fn));
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', space, public.tenant_role(p_id, fn));
  END LOOP;
END
$$;

-- An administrator without superuser rights acts on behalf of a person by taking such a role on; the owner could anyway. A grant of
-- a role keeps all others waiting until the end of its transaction, so it comes as late as it can.
CREATE FUNCTION public.let_act_in_space(p_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  fn text;
BEGIN
  FOREACH fn IN ARRAY ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'] LOOP
    EXECUTE format('GRANT %I TO kompl_acting', public.tenant_role(p_id, fn));
  END LOOP;
END
$$;

-- As in 0003, with the space made by the function above. An id that is prepared already is claimed, never made.
CREATE OR REPLACE FUNCTION public.create_tenant_record(p_name text, p_domain text, p_config jsonb, p_licence_type text,
  p_licence_start date, p_licence_end date, p_id uuid DEFAULT gen_random_uuid())
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.require_administrator(NULL);
  INSERT INTO public.tenants (id, name, domain, config) VALUES (p_id, btrim(p_name), lower(p_domain), coalesce(p_config, '{}'));
  INSERT INTO public.licenses (tenant_id, type, start_date, end_date)
  VALUES (p_id, p_licence_type, p_licence_start, p_licence_end);
  PERFORM public.make_tenant_space(p_id);
  PERFORM public.let_act_in_space(p_id);
  PERFORM private.log_event('tenant.create', 'tenants', p_id, p_id, NULL,
    jsonb_build_object('name', btrim(p_name), 'domain', lower(p_domain), 'licence', p_licence_type));
  RETURN p_id;
END
$$;

-- Begins a space; its tables come by the steps of the schema, and finish_tenant_space ends it, all in one transaction. For the
-- platform.
CREATE FUNCTION public.prepare_tenant_space(p_id uuid DEFAULT gen_random_uuid()) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.require_administrator(NULL);
  INSERT INTO private.tenant_spares (id) VALUES (p_id);
  PERFORM public.make_tenant_space(p_id);
  PERFORM private.log_event('tenant.prepare', 'tenant_spares', p_id, NULL, NULL, NULL);
  RETURN p_id;
END
$$;

CREATE FUNCTION public.finish_tenant_space(p_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.require_administrator(NULL);
  UPDATE private.tenant_spares SET finished = true WHERE id = p_id AND made_at = now() AND NOT finished;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the space is not being made in this transaction' USING ERRCODE = '55000';
  END IF;
  PERFORM public.let_act_in_space(p_id);
END
$$;

-- Whether every one of these steps, and no other of the product's, is in force there; null: what is in force at any tenant or space.
CREATE FUNCTION public.tenant_space_current(p_id uuid, p_versions text[] DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wanted text[] := p_versions;
  own text[];
BEGIN
  IF wanted IS NULL THEN
    SELECT array_agg(DISTINCT last.version) INTO wanted FROM (
      SELECT DISTINCT ON (h.tenant_id, h.version) h.version::text AS version, h.direction FROM private.migration_history h
      WHERE h.scope = 'tenant' AND h.status = 'success' AND h.version ~ '^[0-9]{4}$' ORDER BY h.tenant_id, h.version, h.id DESC
    ) last WHERE last.direction = 'up';
  END IF;
  SELECT array_agg(last.version) INTO own FROM (
    SELECT DISTINCT ON (h.version) h.version::text AS version, h.direction FROM private.migration_history h
    WHERE h.scope = 'tenant' AND h.tenant_id = p_id AND h.status = 'success' AND h.version ~ '^[0-9]{4}$'
    ORDER BY h.version, h.id DESC
  ) last WHERE last.direction = 'up';
  RETURN coalesce(own @> wanted AND wanted @> own, false);
END
$$;

-- A new tenant in a space that was made ahead: registry and licence, nothing else, so it takes a moment. Two at once take two
-- spaces; a rollback gives the space back. p_versions: the steps that the caller's program knows; null: whatever the newest
-- tenants have. Null where no such space is ready: then create_tenant_record and the steps make one on the spot.
CREATE FUNCTION public.claim_tenant(p_name text, p_domain text, p_config jsonb, p_licence_type text, p_licence_start date,
  p_licence_end date, p_versions text[] DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  spare uuid;
BEGIN
  PERFORM public.require_administrator(NULL);
  SELECT s.id INTO spare FROM private.tenant_spares s
  WHERE s.finished AND public.tenant_space_current(s.id, p_versions) ORDER BY s.made_at, s.id LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  DELETE FROM private.tenant_spares s WHERE s.id = spare;
  INSERT INTO public.tenants (id, name, domain, config) VALUES (spare, btrim(p_name), lower(p_domain), coalesce(p_config, '{}'));
  INSERT INTO public.licenses (tenant_id, type, start_date, end_date)
  VALUES (spare, p_licence_type, p_licence_start, p_licence_end);
  PERFORM private.log_event('tenant.create', 'tenants', spare, spare, NULL,
    jsonb_build_object('name', btrim(p_name), 'domain', lower(p_domain), 'licence', p_licence_type, 'prepared', true));
  RETURN spare;
END
$$;

-- The spaces that are there: whether one may be claimed, since when. For the platform.
CREATE FUNCTION public.tenant_spaces(p_versions text[] DEFAULT NULL) RETURNS TABLE (id uuid, made_at timestamptz, ready boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM public.require_administrator(NULL);
  RETURN QUERY SELECT s.id, s.made_at, s.finished AND public.tenant_space_current(s.id, p_versions) FROM private.tenant_spares s
    ORDER BY s.made_at, s.id;
END
$$;

-- Takes a space away, schema and roles. Never a tenant's: what is not listed as a space is not touched, and one that is being
-- claimed is waited for and then gone from the list. For the platform.
CREATE FUNCTION public.discard_tenant_space(p_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET client_min_messages = 'warning' AS $$
DECLARE
  fn text;
BEGIN
  PERFORM public.require_administrator(NULL);
  DELETE FROM private.tenant_spares s WHERE s.id = p_id AND NOT EXISTS (SELECT FROM public.tenants t WHERE t.id = p_id);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no such prepared space' USING ERRCODE = 'P0002';
  END IF;
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', 'tenant_' || replace(p_id::text, '-', ''));
  FOREACH fn IN ARRAY ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'] LOOP
    EXECUTE format('DROP ROLE IF EXISTS %I', public.tenant_role(p_id, fn));
  END LOOP;
  PERFORM private.log_event('tenant.discard', 'tenant_spares', p_id, NULL, NULL, NULL);
END
$$;

-- As in 0031; and for a space that is being made in this very transaction. A person's column is made without its foreign key to
-- public.users, as the migrator does (src/main/db/migrate/files.ts).
CREATE OR REPLACE FUNCTION public.apply_tenant_step(p_tenant uuid, p_version text, p_name text, p_sql text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  space text := 'tenant_' || replace(p_tenant::text, '-', '');
  sum text := encode(sha256(convert_to(p_sql, 'UTF8')), 'hex');
  began timestamptz := clock_timestamp();
BEGIN
  PERFORM public.require_administrator(NULL);
  IF NOT EXISTS (SELECT FROM public.tenants WHERE id = p_tenant AND created_at = now())
    AND NOT EXISTS (SELECT FROM private.tenant_spares WHERE id = p_tenant AND made_at = now()) THEN
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
  EXECUTE replace(regexp_replace(
    regexp_replace(p_sql, '(\w+)\s+uuid([^,\n]*)\s+REFERENCES\s+public\.users\s*\(id\)',
      '\1 uuid\2 CHECK (\1 <> ''00000000-0000-0000-0000-000000000000''::uuid)', 'g'),
    '\{' || '\{(schema|role)\}\}', space, 'g'), '{' || '{tenant_id}}', p_tenant::text);
  INSERT INTO private.migration_history (version, description, scope, tenant_id, checksum, direction, duration_ms)
  VALUES (p_version, p_name, 'tenant', p_tenant, sum, 'up',
    greatest(0, extract(epoch FROM clock_timestamp() - began) * 1000)::integer);
END
$$;

REVOKE ALL ON FUNCTION public.make_tenant_space(uuid), public.let_act_in_space(uuid), public.tenant_space_current(uuid, text[]),
  public.prepare_tenant_space(uuid), public.finish_tenant_space(uuid),
  public.claim_tenant(text, text, jsonb, text, date, date, text[]), public.tenant_spaces(text[]), public.discard_tenant_space(uuid)
  FROM PUBLIC;

-- Open to every login, for each checks the caller itself.
GRANT EXECUTE ON FUNCTION public.prepare_tenant_space(uuid), public.finish_tenant_space(uuid), public.claim_tenant(text, text, jsonb, text, date, date, text[]),
  public.tenant_spaces(text[]), public.discard_tenant_space(uuid) TO PUBLIC;
