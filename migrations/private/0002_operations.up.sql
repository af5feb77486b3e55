-- Events of the platform (sign-ins, persons, tenants) and its measurements. Persons reach none of it.

CREATE TABLE private.audit_logs (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid REFERENCES public.users (id),
  action varchar(255) NOT NULL,
  resource_type varchar(100) NOT NULL,
  resource_id uuid,
  old_values jsonb,
  new_values jsonb,
  ip_address inet,
  user_agent text,
  -- the partition key, hence part of the primary key
  created_at timestamptz NOT NULL DEFAULT now(),
  -- additions: the tenant it concerns, and the login that acted, which is not the person where somebody acted for them
  tenant_id uuid REFERENCES public.tenants (id),
  login varchar(63) NOT NULL DEFAULT session_user,
  PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX audit_logs_created_at_idx ON private.audit_logs (created_at);
CREATE INDEX audit_logs_user_id_idx ON private.audit_logs (user_id, created_at);
CREATE INDEX audit_logs_tenant_id_idx ON private.audit_logs (tenant_id, created_at);
CREATE INDEX audit_logs_resource_idx ON private.audit_logs (resource_type, resource_id, created_at);

CREATE TABLE private.system_metrics (
  id serial PRIMARY KEY,
  metric_name varchar(255) NOT NULL,
  value numeric NOT NULL,
  timestamp timestamptz NOT NULL DEFAULT now(),
  tenant_id uuid REFERENCES public.tenants (id)
);
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

ALTER TABLE private.audit_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.audit_logs FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.audit_logs TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE private.system_metrics ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.system_metrics FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.system_metrics TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE private.api_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.api_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.api_usage TO kompl_owner USING (true) WITH CHECK (true);

-- What is written stays written, for the owner too.
CREATE FUNCTION private.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'the trail is only ever added to' USING ERRCODE = '42501';
END
$$;
REVOKE ALL ON FUNCTION private.refuse_change() FROM PUBLIC;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON private.audit_logs FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.audit_logs
  FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();

-- Partitions from the month of p_from to three months ahead. Months are UTC's. Safe to call at any time, by several at once.
CREATE FUNCTION private.ensure_log_partitions(p_from timestamptz DEFAULT now()) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  month timestamp;
  part text;
  made integer := 0;
BEGIN
  FOR ahead IN 0..3 LOOP
    month := date_trunc('month', p_from AT TIME ZONE 'UTC') + make_interval(months => ahead);
    part := 'audit_logs_' || to_char(month, 'YYYY_MM');
    CONTINUE WHEN to_regclass('private.' || part) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtextextended('kompl.audit_logs', 0)); -- only spares the loser an error
    CONTINUE WHEN to_regclass('private.' || part) IS NOT NULL;
    EXECUTE format('CREATE TABLE private.%I PARTITION OF private.audit_logs FOR VALUES FROM (%L) TO (%L)', part,
      month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
    EXECUTE format('ALTER TABLE private.%I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE private.%I FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY owner_only ON private.%I TO kompl_owner USING (true) WITH CHECK (true)', part);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.%I
      FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change()', part);
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;
REVOKE ALL ON FUNCTION private.ensure_log_partitions(timestamptz) FROM PUBLIC;

SELECT private.ensure_log_partitions();

-- An event of the platform. Who and from where comes from the connection; app.source is what the client says of itself.
CREATE FUNCTION private.log_event(p_action text, p_resource_type text, p_resource_id uuid, p_tenant uuid, p_old jsonb, p_new jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- The migrator makes partitions ahead; this catches the server that was not migrated for months.
  IF to_regclass('private.audit_logs_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL THEN
    PERFORM private.ensure_log_partitions();
  END IF;
  INSERT INTO private.audit_logs (user_id, action, resource_type, resource_id, tenant_id, old_values, new_values, ip_address,
    user_agent)
  VALUES (public.current_person(), p_action, p_resource_type, p_resource_id, p_tenant, p_old, p_new, inet_client_addr(),
    left(nullif(current_setting('app.source', true), ''), 500));
END
$$;
REVOKE ALL ON FUNCTION private.log_event(text, text, uuid, uuid, jsonb, jsonb) FROM PUBLIC;
