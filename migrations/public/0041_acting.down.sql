DO $acting$
DECLARE
  v_role name;
BEGIN
  EXECUTE replace(pg_get_functiondef('public.create_tenant_record'::regproc), 'GRANT %I TO kompl_acting', 'GRANT %I TO kompl_owner');
  FOR v_role IN SELECT r.rolname FROM public.tenants t CROSS JOIN unnest(ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin']) f
    JOIN pg_roles r ON r.rolname = public.tenant_role(t.id, f) LOOP
    EXECUTE format('GRANT %I TO kompl_owner', v_role);
    EXECUTE format('REVOKE %I FROM kompl_acting', v_role);
  END LOOP;
  -- The role itself belongs to the whole server; other databases may use it.
END
$acting$;
