-- The shared library: catalogues, policy templates and control sets that the platform gives to tenants. What there is and who was
-- given what stands here, small; the content itself lies in private. Only kompl_owner reaches these tables and functions, so an
-- administrator's connection: no person and no tenant's role reads or writes them. A tenant sees what it was given through
-- functions of its own schema, and nothing of a tenant is ever written here but that it was given a version.

CREATE TABLE public.library_items (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug varchar(80) NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  kind varchar(20) NOT NULL CHECK (kind IN ('catalogue', 'policies', 'control_set')),
  title varchar(255) NOT NULL CHECK (btrim(title) <> ''),
  created_at timestamptz NOT NULL DEFAULT now()
);

-- A version never changes: other content is another version.
CREATE TABLE public.library_versions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  item_id uuid NOT NULL REFERENCES public.library_items (id),
  version varchar(50) NOT NULL CHECK (btrim(version) <> ''),
  -- of the content's bytes
  sha256 varchar(64) NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  note text,
  added_at timestamptz NOT NULL DEFAULT now(),
  added_by uuid REFERENCES public.users (id),
  login varchar(63) NOT NULL DEFAULT session_user,
  UNIQUE (item_id, version)
);
CREATE INDEX library_versions_added_by_idx ON public.library_versions (added_by);

-- What a tenant was given last of an item. Whether it was taken in, the tenant's own receipts say.
CREATE TABLE public.library_subscriptions (
  tenant_id uuid NOT NULL REFERENCES public.tenants (id) ON DELETE CASCADE,
  item_id uuid NOT NULL REFERENCES public.library_items (id),
  version_id uuid NOT NULL REFERENCES public.library_versions (id),
  given_at timestamptz NOT NULL DEFAULT now(),
  given_by uuid REFERENCES public.users (id),
  login varchar(63) NOT NULL DEFAULT session_user,
  PRIMARY KEY (tenant_id, item_id)
);
CREATE INDEX library_subscriptions_item_id_idx ON public.library_subscriptions (item_id);
CREATE INDEX library_subscriptions_version_id_idx ON public.library_subscriptions (version_id);
CREATE INDEX library_subscriptions_given_by_idx ON public.library_subscriptions (given_by);

ALTER TABLE public.library_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.library_items FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON public.library_items TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE public.library_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.library_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON public.library_versions TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE public.library_subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.library_subscriptions FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON public.library_subscriptions TO kompl_owner USING (true) WITH CHECK (true);

CREATE FUNCTION public.refuse_library_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a version of the library never changes; add another version' USING ERRCODE = '55000', CONSTRAINT = 'library_fixed';
END
$$;
REVOKE ALL ON FUNCTION public.refuse_library_change() FROM PUBLIC;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON public.library_versions
  FOR EACH ROW EXECUTE FUNCTION public.refuse_library_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.library_versions
  FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_library_change();
