-- The tenant's own trail, the ledger of operations, the tenant's people, and the trigger functions every table shares.
-- Triggers write into their own schema only and get the table's name by argument.

CREATE TABLE {{schema}}.audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- the person, by public.current_person(); no foreign key, for the trail outlives persons
  actor uuid,
  -- the login of the connection; differs from the person's own where somebody acted for them
  login name NOT NULL DEFAULT session_user,
  action text NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
  resource_type text NOT NULL,
  resource_id uuid,
  -- an update holds the columns that changed
  old_values jsonb,
  new_values jsonb,
  -- what the client says of itself: 'workstation/0.1.0 <device>', the operation, the reason
  source text,
  op_id uuid,
  reason text
);
CREATE INDEX audit_log_resource_idx ON {{schema}}.audit_log (resource_type, resource_id, id);
CREATE INDEX audit_log_txid_idx ON {{schema}}.audit_log (txid, id);
CREATE INDEX audit_log_actor_idx ON {{schema}}.audit_log (actor, id);
CREATE INDEX audit_log_op_id_idx ON {{schema}}.audit_log (op_id) WHERE op_id IS NOT NULL;
CREATE INDEX audit_log_at_idx ON {{schema}}.audit_log (at);

CREATE TABLE {{schema}}.sync_ops (
  op_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  device_id text NOT NULL CHECK (length(device_id) BETWEEN 1 AND 64),
  device_seq bigint NOT NULL CHECK (device_seq >= 0),
  body_sha256 text NOT NULL CHECK (body_sha256 ~ '^[0-9a-f]{64}$'),
  entity text NOT NULL CHECK (length(entity) BETWEEN 1 AND 64),
  entity_id uuid,
  result jsonb,
  person_id uuid NOT NULL REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (device_id, device_seq)
);
CREATE INDEX sync_ops_person_id_idx ON {{schema}}.sync_ops (person_id);
CREATE INDEX sync_ops_created_at_idx ON {{schema}}.sync_ops (created_at);

-- The people of this tenant and no others, former ones included (for their names in the history).
CREATE VIEW {{schema}}.people WITH (security_barrier) AS
SELECT u.id, u.email::text AS email,
  coalesce(nullif(btrim(concat_ws(' ', u.first_name, u.last_name)), ''), u.email)::text AS display_name,
  m.functions,
  u.status = 'active' AND NOT u.is_deleted AND m.functions <> '{}' AS active
FROM (
  SELECT tm.user_id,
    coalesce(array_agg(tm.function::text ORDER BY tm.function) FILTER (WHERE tm.expires_at IS NULL OR tm.expires_at > now()), '{}')
      AS functions
  FROM public.tenant_memberships tm
  WHERE tm.tenant_id = '{{tenant_id}}'::uuid
  GROUP BY tm.user_id
) m
JOIN public.users u ON u.id = m.user_id;

-- Version, times and persons of every row are the server's.
CREATE FUNCTION {{schema}}.stamp_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  person uuid := public.current_person();
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.row_version := 1;
    -- Without a person it is the owner who restores or migrates: given values stand.
    IF person IS NOT NULL THEN
      NEW.created_at := now();
      NEW.updated_at := now();
      NEW.created_by := person;
      NEW.updated_by := person;
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.id IS DISTINCT FROM OLD.id OR NEW.tenant_id IS DISTINCT FROM OLD.tenant_id THEN
    RAISE EXCEPTION 'id and tenant_id never change' USING ERRCODE = '23514';
  END IF;
  NEW.row_version := OLD.row_version + 1;
  NEW.created_at := OLD.created_at;
  NEW.created_by := OLD.created_by;
  NEW.updated_at := now();
  NEW.updated_by := coalesce(person, OLD.updated_by);
  RETURN NEW;
END
$$;

-- The row as the trail keeps it: hashed columns are replaced by their SHA-256.
CREATE FUNCTION {{schema}}.trail_values(p_row jsonb, p_hashed text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  hashed text;
BEGIN
  FOREACH hashed IN ARRAY p_hashed LOOP
    IF p_row ->> hashed IS NOT NULL THEN
      p_row := p_row || jsonb_build_object(hashed,
        jsonb_build_object('sha256', encode(sha256(convert_to(p_row ->> hashed, 'UTF8')), 'hex')));
    END IF;
  END LOOP;
  RETURN p_row;
END
$$;

CREATE FUNCTION {{schema}}.record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  -- prefixed, so that no column of a guarded table can ever be mistaken for one
  v_person uuid := public.current_person();
  v_source text := nullif(current_setting('app.source', true), '');
  v_operation uuid := nullif(current_setting('app.op_id', true), '')::uuid;
  v_reason text := nullif(current_setting('app.reason', true), '');
  v_hashed text[] := string_to_array(TG_ARGV[1], ',');
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO {{schema}}.audit_log (actor, action, resource_type, resource_id, new_values, source, op_id, reason)
    SELECT v_person, 'insert', TG_ARGV[0], n.id,
      CASE WHEN v_hashed = '{}' THEN to_jsonb(n) ELSE {{schema}}.trail_values(to_jsonb(n), v_hashed) END,
      v_source, v_operation, v_reason
    FROM new_rows n;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO {{schema}}.audit_log (actor, action, resource_type, resource_id, old_values, new_values, source, op_id, reason)
    SELECT v_person, 'update', TG_ARGV[0], n.id,
      {{schema}}.trail_values(d.was, v_hashed), {{schema}}.trail_values(d.now, v_hashed), v_source, v_operation, v_reason
    FROM new_rows n
    JOIN old_rows o ON o.id = n.id
    CROSS JOIN LATERAL (SELECT to_jsonb(o) AS was, to_jsonb(n) AS now) v
    CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_object_agg(e.key, v.was -> e.key), '{}') AS was, coalesce(jsonb_object_agg(e.key, e.value), '{}') AS now
      FROM jsonb_each(v.now) e WHERE e.value IS DISTINCT FROM v.was -> e.key
    ) d;
  ELSE
    INSERT INTO {{schema}}.audit_log (actor, action, resource_type, resource_id, old_values, source, op_id, reason)
    SELECT v_person, 'delete', TG_ARGV[0], o.id,
      CASE WHEN v_hashed = '{}' THEN to_jsonb(o) ELSE {{schema}}.trail_values(to_jsonb(o), v_hashed) END,
      v_source, v_operation, v_reason
    FROM old_rows o;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION {{schema}}.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'the trail is only ever added to' USING ERRCODE = '42501';
END
$$;

-- Whose operation it is comes from the connection; a result, once there, stays.
CREATE FUNCTION {{schema}}.stamp_operation() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.person_id := coalesce(public.current_person(), NEW.person_id);
    NEW.created_at := now();
  ELSIF OLD.result IS NOT NULL THEN
    RAISE EXCEPTION 'the result of an operation never changes' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END
$$;

-- May the current role read this kind of record, and therefore its history?
CREATE FUNCTION {{schema}}.may_read(p_resource_type text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(has_table_privilege(to_regclass('{{schema}}.' || quote_ident(p_resource_type)), 'SELECT'), false)
$$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {{schema}}.audit_log
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {{schema}}.audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.refuse_change();
CREATE TRIGGER stamp_operation BEFORE INSERT OR UPDATE ON {{schema}}.sync_ops
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.stamp_operation();

REVOKE ALL ON FUNCTION {{schema}}.stamp_row(), {{schema}}.trail_values(jsonb, text[]), {{schema}}.record_change(),
  {{schema}}.refuse_change(), {{schema}}.stamp_operation(), {{schema}}.may_read(text) FROM PUBLIC;
