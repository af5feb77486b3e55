-- The spaces themselves go with private/0050, which is taken back first or with the whole schema.
DROP FUNCTION public.discard_tenant_space(uuid);
DROP FUNCTION public.tenant_spaces(text[]);
DROP FUNCTION public.claim_tenant(text, text, jsonb, text, date, date, text[]);
DROP FUNCTION public.tenant_space_current(uuid, text[]);
DROP FUNCTION public.finish_tenant_space(uuid);
DROP FUNCTION public.prepare_tenant_space(uuid);

CREATE OR REPLACE FUNCTION public.create_tenant_record(p_name text, p_domain text, p_config jsonb, p_licence_type text, p_licence_start date,
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
    EXECUTE format('GRANT %I TO kompl_acting', public.tenant_role(p_id, fn));
  END LOOP;
  PERFORM private.log_event('tenant.create', 'tenants', p_id, p_id, NULL,
    jsonb_build_object('name', btrim(p_name), 'domain', lower(p_domain), 'licence', p_licence_type));
  RETURN p_id;
END
$$;

CREATE OR REPLACE FUNCTION public.apply_tenant_step(p_tenant uuid, p_version text, p_name text, p_sql text) RETURNS void
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

DROP FUNCTION public.let_act_in_space(uuid);
DROP FUNCTION public.make_tenant_space(uuid);
DELETE FROM public.global_config WHERE key = 'tenant.prepared_spaces';
