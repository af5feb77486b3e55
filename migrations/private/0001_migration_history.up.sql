-- What was applied, where, by whom and how long it took. Comes before everything else in every scope, for the migrator
-- records each step in the transaction that makes it.

CREATE SCHEMA private;
REVOKE ALL ON SCHEMA private FROM PUBLIC;

CREATE TABLE private.migration_history (
  id serial PRIMARY KEY,
  version varchar(50) NOT NULL,
  description text NOT NULL,
  executed_at timestamptz NOT NULL DEFAULT now(),
  status varchar(20) NOT NULL DEFAULT 'success' CHECK (status IN ('success', 'failed')),
  -- additions to the ERD
  scope varchar(10) NOT NULL CHECK (scope IN ('public', 'private', 'tenant')),
  -- No foreign key: the history of a tenant outlives the tenant, and this table is older than public.tenants.
  tenant_id uuid,
  checksum varchar(64) NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
  direction varchar(4) NOT NULL DEFAULT 'up' CHECK (direction IN ('up', 'down')),
  duration_ms integer NOT NULL CHECK (duration_ms >= 0),
  actor varchar(63) NOT NULL DEFAULT session_user,
  sqlstate varchar(5),
  CHECK ((scope = 'tenant') = (tenant_id IS NOT NULL))
);

CREATE INDEX migration_history_place_idx ON private.migration_history (scope, tenant_id, version, id);

ALTER TABLE private.migration_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.migration_history FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.migration_history TO kompl_owner USING (true) WITH CHECK (true);
