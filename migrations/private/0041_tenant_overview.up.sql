-- The platform's view over its tenants. Each tenant's figures are put down by a transaction of their own, for one transaction
-- touches one tenant's schema; the view joins them with the registry.
CREATE TABLE private.tenant_figures (
  tenant_id uuid PRIMARY KEY REFERENCES public.tenants (id) ON DELETE CASCADE,
  controls bigint NOT NULL CHECK (controls >= 0),
  requirements_total bigint NOT NULL CHECK (requirements_total >= 0),
  requirements_met bigint NOT NULL CHECK (requirements_met BETWEEN 0 AND requirements_total),
  tests bigint NOT NULL CHECK (tests >= 0),
  tested bigint NOT NULL CHECK (tested BETWEEN 0 AND tests),
  size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
  at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE private.tenant_figures ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.tenant_figures FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.tenant_figures TO kompl_owner USING (true) WITH CHECK (true);

CREATE MATERIALIZED VIEW private.tenant_overview AS
SELECT t.id AS tenant_id, t.name, t.domain, t.status, l.type AS licence, l.end_date AS licence_ends, coalesce(m.people, 0) AS people,
  f.controls, f.requirements_total, f.requirements_met, f.tests, f.tested, f.size_bytes, f.at AS figures_at, now() AS refreshed_at
FROM public.tenants t
LEFT JOIN public.licenses l ON l.tenant_id = t.id
LEFT JOIN (SELECT tm.tenant_id, count(DISTINCT tm.user_id) AS people FROM public.tenant_memberships tm
  WHERE tm.expires_at IS NULL OR tm.expires_at > now() GROUP BY tm.tenant_id) m ON m.tenant_id = t.id
LEFT JOIN private.tenant_figures f ON f.tenant_id = t.id;
CREATE UNIQUE INDEX tenant_overview_tenant_id_key ON private.tenant_overview (tenant_id);

-- A view knows no row security, and one that is refreshed under a policy that lets nothing through is silently empty: so the
-- owner refreshes it, whom the registry's policies name, and what came out is counted.
CREATE FUNCTION private.refresh_tenant_overview() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_shown bigint;
  v_there bigint;
BEGIN
  REFRESH MATERIALIZED VIEW private.tenant_overview;
  SELECT count(*) INTO v_shown FROM private.tenant_overview;
  SELECT count(*) INTO v_there FROM public.tenants;
  -- a tenant made meanwhile is shown next time; one that is missing although it was there is not
  IF v_shown = 0 AND v_there > 0 THEN
    RAISE EXCEPTION 'the overview is empty although there are % tenants', v_there USING ERRCODE = '55000';
  END IF;
  RETURN v_shown;
END
$$;
REVOKE ALL ON FUNCTION private.refresh_tenant_overview() FROM PUBLIC;
