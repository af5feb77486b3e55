-- What a tenant took in from the shared library, and its one window to it: its own row of who was given what, and the content of
-- that version. The window opens inwards only; nothing here writes outside of this schema.

CREATE TABLE {{schema}}.library_receipts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  -- No foreign keys: a receipt goes with the tenant to another database, whose library is another one.
  item_id uuid NOT NULL,
  version_id uuid NOT NULL,
  slug varchar(80) NOT NULL,
  version varchar(50) NOT NULL,
  sha256 varchar(64) NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  -- created, updated, unchanged, kept
  counts jsonb NOT NULL CHECK (jsonb_typeof(counts) = 'object'),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX library_receipts_item_id_idx ON {{schema}}.library_receipts (item_id, created_at, id);
CREATE INDEX library_receipts_created_at_id_idx ON {{schema}}.library_receipts (created_at, id);
CREATE INDEX library_receipts_created_by_idx ON {{schema}}.library_receipts (created_by);
CREATE INDEX library_receipts_updated_by_idx ON {{schema}}.library_receipts (updated_by);
SELECT private.guard_table('{{schema}}', '{{tenant_id}}', 'library_receipts');
SELECT private.grant_table('{{schema}}', 'library_receipts', '{viewer,auditor,compliance,privacy,risk,admin}', '{compliance}', '{}', '{}');

CREATE FUNCTION {{schema}}.library_offers()
RETURNS TABLE (item_id uuid, version_id uuid, slug text, kind text, title text, version text, sha256 text, given_at timestamptz,
  taken_version text, taken_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT i.id, v.id, i.slug::text, i.kind::text, i.title::text, v.version::text, v.sha256::text, s.given_at, r.version::text, r.created_at
  FROM public.library_subscriptions s
  JOIN public.library_items i ON i.id = s.item_id
  JOIN public.library_versions v ON v.id = s.version_id
  LEFT JOIN LATERAL (
    SELECT x.version, x.created_at FROM {{schema}}.library_receipts x WHERE x.item_id = s.item_id
    ORDER BY x.created_at DESC, x.id DESC LIMIT 1
  ) r ON true
  WHERE s.tenant_id = '{{tenant_id}}'::uuid
  ORDER BY i.slug
$$;

-- The text of the version that this tenant was given, or of one that it took in before (the base of a three-way comparison).
CREATE FUNCTION {{schema}}.library_content(p_version uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.library_subscriptions s WHERE s.tenant_id = '{{tenant_id}}'::uuid AND s.version_id = p_version
    UNION ALL
    SELECT FROM {{schema}}.library_receipts r
    JOIN public.library_subscriptions s ON s.tenant_id = '{{tenant_id}}'::uuid AND s.item_id = r.item_id
    JOIN public.library_versions v ON v.id = r.version_id AND v.item_id = s.item_id AND v.sha256 = r.sha256
    WHERE r.version_id = p_version
  ) THEN
    RAISE EXCEPTION 'this tenant was not given that version' USING ERRCODE = 'P0002';
  END IF;
  RETURN (SELECT c.content FROM private.library_contents c WHERE c.version_id = p_version);
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.library_offers(), {{schema}}.library_content(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.library_offers() TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy,
  {{role}}_risk, {{role}}_admin;
GRANT EXECUTE ON FUNCTION {{schema}}.library_content(uuid) TO {{role}}_compliance;
