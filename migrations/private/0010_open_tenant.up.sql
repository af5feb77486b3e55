-- Every guarded table asks before each statement whether its tenant is open (public.require_open_tenant). The trigger is called
-- a_open_tenant, so that it comes before all others.

-- The domain of work that a table belongs to, as licences name it; '' for what no licence switches off.
CREATE FUNCTION private.domain_of(p_table text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN p_table IN ('regulations', 'requirements', 'compliance_assessments', 'requirement_assessments', 'policies', 'control_sets',
      'controls', 'control_requirements') THEN 'regops'
    WHEN p_table IN ('audit_plans', 'control_tests', 'findings', 'actions', 'audit_evidence', 'evidence_files', 'audit_reports')
      THEN 'auditops'
    WHEN p_table IN ('data_inventory', 'dsr_requests', 'dpias', 'privacy_controls') THEN 'privacyops'
    WHEN p_table IN ('risk_register', 'vulnerabilities', 'vendor_assessments', 'business_continuity') THEN 'riskops'
    WHEN p_table IN ('documents', 'chunks', 'embeddings', 'similarity_scores') THEN 'knowledge'
    ELSE '' END
$$;

-- Idempotent. Does nothing in a schema that has no function require_open() yet.
CREATE FUNCTION private.guard_open(p_schema text, p_table text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF to_regprocedure(format('%I.require_open()', p_schema)) IS NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE OR REPLACE TRIGGER a_open_tenant BEFORE INSERT OR UPDATE OR DELETE ON %I.%I
    FOR EACH STATEMENT EXECUTE FUNCTION %I.require_open(%L, %L)', p_schema, p_table, p_schema, p_table, private.domain_of(p_table));
END
$$;

-- As in 0003, and the question whether the tenant is open.
CREATE OR REPLACE FUNCTION private.guard_table(p_schema text, p_tenant uuid, p_table text, p_hashed text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text := format('%I.%I', p_schema, p_table);
  arguments text := format('%L, %L', p_table, array_to_string(p_hashed, ','));
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  EXECUTE format('DROP POLICY IF EXISTS tenant_only ON %s', relation);
  EXECUTE format('CREATE POLICY tenant_only ON %s USING (tenant_id = %L::uuid) WITH CHECK (tenant_id = %L::uuid)', relation,
    p_tenant, p_tenant);
  EXECUTE format('CREATE OR REPLACE TRIGGER stamp_row BEFORE INSERT OR UPDATE ON %s
    FOR EACH ROW EXECUTE FUNCTION %I.stamp_row()', relation, p_schema);
  EXECUTE format('CREATE OR REPLACE TRIGGER trail_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %I.record_change(%s)', relation, p_schema, arguments);
  EXECUTE format('CREATE OR REPLACE TRIGGER trail_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %I.record_change(%s)', relation, p_schema, arguments);
  EXECUTE format('CREATE OR REPLACE TRIGGER trail_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %I.record_change(%s)', relation, p_schema, arguments);
  PERFORM private.guard_open(p_schema, p_table);
END
$$;

REVOKE ALL ON FUNCTION private.domain_of(text), private.guard_open(text, text) FROM PUBLIC;
