-- Views of lists that people keep for themselves or share: filter, order, columns, grouping, as JSON that the workstation checks. Own
-- ones and shared ones are seen; only the owner and the tenant's administrator change one.

CREATE TABLE {{schema}}.saved_views (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  -- the entity whose list it is a view of, by the workstation's own name for it
  list varchar(60) NOT NULL CHECK (list ~ '^[a-z][A-Za-z0-9]*$'),
  name varchar(60) NOT NULL CHECK (btrim(name) <> ''),
  -- far more than a view can hold; a field of text would take megabytes
  definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object' AND octet_length(definition::text) <= 65536),
  sharing varchar(20) NOT NULL DEFAULT 'private' CHECK (sharing IN ('private', 'functions', 'tenant')),
  -- with whom, where it is shared with functions
  functions text[] NOT NULL DEFAULT '{}'
  CHECK (functions <@ ARRAY['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin']),
  -- its place among the owner's views
  place integer NOT NULL DEFAULT 0 CHECK (place BETWEEN 0 AND 100000),
  -- the owner
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT saved_views_shared_with_check CHECK (sharing <> 'functions' OR cardinality(functions) > 0)
);
CREATE UNIQUE INDEX saved_views_name_key ON {{schema}}.saved_views (created_by, list, lower(name)) WHERE archived_at IS NULL;
CREATE INDEX saved_views_list_idx ON {{schema}}.saved_views (list, place, id);
CREATE INDEX saved_views_place_idx ON {{schema}}.saved_views (place, name, id);
CREATE INDEX saved_views_created_by_idx ON {{schema}}.saved_views (created_by);
CREATE INDEX saved_views_updated_by_idx ON {{schema}}.saved_views (updated_by);

-- Has the acting person one of these functions here? A transaction takes on one of them only; a view is shared with all of a person.
CREATE FUNCTION {{schema}}.has_function(p_functions text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 1000 SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM public.tenant_memberships m
    WHERE m.user_id = public.current_person() AND m.tenant_id = '{{tenant_id}}'::uuid AND m.function = ANY (p_functions)
      AND (m.expires_at IS NULL OR m.expires_at > now()));
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.has_function(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.has_function(text[])
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

SELECT private.guard_table('{{schema}}', '{{tenant_id}}', 'saved_views');
SELECT private.grant_table('{{schema}}', 'saved_views', '{viewer,auditor,compliance,privacy,risk,admin}',
  '{viewer,auditor,compliance,privacy,risk,admin}', '{viewer,auditor,compliance,privacy,risk,admin}',
  '{viewer,auditor,compliance,privacy,risk,admin}', '{}', '{list}');

-- They narrow what tenant_only allows, and are no more than that for the owner of the tables.
CREATE POLICY own_or_shared ON {{schema}}.saved_views AS RESTRICTIVE FOR SELECT
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (current_user = 'kompl_owner' OR created_by = public.current_person() OR sharing = 'tenant'
    OR (sharing = 'functions' AND {{schema}}.has_function(functions)));
CREATE POLICY owner_changes ON {{schema}}.saved_views AS RESTRICTIVE FOR UPDATE
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (current_user = 'kompl_owner' OR created_by = public.current_person() OR current_user = '{{role}}_admin')
  WITH CHECK (current_user = 'kompl_owner' OR created_by = public.current_person() OR current_user = '{{role}}_admin');

CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.saved_views
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change('saved_views');
CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.saved_views
  FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL)
  EXECUTE FUNCTION {{schema}}.guard_archived('saved_views');
