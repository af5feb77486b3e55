ALTER TABLE private.api_usage RENAME TO api_usage_months;
ALTER TABLE private.system_metrics RENAME TO system_metrics_months;
ALTER INDEX private.api_usage_pkey RENAME TO api_usage_months_pkey;
ALTER INDEX private.api_usage_timestamp_idx RENAME TO api_usage_months_timestamp_idx;
ALTER INDEX private.api_usage_tenant_id_idx RENAME TO api_usage_months_tenant_id_idx;
ALTER INDEX private.system_metrics_pkey RENAME TO system_metrics_months_pkey;
ALTER INDEX private.system_metrics_name_idx RENAME TO system_metrics_months_name_idx;
ALTER INDEX private.system_metrics_tenant_id_idx RENAME TO system_metrics_months_tenant_id_idx;
CREATE TABLE private.system_metrics (
  id integer PRIMARY KEY DEFAULT nextval('private.system_metrics_id_seq'),
  metric_name varchar(255) NOT NULL,
  value numeric NOT NULL,
  timestamp timestamptz NOT NULL DEFAULT now(),
  tenant_id uuid REFERENCES public.tenants (id)
);
ALTER SEQUENCE private.system_metrics_id_seq OWNED BY private.system_metrics.id;
CREATE INDEX system_metrics_name_idx ON private.system_metrics (metric_name, timestamp);
CREATE INDEX system_metrics_tenant_id_idx ON private.system_metrics (tenant_id, timestamp);
CREATE TABLE private.api_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid REFERENCES public.tenants (id),
  endpoint varchar(255) NOT NULL,
  method varchar(10) NOT NULL,
  status_code integer NOT NULL,
  response_time_ms integer NOT NULL CHECK (response_time_ms >= 0),
  timestamp timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_usage_timestamp_idx ON private.api_usage (timestamp);
CREATE INDEX api_usage_tenant_id_idx ON private.api_usage (tenant_id, timestamp);
INSERT INTO private.system_metrics SELECT id, metric_name, value, timestamp, tenant_id FROM private.system_metrics_months;
INSERT INTO private.api_usage SELECT id, tenant_id, endpoint, method, status_code, response_time_ms, timestamp FROM private.api_usage_months;
ALTER TABLE private.system_metrics ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.system_metrics FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.system_metrics TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE private.api_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.api_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.api_usage TO kompl_owner USING (true) WITH CHECK (true);
DROP FUNCTION private.apply_retention(timestamptz);
DROP FUNCTION private.ensure_partitions(timestamptz);
DROP FUNCTION private.ensure_month_partitions(text, timestamptz);
DROP TABLE private.api_usage_months;
DROP TABLE private.system_metrics_months;
