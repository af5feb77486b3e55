-- What a step did to the number of rows of each table, and how far each data migration has come.

-- {"exact": boolean, "before": {table: rows}, "after": {table: rows}}; NULL for steps that cannot change rows.
ALTER TABLE private.migration_history ADD COLUMN row_counts jsonb;

-- One row for each data migration at each place; its cursor moves in the same transaction as the rows of the batch.
CREATE TABLE private.data_migrations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scope varchar(10) NOT NULL CHECK (scope IN ('public', 'private', 'tenant')),
  -- No foreign key, as in the history.
  tenant_id uuid,
  version varchar(50) NOT NULL,
  checksum varchar(64) NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
  -- the last key that was done; NULL before the first batch
  cursor_key text,
  rows_done bigint NOT NULL DEFAULT 0 CHECK (rows_done >= 0),
  batches integer NOT NULL DEFAULT 0 CHECK (batches >= 0),
  started_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  actor varchar(63) NOT NULL DEFAULT session_user,
  CHECK ((scope = 'tenant') = (tenant_id IS NOT NULL))
);
CREATE UNIQUE INDEX data_migrations_place_key
  ON private.data_migrations (scope, coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'), version);

ALTER TABLE private.data_migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.data_migrations FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.data_migrations TO kompl_owner USING (true) WITH CHECK (true);
