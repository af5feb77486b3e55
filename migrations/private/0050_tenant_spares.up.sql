-- Spaces that are ready to become tenants (public/0050). The row is the lock of a claim, and goes with it.
CREATE TABLE private.tenant_spares (
  id uuid PRIMARY KEY,
  made_at timestamptz NOT NULL DEFAULT now(),
  made_by varchar(63) NOT NULL DEFAULT session_user,
  -- false only within the transaction that makes it
  finished boolean NOT NULL DEFAULT false
);
ALTER TABLE private.tenant_spares ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.tenant_spares FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.tenant_spares TO kompl_owner USING (true) WITH CHECK (true);

-- As in 0020; the trail of a space waits until there is a tenant whose trail it is.
CREATE OR REPLACE FUNCTION private.trail_activity() RETURNS TABLE (chain uuid, written bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT '00000000-0000-0000-0000-000000000000'::uuid, coalesce((SELECT last_value FROM private.event_seq), 0)
  UNION ALL
  SELECT substr(n.nspname, 8)::uuid, coalesce(pg_stat_get_tuples_inserted(c.oid), 0)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = 'audit_log' AND c.relkind = 'r' AND n.nspname ~ '^tenant_[0-9a-f]{32}$'
    AND NOT EXISTS (SELECT FROM private.tenant_spares s WHERE n.nspname = 'tenant_' || replace(s.id::text, '-', ''))
$$;
