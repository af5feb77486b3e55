-- How the columns of a file became fields the last time, by the names of its columns: the next file of the same kind is read the same
-- way. A person's own, or shared with the tenant; it holds names of columns and words of choices, no rows.

CREATE TABLE {{schema}}.import_mappings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  -- the kind of record, by the workstation's own name for it
  entity varchar(63) NOT NULL CHECK (entity ~ '^[a-z][A-Za-z0-9]*$'),
  -- SHA-256 of the header
  signature varchar(64) NOT NULL CHECK (signature ~ '^[0-9a-f]{64}$'),
  -- 150 columns with the words of their choices, and no more
  map jsonb NOT NULL CHECK (jsonb_typeof(map) = 'object' AND octet_length(map::text) <= 524288),
  shared boolean NOT NULL DEFAULT false,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid,
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
-- One of each person for a header.
CREATE UNIQUE INDEX import_mappings_signature_key ON {{schema}}.import_mappings (entity, signature, created_by) WHERE archived_at IS NULL;
CREATE INDEX import_mappings_updated_at_id_idx ON {{schema}}.import_mappings (updated_at DESC, id);
CREATE INDEX import_mappings_created_by_idx ON {{schema}}.import_mappings (created_by);
CREATE INDEX import_mappings_updated_by_idx ON {{schema}}.import_mappings (updated_by);

SELECT private.guard_table('{{schema}}', '{{tenant_id}}', 'import_mappings');
SELECT private.grant_table('{{schema}}', 'import_mappings', '{viewer,auditor,compliance,privacy,risk,admin}',
  '{auditor,compliance,privacy,risk,admin}', '{auditor,compliance,privacy,risk,admin}', '{auditor,compliance,privacy,risk,admin}',
  '{}', '{entity,signature}');

-- They narrow what tenant_only allows, and are no more than that for the owner of the tables.
CREATE POLICY own_or_shared ON {{schema}}.import_mappings AS RESTRICTIVE FOR SELECT
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (current_user = 'kompl_owner' OR created_by = public.current_person() OR shared);
CREATE POLICY owner_changes ON {{schema}}.import_mappings AS RESTRICTIVE FOR UPDATE
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (current_user = 'kompl_owner' OR created_by = public.current_person())
  WITH CHECK (current_user = 'kompl_owner' OR created_by = public.current_person());

CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.import_mappings
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change('import_mappings');
CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.import_mappings
  FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL)
  EXECUTE FUNCTION {{schema}}.guard_archived('import_mappings');
