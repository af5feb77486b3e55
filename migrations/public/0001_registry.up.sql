-- The registry: tenants, persons, licences, global configuration, memberships. Small, rarely written, never partitioned;
-- the only tables that tenants' foreign keys may point to. Nobody but kompl_owner touches them: persons go through functions.

CREATE TABLE public.tenants (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name varchar(255) NOT NULL CHECK (btrim(name) <> ''),
  domain varchar(255) UNIQUE NOT NULL
    CHECK (length(domain) <= 253 AND domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  description text,
  status varchar(20) NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'closed')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  deleted_by uuid,
  is_deleted boolean NOT NULL DEFAULT false,
  -- kind, place, sign, colour, weave: how the workstation shows which tenant this is
  config jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(config) = 'object')
);

CREATE TABLE public.users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- the home tenant; a platform administrator has none
  tenant_id uuid REFERENCES public.tenants (id) ON DELETE CASCADE,
  -- ASCII in lower case, so that the role's name is the same wherever it is computed
  email varchar(255) UNIQUE NOT NULL CHECK (email ~ '^[!-?A-~]+@[!-?A-~]+$' AND email = lower(email)),
  -- the SCRAM-SHA-256 verifier that PostgreSQL itself holds for the person's role
  password_hash varchar(255) NOT NULL CHECK (password_hash ~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$'),
  first_name varchar(100),
  last_name varchar(100),
  -- the function in the home tenant; what counts is tenant_memberships
  role varchar(50) NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  last_login timestamptz,
  deleted_at timestamptz,
  deleted_by uuid,
  is_deleted boolean NOT NULL DEFAULT false,
  preferences jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(preferences) = 'object'),
  -- addition: the role the person signs in to PostgreSQL with
  db_role varchar(63) UNIQUE NOT NULL CHECK (db_role ~ '^u_[0-9a-f]{32}$')
);
CREATE INDEX users_tenant_id_idx ON public.users (tenant_id);

CREATE TABLE public.licenses (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- one licence a tenant
  tenant_id uuid NOT NULL UNIQUE REFERENCES public.tenants (id) ON DELETE CASCADE,
  type varchar(50) NOT NULL CHECK (btrim(type) <> ''),
  start_date date NOT NULL,
  end_date date NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  features jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(features) = 'object'),
  limits jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(limits) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (end_date >= start_date)
);

CREATE TABLE public.global_config (
  id serial PRIMARY KEY,
  key varchar(255) UNIQUE NOT NULL,
  value jsonb NOT NULL,
  description text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Addition: a person may belong to several tenants, with several functions in each. A membership that ended keeps its row
-- (expires_at), so that names in a tenant's history stay readable.
CREATE TABLE public.tenant_memberships (
  user_id uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL REFERENCES public.tenants (id) ON DELETE CASCADE,
  function varchar(20) NOT NULL CHECK (function IN ('viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  PRIMARY KEY (user_id, tenant_id, function)
);
CREATE INDEX tenant_memberships_tenant_id_idx ON public.tenant_memberships (tenant_id, user_id);

-- updated_at is the server's, never the caller's.
CREATE FUNCTION public.touch_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION public.touch_row() FROM PUBLIC;

CREATE TRIGGER touch_row BEFORE UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION public.touch_row();
CREATE TRIGGER touch_row BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.touch_row();
CREATE TRIGGER touch_row BEFORE UPDATE ON public.licenses FOR EACH ROW EXECUTE FUNCTION public.touch_row();
CREATE TRIGGER touch_row BEFORE UPDATE ON public.global_config FOR EACH ROW EXECUTE FUNCTION public.touch_row();

-- A grant made by mistake shows nothing: forced row security knows the owner only.
ALTER TABLE public.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON public.tenants TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.users FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON public.users TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE public.licenses ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.licenses FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON public.licenses TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE public.global_config ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.global_config FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON public.global_config TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE public.tenant_memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON public.tenant_memberships TO kompl_owner USING (true) WITH CHECK (true);
