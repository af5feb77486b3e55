-- Settings: the catalogue with the platform's values (global_config), and what a tenant has of its own (tenant_config). A key
-- that is not in the catalogue does not exist; a value that its rule refuses is not written, from psql neither. The catalogue
-- is that of src/shared/config.ts.

ALTER TABLE public.global_config ADD COLUMN default_value jsonb;
ALTER TABLE public.global_config ADD COLUMN rule jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(rule) = 'object');
ALTER TABLE public.global_config ADD COLUMN per_tenant boolean NOT NULL DEFAULT false;

CREATE TABLE public.tenant_config (
  tenant_id uuid NOT NULL REFERENCES public.tenants (id) ON DELETE CASCADE,
  key varchar(255) NOT NULL REFERENCES public.global_config (key),
  value jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX tenant_config_key_idx ON public.tenant_config (key);
ALTER TABLE public.tenant_config ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_config FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON public.tenant_config TO kompl_owner USING (true) WITH CHECK (true);
CREATE TRIGGER touch_row BEFORE UPDATE ON public.tenant_config FOR EACH ROW EXECUTE FUNCTION public.touch_row();

INSERT INTO public.global_config (key, value, default_value, rule, per_tenant, description)
SELECT v.key, v.value, v.value, v.rule, v.per_tenant, v.description FROM (VALUES
  ('tenant.legal_hold', 'false'::jsonb, '{"type":"boolean"}'::jsonb, true,
    'While it is on, nothing of the tenant may be destroyed: no deletion is scheduled and no shredding begins.'),
  ('tenant.deletion_grace_days', '30', '{"type":"integer","min":0,"max":3650}', false,
    'The grace period of a deletion that names none.'),
  ('tenant.time_zone', '"UTC"', '{"type":"text","min":1,"max":64}', true,
    'Where the days of legal deadlines begin and end, by its IANA name.'),
  ('reminders.days_before', '[30,7,1]', '{"type":"list","items":{"type":"integer","min":0,"max":365},"min":0,"max":6}', true,
    'How many days before something is due its owner is reminded.'),
  ('dsr.reminder_days', '[14,7,3,1]', '{"type":"list","items":{"type":"integer","min":0,"max":365},"min":0,"max":6}', true,
    'How many days before the end of the legal month whoever answers a request is reminded.'),
  ('retention.records_years', '10', '{"type":"integer","min":1,"max":100}', true,
    'Counted from the day on which an audit, a request or a finding was closed.'),
  ('retention.evidence_years', '10', '{"type":"integer","min":1,"max":100}', true,
    'Counted from the day on which the audit it belongs to was closed.'),
  ('evidence.types', '["photo","document","export","screenshot","interview","other"]', '{"type":"list","items":{"type":"choice","options":["photo","document","export","screenshot","interview","other"]},"min":1,"max":6}', true,
    'The kinds that people choose from when they file evidence.'),
  ('risk.matrix', '[["low","low","low","medium","medium"],["low","low","medium","medium","high"],["low","medium","medium","high","high"],["medium","medium","high","high","critical"],["medium","high","high","critical","critical"]]', '{"type":"list","items":{"type":"list","items":{"type":"choice","options":["low","medium","high","critical"]},"min":5,"max":5},"min":5,"max":5}', true,
    'The level of a risk, by likelihood (1 to 5, a row each) and impact (1 to 5, from left to right).'),
  ('risk.tolerance', '"medium"', '{"type":"choice","options":["low","medium","high","critical"]}', true,
    'The highest level that may stay without a treatment.'),
  ('vulnerability.days_allowed', '{"critical":7,"high":30,"medium":90,"low":180}', '{"type":"fields","fields":{"critical":{"type":"integer","min":1,"max":365},"high":{"type":"integer","min":1,"max":365},"medium":{"type":"integer","min":1,"max":730},"low":{"type":"integer","min":1,"max":1095}}}', true,
    'By its severity, counted from the day on which it was found.'),
  ('knowledge.remote_provider', 'false', '{"type":"boolean"}', true,
    'Whether texts may leave the machine to a provider that the tenant has named; off, everything stays.')
) AS v (key, value, rule, per_tenant, description)
ON CONFLICT (key) DO UPDATE SET default_value = excluded.default_value, rule = excluded.rule, per_tenant = excluded.per_tenant,
  description = excluded.description;

-- Whether a value keeps to a rule. An unknown type of rule refuses everything.
CREATE FUNCTION public.config_accepts(p_rule jsonb, p_value jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  kind text := p_rule ->> 'type';
  given text := jsonb_typeof(p_value);
  part jsonb;
  field text;
BEGIN
  IF kind = 'boolean' THEN
    RETURN given = 'boolean';
  ELSIF kind = 'integer' THEN
    RETURN given = 'number' AND (p_value #>> '{}')::numeric = trunc((p_value #>> '{}')::numeric)
      AND (p_value #>> '{}')::numeric BETWEEN (p_rule ->> 'min')::numeric AND (p_rule ->> 'max')::numeric;
  ELSIF kind = 'text' THEN
    RETURN given = 'string' AND (p_value #>> '{}') !~ '[\x01-\x1f\x7f]'
      AND length(p_value #>> '{}') BETWEEN (p_rule ->> 'min')::integer AND (p_rule ->> 'max')::integer;
  ELSIF kind = 'choice' THEN
    RETURN given = 'string' AND (p_rule -> 'options') @> jsonb_build_array(p_value);
  ELSIF kind = 'list' THEN
    IF given <> 'array' OR jsonb_array_length(p_value) NOT BETWEEN (p_rule ->> 'min')::integer AND (p_rule ->> 'max')::integer THEN
      RETURN false;
    END IF;
    FOR part IN SELECT e.value FROM jsonb_array_elements(p_value) AS e LOOP
      IF NOT public.config_accepts(p_rule -> 'items', part) THEN
        RETURN false;
      END IF;
    END LOOP;
    RETURN true;
  ELSIF kind = 'fields' THEN
    IF given <> 'object'
      OR (SELECT count(*) FROM jsonb_object_keys(p_value)) <> (SELECT count(*) FROM jsonb_object_keys(p_rule -> 'fields')) THEN
      RETURN false;
    END IF;
    FOR field, part IN SELECT e.key, e.value FROM jsonb_each(p_rule -> 'fields') AS e LOOP
      IF NOT p_value ? field OR NOT public.config_accepts(part, p_value -> field) THEN
        RETURN false;
      END IF;
    END LOOP;
    RETURN true;
  END IF;
  RETURN false;
END
$$;

-- The catalogue's entry for a key, after the value was checked against it (null: the value is taken back).
CREATE FUNCTION public.require_setting(p_key text, p_value jsonb) RETURNS public.global_config
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  entry public.global_config;
BEGIN
  SELECT * INTO entry FROM public.global_config WHERE key = p_key AND default_value IS NOT NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no such setting' USING ERRCODE = '22023';
  END IF;
  IF p_value IS NOT NULL AND NOT public.config_accepts(entry.rule, p_value) THEN
    RAISE EXCEPTION 'the setting % does not take this value', entry.key USING ERRCODE = '22023';
  END IF;
  RETURN entry;
END
$$;

-- A tenant's own value; null takes it back, so that the platform's counts again. For the tenant's administrators and the platform.
CREATE FUNCTION public.set_tenant_config(p_tenant uuid, p_key text, p_value jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  entry public.global_config;
  former jsonb;
BEGIN
  PERFORM public.require_administrator(p_tenant);
  PERFORM FROM public.tenants WHERE id = p_tenant AND NOT is_deleted FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'P0002';
  END IF;
  entry := public.require_setting(p_key, p_value);
  IF NOT entry.per_tenant THEN
    RAISE EXCEPTION 'the setting % is the platform''s', entry.key USING ERRCODE = '42501';
  END IF;
  SELECT c.value INTO former FROM public.tenant_config c WHERE c.tenant_id = p_tenant AND c.key = entry.key FOR UPDATE;
  IF p_value IS NULL THEN
    DELETE FROM public.tenant_config c WHERE c.tenant_id = p_tenant AND c.key = entry.key;
  ELSE
    INSERT INTO public.tenant_config (tenant_id, key, value) VALUES (p_tenant, entry.key, p_value)
    ON CONFLICT (tenant_id, key) DO UPDATE SET value = excluded.value;
  END IF;
  IF former IS DISTINCT FROM p_value THEN
    PERFORM private.log_event('config.set', 'tenant_config', NULL, p_tenant, jsonb_build_object(entry.key, former),
      jsonb_build_object(entry.key, p_value));
  END IF;
END
$$;

-- The platform's value; null goes back to the default.
CREATE FUNCTION public.set_global_config(p_key text, p_value jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  entry public.global_config;
BEGIN
  PERFORM public.require_administrator(NULL);
  entry := public.require_setting(p_key, p_value);
  SELECT * INTO entry FROM public.global_config WHERE key = entry.key FOR NO KEY UPDATE;
  UPDATE public.global_config c SET value = coalesce(p_value, entry.default_value) WHERE c.key = entry.key;
  IF entry.value IS DISTINCT FROM coalesce(p_value, entry.default_value) THEN
    PERFORM private.log_event('config.set', 'global_config', NULL, NULL, jsonb_build_object(entry.key, entry.value),
      jsonb_build_object(entry.key, coalesce(p_value, entry.default_value)));
  END IF;
END
$$;

-- What counts for a tenant, and where each value comes from; for null what counts where a tenant has nothing of its own. Open
-- to the tenant's members and to administrators.
CREATE FUNCTION public.effective_config(p_tenant uuid)
RETURNS TABLE (key text, value jsonb, origin text, description text, global_value jsonb, rule jsonb, per_tenant boolean,
  changed_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF NOT (public.may_administer(p_tenant) OR EXISTS (
    SELECT FROM public.tenant_memberships m JOIN public.users u ON u.id = m.user_id AND u.status = 'active' AND NOT u.is_deleted
    WHERE m.user_id = public.current_person() AND (p_tenant IS NULL OR m.tenant_id = p_tenant)
      AND (m.expires_at IS NULL OR m.expires_at > now()))) THEN
    RAISE EXCEPTION 'only members of the tenant and administrators may read its settings' USING ERRCODE = '42501';
  END IF;
  RETURN QUERY
  SELECT g.key::text, coalesce(t.value, g.value), CASE WHEN t.value IS NULL THEN 'global' ELSE 'tenant' END, g.description,
    g.value, g.rule, g.per_tenant, coalesce(t.updated_at, g.updated_at)
  FROM public.global_config g
  LEFT JOIN public.tenant_config t ON t.key = g.key AND t.tenant_id = p_tenant AND g.per_tenant
  WHERE g.default_value IS NOT NULL
  ORDER BY g.key;
END
$$;

REVOKE ALL ON FUNCTION public.config_accepts(jsonb, jsonb), public.require_setting(text, jsonb),
  public.set_tenant_config(uuid, text, jsonb), public.set_global_config(text, jsonb), public.effective_config(uuid) FROM PUBLIC;

-- Open to every login, for each checks the caller itself.
GRANT EXECUTE ON FUNCTION public.set_tenant_config(uuid, text, jsonb), public.set_global_config(text, jsonb),
  public.effective_config(uuid) TO PUBLIC;
