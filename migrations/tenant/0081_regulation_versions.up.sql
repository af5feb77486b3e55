-- Versions of a regulation: which one follows which, and where in a document a requirement stood.

ALTER TABLE {{schema}}.regulations ADD COLUMN supersedes_id uuid;
ALTER TABLE {{schema}}.regulations ADD CONSTRAINT regulations_supersedes_id_fkey
  FOREIGN KEY (supersedes_id) REFERENCES {{schema}}.regulations (id);
ALTER TABLE {{schema}}.regulations ADD CONSTRAINT regulations_supersedes_another CHECK (supersedes_id <> id);
CREATE INDEX regulations_supersedes_id_idx ON {{schema}}.regulations (supersedes_id);
-- 'page 12, line 4' or 'paragraph 31' of the file that it was read from
ALTER TABLE {{schema}}.requirements ADD COLUMN source_place varchar(100);

SELECT private.grant_table('{{schema}}', 'regulations', '{viewer,auditor,compliance,privacy,risk,admin}', '{auditor,compliance,admin}',
  '{auditor,compliance,admin}', '{compliance,admin}', '{}', '{parsed_content,source_format,source_uuid,source_sha256}');
SELECT private.grant_table('{{schema}}', 'requirements', '{viewer,auditor,compliance,privacy,risk,admin}', '{auditor,compliance,admin}',
  '{auditor,compliance,admin}', '{compliance,admin}', '{}', '{regulation_id,source_id,params,source_place}');

-- No ring of versions. Whoever links takes the older ones' locks on the way, so that two halves of a ring cannot pass each other.
CREATE FUNCTION {{schema}}.guard_versions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_at uuid := NEW.supersedes_id;
BEGIN
  WHILE v_at IS NOT NULL LOOP
    IF v_at = NEW.id THEN
      RAISE EXCEPTION 'a version does not supersede itself' USING ERRCODE = '23514', TABLE = 'regulations', COLUMN = 'supersedes_id',
        CONSTRAINT = 'regulations_versions_in_line';
    END IF;
    SELECT g.supersedes_id INTO v_at FROM {{schema}}.regulations g WHERE g.id = v_at FOR NO KEY UPDATE;
  END LOOP;
  RETURN NEW;
END
$$;
CREATE TRIGGER guard_versions BEFORE INSERT OR UPDATE OF supersedes_id ON {{schema}}.regulations
  FOR EACH ROW WHEN (NEW.supersedes_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.guard_versions();

-- The version that comes into force ends the one before it.
CREATE FUNCTION {{schema}}.end_earlier_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  UPDATE {{schema}}.regulations SET status = 'superseded' WHERE id = NEW.supersedes_id AND status = 'active' AND archived_at IS NULL;
  RETURN NULL;
END
$$;
CREATE TRIGGER end_earlier_version AFTER INSERT OR UPDATE OF status, supersedes_id ON {{schema}}.regulations
  FOR EACH ROW WHEN (NEW.supersedes_id IS NOT NULL AND NEW.status = 'active' AND NEW.archived_at IS NULL)
  EXECUTE FUNCTION {{schema}}.end_earlier_version();
REVOKE ALL ON FUNCTION {{schema}}.guard_versions(), {{schema}}.end_earlier_version() FROM PUBLIC;

-- As before, and the place. Returns how many rows changed.
CREATE OR REPLACE FUNCTION {{schema}}.note_requirement_sources(p_rows jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  changed integer;
BEGIN
  UPDATE {{schema}}.requirements q SET source_id = r."sourceId", params = nullif(r.params, 'null'::jsonb), source_place = r."sourcePlace"
  FROM jsonb_to_recordset(p_rows) AS r (id uuid, "sourceId" text, params jsonb, "sourcePlace" text)
  WHERE q.id = r.id AND (q.source_id, q.params, q.source_place)
    IS DISTINCT FROM (r."sourceId"::varchar, nullif(r.params, 'null'::jsonb), r."sourcePlace"::varchar);
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$;
