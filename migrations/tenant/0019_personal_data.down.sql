-- Refuses to throw away who asked to see what.
DO $check$
BEGIN
  IF EXISTS (SELECT FROM {{schema}}.reveals) THEN
    RAISE EXCEPTION 'there are records of personal data that was shown' USING ERRCODE = '55000';
  END IF;
END
$check$;
DO $guards$
DECLARE
  privacy text[] := '{privacy}';
BEGIN
  PERFORM private.grant_table('{{schema}}', 'data_inventory', '{viewer,auditor,compliance,privacy,risk,admin}', privacy, privacy, privacy);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'data_inventory');
  PERFORM private.grant_table('{{schema}}', 'dsr_requests', privacy, privacy, privacy, privacy);
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'dsr_requests');
END
$guards$;
DROP FUNCTION {{schema}}.reveal_data_inventory(uuid, text);
DROP FUNCTION {{schema}}.reveal_dsr_request(uuid, text);
DROP FUNCTION {{schema}}.may_reveal(text, uuid, text);
DROP TABLE {{schema}}.reveals;
CREATE OR REPLACE FUNCTION {{schema}}.may_read(p_resource_type text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(has_table_privilege(to_regclass('{{schema}}.' || quote_ident(p_resource_type)), 'SELECT'), false)
$$;
CREATE OR REPLACE FUNCTION {{schema}}.trail_values(p_row jsonb, p_hashed text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  hashed text;
BEGIN
  FOREACH hashed IN ARRAY p_hashed LOOP
    IF p_row ->> hashed IS NOT NULL THEN
      p_row := p_row || jsonb_build_object(hashed,
        jsonb_build_object('sha256', encode(sha256(convert_to(p_row ->> hashed, 'UTF8')), 'hex')));
    END IF;
  END LOOP;
  RETURN p_row;
END
$$;
ALTER TABLE {{schema}}.data_inventory DROP COLUMN data_subjects_masked;
ALTER TABLE {{schema}}.dsr_requests DROP COLUMN request_details_masked;
ALTER TABLE {{schema}}.dsr_requests DROP COLUMN data_subject_id_masked;
