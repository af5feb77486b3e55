CREATE OR REPLACE FUNCTION {{schema}}.note_requirement_sources(p_rows jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  changed integer;
BEGIN
  UPDATE {{schema}}.requirements q SET source_id = r."sourceId", params = nullif(r.params, 'null'::jsonb)
  FROM jsonb_to_recordset(p_rows) AS r (id uuid, "sourceId" text, params jsonb)
  WHERE q.id = r.id AND (q.source_id, q.params) IS DISTINCT FROM (r."sourceId"::varchar, nullif(r.params, 'null'::jsonb));
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$;
DROP TRIGGER end_earlier_version ON {{schema}}.regulations;
DROP TRIGGER guard_versions ON {{schema}}.regulations;
DROP FUNCTION {{schema}}.end_earlier_version();
DROP FUNCTION {{schema}}.guard_versions();
ALTER TABLE {{schema}}.requirements DROP COLUMN source_place;
ALTER TABLE {{schema}}.regulations DROP COLUMN supersedes_id;
