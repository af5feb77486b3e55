-- Templates: values that a new record of a kind begins with, under a name that the tenant's people choose from.

CREATE TABLE {{schema}}.record_templates (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL,
  name varchar(120) NOT NULL CHECK (btrim(name) <> ''),
  -- column names to values
  content jsonb NOT NULL CHECK (jsonb_typeof(content) = 'object' AND pg_column_size(content) <= 1000000),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE UNIQUE INDEX record_templates_name_key ON {{schema}}.record_templates (resource_type, lower(name)) WHERE archived_at IS NULL;
CREATE INDEX record_templates_created_by_idx ON {{schema}}.record_templates (created_by);
CREATE INDEX record_templates_updated_by_idx ON {{schema}}.record_templates (updated_by);

-- Who may make such records makes templates of them, and takes them away again.
CREATE FUNCTION {{schema}}.guard_template() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) = '{{role}}'
    AND NOT coalesce(has_any_column_privilege(to_regclass('{{schema}}.' || quote_ident(NEW.resource_type)), 'INSERT'), false) THEN
    RAISE EXCEPTION 'record_templates: this function makes no such records' USING ERRCODE = '42501', TABLE = 'record_templates';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER guard_template BEFORE INSERT OR UPDATE ON {{schema}}.record_templates
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_template();
REVOKE ALL ON FUNCTION {{schema}}.guard_template() FROM PUBLIC;

SELECT private.guard_table('{{schema}}', '{{tenant_id}}', 'record_templates');
SELECT private.grant_table('{{schema}}', 'record_templates', '{viewer,auditor,compliance,privacy,risk,admin}',
  '{auditor,compliance,privacy,risk,admin}', '{}', '{auditor,compliance,privacy,risk,admin}');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.record_templates
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change('record_templates');
-- A template says what such records say: it is read by whoever reads them.
CREATE POLICY readers_only ON {{schema}}.record_templates AS RESTRICTIVE
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (current_user = 'kompl_owner' OR {{schema}}.may_read(resource_type))
  WITH CHECK (current_user = 'kompl_owner' OR {{schema}}.may_read(resource_type));
