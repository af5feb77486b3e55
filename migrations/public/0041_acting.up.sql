-- The owner can take on a tenant's roles, so that an administrator who is a member of it may act for a person. Until now it also
-- inherited them, and with them every policy that narrows what they see: the functions that derive, count and search for everybody
-- saw no more than the person who happened to call them. A role in between that does not inherit keeps the one and ends the other.
DO $acting$
DECLARE
  v_role name;
BEGIN
  BEGIN
    CREATE ROLE kompl_acting NOLOGIN NOINHERIT;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of this server made it
  END;
  GRANT kompl_acting TO kompl_owner;
  FOR v_role IN SELECT r.rolname FROM public.tenants t CROSS JOIN unnest(ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin']) f
    JOIN pg_roles r ON r.rolname = public.tenant_role(t.id, f) LOOP
    EXECUTE format('GRANT %I TO kompl_acting', v_role);
    EXECUTE format('REVOKE %I FROM kompl_owner', v_role);
  END LOOP;
  EXECUTE replace(pg_get_functiondef('public.create_tenant_record'::regproc), 'GRANT %I TO kompl_owner', 'GRANT %I TO kompl_acting');
END
$acting$;
