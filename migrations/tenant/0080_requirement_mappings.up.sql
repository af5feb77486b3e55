-- The crosswalk: how a requirement of one regulation stands to one of another. A mapping is written once, in the direction in
-- which its author read it (“source is a subset of target”); from the other side the same row reads the other way round.

CREATE TABLE {{schema}}.requirement_mappings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  source_requirement_id uuid NOT NULL REFERENCES {{schema}}.requirements (id),
  target_requirement_id uuid NOT NULL REFERENCES {{schema}}.requirements (id),
  relation varchar(20) NOT NULL CHECK (relation IN ('equal', 'subset', 'superset', 'intersect', 'not_related')),
  strength integer NOT NULL CHECK (strength BETWEEN 0 AND 10),
  rationale text,
  -- who says so: a publisher's crosswalk, a file, a person
  source varchar(255),
  -- from the two requirements, so that the crosswalk of two regulations is read by index
  source_regulation_id uuid NOT NULL REFERENCES {{schema}}.regulations (id),
  target_regulation_id uuid NOT NULL REFERENCES {{schema}}.regulations (id),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT requirement_mappings_two_requirements CHECK (source_requirement_id <> target_requirement_id),
  CONSTRAINT requirement_mappings_two_regulations CHECK (source_regulation_id <> target_regulation_id)
);
CREATE INDEX requirement_mappings_created_at_id_idx ON {{schema}}.requirement_mappings (created_at, id);
-- One live mapping a pair, in whichever direction it was written.
CREATE UNIQUE INDEX requirement_mappings_pair_key ON {{schema}}.requirement_mappings
  (least(source_requirement_id, target_requirement_id), greatest(source_requirement_id, target_requirement_id))
  WHERE archived_at IS NULL;
CREATE INDEX requirement_mappings_source_requirement_id_idx ON {{schema}}.requirement_mappings (source_requirement_id);
CREATE INDEX requirement_mappings_target_requirement_id_idx ON {{schema}}.requirement_mappings (target_requirement_id);
CREATE INDEX requirement_mappings_source_regulation_id_idx ON {{schema}}.requirement_mappings (source_regulation_id, target_regulation_id);
CREATE INDEX requirement_mappings_target_regulation_id_idx ON {{schema}}.requirement_mappings (target_regulation_id, source_regulation_id);
CREATE INDEX requirement_mappings_created_by_idx ON {{schema}}.requirement_mappings (created_by);
CREATE INDEX requirement_mappings_updated_by_idx ON {{schema}}.requirement_mappings (updated_by);

CREATE FUNCTION {{schema}}.derive_mapping() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  SELECT q.regulation_id INTO NEW.source_regulation_id FROM {{schema}}.requirements q WHERE q.id = NEW.source_requirement_id;
  SELECT q.regulation_id INTO NEW.target_regulation_id FROM {{schema}}.requirements q WHERE q.id = NEW.target_requirement_id;
  IF NEW.source_regulation_id IS NULL OR NEW.target_regulation_id IS NULL THEN
    RAISE EXCEPTION 'no such requirement' USING ERRCODE = '23503', TABLE = 'requirement_mappings',
      COLUMN = CASE WHEN NEW.source_regulation_id IS NULL THEN 'source_requirement_id' ELSE 'target_requirement_id' END,
      CONSTRAINT = CASE WHEN NEW.source_regulation_id IS NULL THEN 'requirement_mappings_source_requirement_id_fkey'
        ELSE 'requirement_mappings_target_requirement_id_fkey' END;
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.derive_mapping() FROM PUBLIC;
CREATE TRIGGER derive_row BEFORE INSERT ON {{schema}}.requirement_mappings
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.derive_mapping();

SELECT private.guard_table('{{schema}}', '{{tenant_id}}', 'requirement_mappings');
-- The domain whose licence it needs, named here, for private.domain_of knows the tables of its own day.
CREATE OR REPLACE TRIGGER a_open_tenant BEFORE INSERT OR UPDATE OR DELETE ON {{schema}}.requirement_mappings
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.require_open('requirement_mappings', 'regops');
SELECT private.grant_table('{{schema}}', 'requirement_mappings', '{viewer,auditor,compliance,privacy,risk,admin}',
  '{auditor,compliance,admin}', '{auditor,compliance,admin}', '{compliance,admin}', '{source_regulation_id,target_regulation_id}',
  '{source_requirement_id,target_requirement_id}');
CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.requirement_mappings
  FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL)
  EXECUTE FUNCTION {{schema}}.guard_archived('requirement_mappings');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.requirement_mappings
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change('requirement_mappings');
SELECT private.add_searched('{{schema}}', '{{tenant_id}}', 'requirement_mappings', '{rationale,source}', NULL, 'relation');
