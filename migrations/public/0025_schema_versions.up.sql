-- Only the numbered steps of the product count as the version of a place: a tenant's own steps (x0001) and finished data
-- migrations (0026.data) stand in the same history. The memberships are looked up first, so that a sign-in does not read the
-- history of a thousand tenants.

CREATE OR REPLACE FUNCTION public.schema_versions() RETURNS TABLE (scope text, tenant_id uuid, version text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  person uuid := public.current_person();
  everything boolean := public.current_person() IS NULL AND pg_has_role(session_user, 'kompl_owner', 'MEMBER');
  own uuid[];
BEGIN
  SELECT coalesce(array_agg(DISTINCT m.tenant_id), '{}') INTO own
  FROM public.tenant_memberships m
  WHERE m.user_id = person AND (m.expires_at IS NULL OR m.expires_at > now());
  RETURN QUERY
  SELECT last.scope::text, last.tenant_id, max(last.version)::text
  FROM (
    SELECT DISTINCT ON (h.scope, h.tenant_id, h.version) h.scope, h.tenant_id, h.version, h.direction
    FROM private.migration_history h
    WHERE h.status = 'success' AND h.version ~ '^[0-9]{4}$'
      AND (h.scope <> 'tenant' OR everything OR h.tenant_id = ANY (own))
    ORDER BY h.scope, h.tenant_id, h.version, h.id DESC
  ) last
  WHERE last.direction = 'up'
  GROUP BY last.scope, last.tenant_id;
END
$$;
