DELETE FROM public.tenant_config WHERE key = 'retention.audit_log_months';
DELETE FROM public.global_config WHERE key = 'retention.audit_log_months';

CREATE OR REPLACE FUNCTION public.config_accepts(p_rule jsonb, p_value jsonb) RETURNS boolean
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
