DROP FUNCTION private.refresh_tenant_overview();
DROP MATERIALIZED VIEW private.tenant_overview;
DROP TABLE private.tenant_figures;
