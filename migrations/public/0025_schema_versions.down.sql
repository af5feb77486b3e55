CREATE OR REPLACE FUNCTION public.schema_versions() RETURNS TABLE (scope text, tenant_id uuid, version text)
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
