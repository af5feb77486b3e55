-- A tenant that was closed is open to its roles again, as before.
DO $open$
DECLARE
  tenant uuid;
  fn text;
BEGIN
  FOR tenant IN SELECT l.tenant_id FROM public.licenses l WHERE l.shut_at IS NOT NULL LOOP
    CONTINUE WHEN to_regnamespace('tenant_' || replace(tenant::text, '-', '')) IS NULL;
    FOREACH fn IN ARRAY ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'] LOOP
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', 'tenant_' || replace(tenant::text, '-', ''), public.tenant_role(tenant, fn));
    END LOOP;
  END LOOP;
END
$open$;

DROP FUNCTION public.licence_usage(uuid);
DROP FUNCTION public.tenant_directory();
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
            AND (m.expires_at IS NULL OR m.expires_at > now()))));
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
  RETURN NULL;
END
$$;
DROP FUNCTION public.enforce_licences();
DROP FUNCTION public.set_licence(uuid, text, date, date, jsonb, jsonb);
DROP FUNCTION public.resume_tenant(uuid);
DROP FUNCTION public.suspend_tenant(uuid, text);
DROP TRIGGER end_tenant_sessions ON public.licenses;
DROP FUNCTION public.end_tenant_sessions();
DROP FUNCTION public.apply_tenant_state(uuid);
DROP FUNCTION public.licence_limit(uuid, text);
DROP FUNCTION public.require_open_tenant(uuid, text);
DROP FUNCTION public.tenant_state(uuid);
ALTER TABLE public.licenses DROP COLUMN shut_at;
