-- api_usage and system_metrics by month, made ahead, dropped when their time is over. The trail's months are made ahead by
-- ensure_log_partitions and never dropped here: its seals name every row.

ALTER TABLE private.api_usage RENAME TO api_usage_before;
ALTER TABLE private.system_metrics RENAME TO system_metrics_before;
ALTER INDEX private.api_usage_pkey RENAME TO api_usage_before_pkey;
ALTER INDEX private.api_usage_timestamp_idx RENAME TO api_usage_before_timestamp_idx;
ALTER INDEX private.api_usage_tenant_id_idx RENAME TO api_usage_before_tenant_id_idx;
ALTER INDEX private.system_metrics_pkey RENAME TO system_metrics_before_pkey;
ALTER INDEX private.system_metrics_name_idx RENAME TO system_metrics_before_name_idx;
ALTER INDEX private.system_metrics_tenant_id_idx RENAME TO system_metrics_before_tenant_id_idx;

CREATE TABLE private.api_usage (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  tenant_id uuid REFERENCES public.tenants (id),
  endpoint varchar(255) NOT NULL,
  method varchar(10) NOT NULL,
  status_code integer NOT NULL,
  response_time_ms integer NOT NULL CHECK (response_time_ms >= 0),
  -- the partition key, hence part of the primary key
  timestamp timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, timestamp)
) PARTITION BY RANGE (timestamp);
CREATE INDEX api_usage_timestamp_idx ON private.api_usage (timestamp);
CREATE INDEX api_usage_tenant_id_idx ON private.api_usage (tenant_id, timestamp);

CREATE TABLE private.system_metrics (
  id integer NOT NULL DEFAULT nextval('private.system_metrics_id_seq'),
  metric_name varchar(255) NOT NULL,
  value numeric NOT NULL,
  timestamp timestamptz NOT NULL DEFAULT now(),
  tenant_id uuid REFERENCES public.tenants (id),
  PRIMARY KEY (id, timestamp)
) PARTITION BY RANGE (timestamp);
ALTER SEQUENCE private.system_metrics_id_seq OWNED BY private.system_metrics.id;
CREATE INDEX system_metrics_name_idx ON private.system_metrics (metric_name, timestamp);
CREATE INDEX system_metrics_tenant_id_idx ON private.system_metrics (tenant_id, timestamp);

ALTER TABLE private.api_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.api_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.api_usage TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE private.system_metrics ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.system_metrics FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.system_metrics TO kompl_owner USING (true) WITH CHECK (true);

-- The month of p_from and the three after it. Months are UTC's. Safe to call at any time, by several at once.
CREATE FUNCTION private.ensure_month_partitions(p_table text, p_from timestamptz DEFAULT now()) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_month timestamp;
  v_part text;
  v_made integer := 0;
BEGIN
  IF p_table NOT IN ('api_usage', 'system_metrics') THEN
    RAISE EXCEPTION 'no table of months: %', p_table USING ERRCODE = '22023';
  END IF;
  FOR v_ahead IN 0..3 LOOP
    v_month := date_trunc('month', p_from AT TIME ZONE 'UTC') + make_interval(months => v_ahead);
    v_part := p_table || '_' || to_char(v_month, 'YYYY_MM');
    CONTINUE WHEN to_regclass('private.' || v_part) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtextextended('kompl.' || p_table, 0)); -- only spares the loser an error
    CONTINUE WHEN to_regclass('private.' || v_part) IS NOT NULL;
    EXECUTE format('CREATE TABLE private.%I PARTITION OF private.%I FOR VALUES FROM (%L) TO (%L)', v_part, p_table,
      v_month AT TIME ZONE 'UTC', (v_month + interval '1 month') AT TIME ZONE 'UTC');
    EXECUTE format('ALTER TABLE private.%I ENABLE ROW LEVEL SECURITY', v_part);
    EXECUTE format('ALTER TABLE private.%I FORCE ROW LEVEL SECURITY', v_part);
    EXECUTE format('CREATE POLICY owner_only ON private.%I TO kompl_owner USING (true) WITH CHECK (true)', v_part);
    v_made := v_made + 1;
  END LOOP;
  RETURN v_made;
END
$$;

-- Every table of months, the trail's too.
CREATE FUNCTION private.ensure_partitions(p_from timestamptz DEFAULT now()) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT private.ensure_log_partitions(p_from) + private.ensure_month_partitions('api_usage', p_from)
    + private.ensure_month_partitions('system_metrics', p_from)
$$;

-- Drops the months of api_usage and system_metrics that ended more than so many months ago: global_config
-- 'retention.api_usage_months' and 'retention.system_metrics_months', 13 where nothing is said, never fewer than 1. Returns what
-- it dropped.
CREATE FUNCTION private.apply_retention(p_now timestamptz DEFAULT now()) RETURNS TABLE (dropped text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_table text;
  v_months integer;
  v_oldest text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['api_usage', 'system_metrics'] LOOP
    SELECT (g.value #>> '{}')::integer INTO v_months FROM public.global_config g WHERE g.key = 'retention.' || v_table || '_months';
    v_months := greatest(coalesce(v_months, 13), 1);
    v_oldest := v_table || '_' || to_char(date_trunc('month', p_now AT TIME ZONE 'UTC') - make_interval(months => v_months), 'YYYY_MM');
    FOR dropped IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = ('private.' || v_table)::regclass AND c.relname ~ (v_table || '_[0-9]{4}_[0-9]{2}$') AND c.relname < v_oldest
      ORDER BY 1 LOOP
      EXECUTE format('DROP TABLE private.%I', dropped);
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$$;

REVOKE ALL ON FUNCTION private.ensure_month_partitions(text, timestamptz), private.ensure_partitions(timestamptz),
  private.apply_retention(timestamptz) FROM PUBLIC;

DO $move$
DECLARE
  v_month timestamptz;
BEGIN
  FOR v_month IN SELECT DISTINCT date_trunc('month', b.timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM private.api_usage_before b LOOP
    PERFORM private.ensure_month_partitions('api_usage', v_month);
  END LOOP;
  FOR v_month IN SELECT DISTINCT date_trunc('month', b.timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM private.system_metrics_before b LOOP
    PERFORM private.ensure_month_partitions('system_metrics', v_month);
  END LOOP;
  PERFORM private.ensure_partitions();
END
$move$;
INSERT INTO private.api_usage (id, tenant_id, endpoint, method, status_code, response_time_ms, timestamp)
SELECT id, tenant_id, endpoint, method, status_code, response_time_ms, timestamp FROM private.api_usage_before;
INSERT INTO private.system_metrics (id, metric_name, value, timestamp, tenant_id)
SELECT id, metric_name, value, timestamp, tenant_id FROM private.system_metrics_before;
DROP TABLE private.api_usage_before;
DROP TABLE private.system_metrics_before;
