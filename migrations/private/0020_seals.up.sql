-- Sealing. A tenant's trail and the platform's events are chains of signed seals: each seal holds the Merkle root (RFC 6962,
-- SHA-256) of a batch of rows and the hash of the seal before it. The key is the sealer's and never in the database. A tenant's
-- rows move into private.audit_logs in the transaction that adds their seal; platform events are there from the beginning.
-- The bytes that are hashed and signed are specified in docs/trail-format.md.

CREATE SEQUENCE private.event_seq;
-- 'platform': an event written here; 'tenant': a row of a tenant's trail, filed
ALTER TABLE private.audit_logs ADD COLUMN origin varchar(8) NOT NULL DEFAULT 'platform';
ALTER TABLE private.audit_logs ADD CONSTRAINT audit_logs_origin_check CHECK (origin IN ('platform', 'tenant'));
-- the row's number in its own trail
ALTER TABLE private.audit_logs ADD COLUMN trail_id bigint NOT NULL DEFAULT nextval('private.event_seq');
ALTER TABLE private.audit_logs ADD COLUMN txid xid8 NOT NULL DEFAULT pg_current_xact_id();
-- the person as the tenant's trail names them; user_id is the same where the registry knows them
ALTER TABLE private.audit_logs ADD COLUMN actor uuid;
ALTER TABLE private.audit_logs ADD COLUMN op_id uuid;
ALTER TABLE private.audit_logs ADD COLUMN reason text;
ALTER TABLE private.audit_logs ADD COLUMN details jsonb;
-- where a filed row stands: seal and place in its batch
ALTER TABLE private.audit_logs ADD COLUMN seal_seq bigint;
ALTER TABLE private.audit_logs ADD COLUMN leaf_index integer;
ALTER TABLE private.audit_logs ADD CONSTRAINT audit_logs_filed_check
  CHECK ((origin = 'tenant') = (seal_seq IS NOT NULL) AND (seal_seq IS NULL) = (leaf_index IS NULL));
CREATE UNIQUE INDEX audit_logs_filed_key ON private.audit_logs (tenant_id, trail_id, created_at) WHERE origin = 'tenant';
CREATE INDEX audit_logs_seal_idx ON private.audit_logs (tenant_id, seal_seq, leaf_index) WHERE origin = 'tenant';

-- Public halves of the sealers' keys. key_id: SHA-256 of the 32 bytes, in hex.
CREATE TABLE private.sealing_keys (
  key_id varchar(64) PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{64}$'),
  public_key bytea NOT NULL CHECK (length(public_key) = 32),
  label varchar(100) NOT NULL CHECK (btrim(label) <> ''),
  registered_at timestamptz NOT NULL DEFAULT now(),
  registered_by varchar(63) NOT NULL DEFAULT session_user,
  CHECK (key_id = encode(sha256(public_key), 'hex'))
);

-- One row a chain: the lock that sealers take. The platform's chain is the nil uuid.
CREATE TABLE private.trail_chains (
  chain uuid PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE private.seals (
  -- the tenant, or the nil uuid; no foreign key, for the chain outlives the tenant
  chain uuid NOT NULL,
  seq bigint NOT NULL CHECK (seq > 0),
  row_count integer NOT NULL CHECK (row_count > 0),
  first_txid xid8 NOT NULL,
  first_id bigint NOT NULL,
  last_txid xid8 NOT NULL,
  last_id bigint NOT NULL,
  root bytea NOT NULL CHECK (length(root) = 32),
  -- the leaf hashes one after another: they say which row it is that no longer fits the root
  leaves bytea NOT NULL,
  -- the numbers of the rows in the same order: they name a row that was taken away
  ids bigint[] NOT NULL,
  previous bytea NOT NULL CHECK (length(previous) = 32),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  key_id varchar(64) NOT NULL REFERENCES private.sealing_keys (key_id),
  signature bytea NOT NULL CHECK (length(signature) = 64),
  sealed_at timestamptz NOT NULL,
  PRIMARY KEY (chain, seq),
  CHECK (length(leaves) = 32 * row_count)
);
CREATE INDEX seals_key_id_idx ON private.seals (key_id);

-- Platform events that wait for their seal, and where those that have one stand.
CREATE TABLE private.event_queue (
  id bigint PRIMARY KEY,
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  event_id uuid NOT NULL,
  event_at timestamptz NOT NULL
);
CREATE INDEX event_queue_txid_idx ON private.event_queue (txid, id);
CREATE TABLE private.sealed_events (
  seal_seq bigint NOT NULL,
  leaf_index integer NOT NULL,
  id bigint NOT NULL,
  event_id uuid NOT NULL,
  event_at timestamptz NOT NULL,
  PRIMARY KEY (seal_seq, leaf_index)
);
CREATE UNIQUE INDEX sealed_events_event_key ON private.sealed_events (event_id);
CREATE UNIQUE INDEX sealed_events_id_key ON private.sealed_events (id);
INSERT INTO private.event_queue (id, txid, event_id, event_at)
SELECT trail_id, txid, id, created_at FROM private.audit_logs WHERE origin = 'platform';

ALTER TABLE private.sealing_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.sealing_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.sealing_keys TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE private.trail_chains ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.trail_chains FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.trail_chains TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE private.seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.seals FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.seals TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE private.event_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.event_queue FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.event_queue TO kompl_owner USING (true) WITH CHECK (true);
ALTER TABLE private.sealed_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.sealed_events FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.sealed_events TO kompl_owner USING (true) WITH CHECK (true);

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON private.sealing_keys
  FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.sealing_keys
  FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON private.seals FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.seals FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON private.sealed_events
  FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.sealed_events
  FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE ON private.event_queue FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.event_queue
  FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();

-- Every platform event waits for its seal, however it was written.
CREATE FUNCTION private.queue_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO private.event_queue (id, txid, event_id, event_at) VALUES (NEW.trail_id, NEW.txid, NEW.id, NEW.created_at);
  RETURN NULL;
END
$$;
CREATE TRIGGER queue_event AFTER INSERT ON private.audit_logs
  FOR EACH ROW WHEN (NEW.origin = 'platform') EXECUTE FUNCTION private.queue_event();

-- Leaving the queue is allowed to what was sealed, and to nothing else.
CREATE FUNCTION private.require_sealed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM old_rows o LEFT JOIN private.sealed_events s ON s.id = o.id AND s.event_id = o.event_id
    WHERE s.id IS NULL
  ) THEN
    RAISE EXCEPTION 'an event leaves the queue by its seal only' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER require_sealed AFTER DELETE ON private.event_queue REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION private.require_sealed();

-- An instant as it is hashed: UTC with microseconds, whatever the session's time zone is.
CREATE FUNCTION private.instant_text(p_at timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- SQL that gives the text of a row r which is hashed. p_source: 'tenant' for a tenant's audit_log, 'filed' for the same row in
-- private.audit_logs (both give the same text), 'platform' for an event. An array, so that a null keeps its place.
CREATE FUNCTION private.row_text_sql(p_source text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'jsonb_build_array(' || CASE p_source
    WHEN 'tenant' THEN $x$'kompl.trail.1', r.tenant_id, r.id, r.txid::text,
      to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), r.actor, r.login::text, r.action,
      r.resource_type, r.resource_id, r.old_values, r.new_values, r.source, r.op_id, r.reason, r.details$x$
    WHEN 'filed' THEN $x$'kompl.trail.1', r.tenant_id, r.trail_id, r.txid::text,
      to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), r.actor, r.login::text, r.action,
      r.resource_type, r.resource_id, r.old_values, r.new_values, r.user_agent, r.op_id, r.reason, r.details$x$
    WHEN 'platform' THEN $x$'kompl.event.1', r.tenant_id, r.trail_id, r.txid::text,
      to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), r.user_id, r.login::text, r.action,
      r.resource_type, r.resource_id, r.old_values, r.new_values, r.user_agent, r.op_id, r.reason, r.details,
      r.id, host(r.ip_address)$x$
    END || ')::text'
$$;

-- SQL for the id of a filed row: it follows from its tenant and number, so that it cannot be changed unseen.
CREATE FUNCTION private.filed_id_sql(p_number text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format($x$encode(substring(sha256(convert_to(r.tenant_id::text || ':' || %s, 'UTF8')) FROM 1 FOR 16), 'hex')::uuid$x$, p_number)
$$;

-- The tenant's trail table; null for the platform's chain and where a tenant has none (any more).
CREATE FUNCTION private.trail_table(p_chain uuid) RETURNS regclass
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT to_regclass('tenant_' || replace(p_chain::text, '-', '') || '.audit_log')
$$;

-- The chains there are, with a count that changes when something was written (for the sealer to know where to look).
CREATE FUNCTION private.trail_activity() RETURNS TABLE (chain uuid, written bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT '00000000-0000-0000-0000-000000000000'::uuid, coalesce((SELECT last_value FROM private.event_seq), 0)
  UNION ALL
  SELECT substr(n.nspname, 8)::uuid, coalesce(pg_stat_get_tuples_inserted(c.oid), 0)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = 'audit_log' AND c.relkind = 'r' AND n.nspname ~ '^tenant_[0-9a-f]{32}$'
$$;

-- Begins a seal: takes the chain's lock for this transaction and gives the rows that no running transaction can still precede,
-- in the order (txid, id). No row: nothing to seal, or another sealer is at it. leaves: the leaf hashes one after another in
-- hex. A row of a transaction that this server has not come to yet was restored from another cluster, and is settled too.
CREATE FUNCTION private.seal_open(p_chain uuid, p_limit integer)
RETURNS TABLE (seq bigint, previous text, sealed_at text, ids bigint[], leaves text, first_txid text, last_txid text)
LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_log regclass := private.trail_table(p_chain);
  v_platform boolean := p_chain = '00000000-0000-0000-0000-000000000000';
  v_settled text := '(q.txid < pg_snapshot_xmin(pg_current_snapshot()) OR q.txid >= pg_snapshot_xmax(pg_current_snapshot()))';
  v_queue text;
  v_rows text;
  v_any boolean;
  v_last private.seals;
BEGIN
  IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 10000 THEN
    RAISE EXCEPTION 'a seal holds 1 to 10000 rows' USING ERRCODE = '22023';
  END IF;
  IF v_log IS NULL AND NOT v_platform THEN
    RETURN;
  END IF;
  v_queue := CASE WHEN v_platform THEN 'private.event_queue' ELSE v_log::text END;
  -- What comes after the last seal is looked for first, so that places which filed rows left need not be passed again.
  SELECT s.last_txid, s.last_id INTO v_last.last_txid, v_last.last_id
  FROM private.seals s WHERE s.chain = p_chain ORDER BY s.seq DESC LIMIT 1;
  IF v_last.last_txid IS NOT NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s q WHERE q.txid < pg_snapshot_xmin(pg_current_snapshot()) AND (q.txid, q.id) > ($1, $2))',
      v_queue) INTO v_any USING v_last.last_txid, v_last.last_id;
  END IF;
  IF v_any THEN
    v_settled := format('q.txid < pg_snapshot_xmin(pg_current_snapshot()) AND (q.txid, q.id) > (%L::xid8, %s)', v_last.last_txid,
      v_last.last_id);
  ELSE
    EXECUTE format('SELECT EXISTS (SELECT FROM %s q WHERE %s)', v_queue, v_settled) INTO v_any;
    IF NOT v_any THEN
      RETURN;
    END IF;
  END IF;
  INSERT INTO private.trail_chains (chain) SELECT p_chain
  WHERE NOT EXISTS (SELECT FROM private.trail_chains c WHERE c.chain = p_chain) ON CONFLICT DO NOTHING;
  PERFORM FROM private.trail_chains c WHERE c.chain = p_chain FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  v_rows := CASE WHEN v_platform
    THEN format($q$SELECT q.id, q.txid, %s AS row_text FROM private.event_queue q
      JOIN private.audit_logs r ON r.id = q.event_id AND r.created_at = q.event_at
      WHERE %s ORDER BY q.txid, q.id LIMIT $2$q$, private.row_text_sql('platform'), v_settled)
    ELSE format($q$SELECT r.id, r.txid, %s AS row_text FROM (
        SELECT q.* FROM %s q WHERE %s ORDER BY q.txid, q.id LIMIT $2) r$q$,
      private.row_text_sql('tenant'), v_log, v_settled) END;
  RETURN QUERY EXECUTE format($q$
    SELECT coalesce(h.seq, 0) + 1, coalesce(encode(h.hash, 'hex'), repeat('0', 64)), private.instant_text(clock_timestamp()),
      b.ids, b.leaves, b.first_txid, b.last_txid
    FROM (
      SELECT array_agg(l.id ORDER BY l.txid, l.id) AS ids,
        encode(string_agg(sha256('\x00'::bytea || convert_to(l.row_text, 'UTF8')), ''::bytea ORDER BY l.txid, l.id), 'hex') AS leaves,
        (array_agg(l.txid ORDER BY l.txid, l.id))[1]::text AS first_txid,
        (array_agg(l.txid ORDER BY l.txid DESC, l.id DESC))[1]::text AS last_txid
      FROM (%s) l
    ) b
    LEFT JOIN LATERAL (SELECT s.seq, s.hash FROM private.seals s WHERE s.chain = $1 ORDER BY s.seq DESC LIMIT 1) h ON true
    WHERE b.ids IS NOT NULL$q$, v_rows) USING p_chain, p_limit;
END
$$;

-- Ends a seal in the transaction that began it: adds it to the chain and files its rows. All or nothing. By index, row by row:
-- statistics of tables that fill and empty within minutes mislead the planner into reading the month's partition for each row.
CREATE FUNCTION private.seal_close(p_chain uuid, p_seq bigint, p_ids bigint[], p_first_txid text, p_last_txid text, p_root bytea,
  p_leaves bytea, p_previous bytea, p_key_id text, p_sealed_at text, p_signature bytea)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_log regclass := private.trail_table(p_chain);
  v_last private.seals;
  v_count integer := cardinality(p_ids);
  v_done integer;
  v_month timestamp;
BEGIN
  PERFORM FROM private.trail_chains c WHERE c.chain = p_chain FOR UPDATE;
  SELECT * INTO v_last FROM private.seals s WHERE s.chain = p_chain ORDER BY s.seq DESC LIMIT 1;
  IF p_seq <> coalesce(v_last.seq, 0) + 1
    OR p_previous <> coalesce(v_last.hash, decode(repeat('0', 64), 'hex')) OR coalesce(v_count, 0) = 0 THEN
    RAISE EXCEPTION 'the seal does not follow the last one of its chain' USING ERRCODE = '55000';
  END IF;
  INSERT INTO private.seals (chain, seq, row_count, first_txid, first_id, last_txid, last_id, root, leaves, ids, previous, hash,
    key_id, signature, sealed_at)
  VALUES (p_chain, p_seq, v_count, p_first_txid::xid8, p_ids[1], p_last_txid::xid8, p_ids[v_count], p_root, p_leaves, p_ids,
    p_previous,
    sha256(convert_to(jsonb_build_array('kompl.seal.1', p_chain, p_seq::text, v_count::text, p_first_txid, p_ids[1]::text,
      p_last_txid, p_ids[v_count]::text, encode(p_root, 'hex'), encode(p_previous, 'hex'), p_key_id, p_sealed_at)::text, 'UTF8')),
    p_key_id, p_signature, p_sealed_at::timestamptz);

  IF p_chain = '00000000-0000-0000-0000-000000000000' THEN
    INSERT INTO private.sealed_events (seal_seq, leaf_index, id, event_id, event_at)
    SELECT p_seq, b.place - 1, q.id, q.event_id, q.event_at
    FROM unnest(p_ids) WITH ORDINALITY b (id, place) JOIN private.event_queue q ON q.id = b.id;
    GET DIAGNOSTICS v_done = ROW_COUNT;
    DELETE FROM private.event_queue q WHERE q.id = ANY (p_ids);
  ELSE
    FOR v_month IN EXECUTE format($q$SELECT DISTINCT date_trunc('month', r.at AT TIME ZONE 'UTC') FROM %s r WHERE r.id = ANY ($1)$q$,
      v_log) USING p_ids
    LOOP
      IF to_regclass('private.audit_logs_' || to_char(v_month, 'YYYY_MM')) IS NULL THEN
        PERFORM private.ensure_log_partitions(v_month AT TIME ZONE 'UTC');
      END IF;
    END LOOP;
    EXECUTE format($q$
      INSERT INTO private.audit_logs (id, user_id, action, resource_type, resource_id, old_values, new_values, user_agent, created_at,
        tenant_id, login, origin, trail_id, txid, actor, op_id, reason, details, seal_seq, leaf_index)
      SELECT %2$s, u.id, r.action, r.resource_type, r.resource_id, r.old_values, r.new_values, r.source, r.at,
        r.tenant_id, r.login, 'tenant', r.id, r.txid, r.actor, r.op_id, r.reason, r.details, $1, b.place - 1
      FROM unnest($2) WITH ORDINALITY b (id, place)
      JOIN %1$s r ON r.id = b.id
      LEFT JOIN public.users u ON u.id = r.actor$q$, v_log, private.filed_id_sql('r.id')) USING p_seq, p_ids;
    GET DIAGNOSTICS v_done = ROW_COUNT;
    EXECUTE format('DELETE FROM %s r WHERE r.id = ANY ($1)', v_log) USING p_ids;
  END IF;
  IF v_done <> v_count THEN
    RAISE EXCEPTION 'only % of % rows could be filed', v_done, v_count USING ERRCODE = '55000';
  END IF;
END
$$;

-- The hash of one seal of a chain; null where it is not there.
CREATE FUNCTION private.seal_hash(p_chain uuid, p_seq bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(s.hash, 'hex') FROM private.seals s WHERE s.chain = p_chain AND s.seq = p_seq
$$;

-- The texts of sealed rows in the order of their seals. odd: a column that the text does not hold differs from what it must be.
-- A null text: the seal knows of a row that is not there.
CREATE FUNCTION private.sealed_rows(p_chain uuid, p_from bigint, p_to bigint)
RETURNS TABLE (seal_seq bigint, leaf_index integer, id bigint, at timestamptz, row_text text, odd boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_chain = '00000000-0000-0000-0000-000000000000' THEN
    RETURN QUERY EXECUTE format($q$
      SELECT s.seal_seq, s.leaf_index, s.id, s.event_at, CASE WHEN r.id IS NOT NULL THEN %s END,
        coalesce(r.trail_id <> s.id OR r.actor IS NOT NULL OR r.origin <> 'platform', false)
      FROM private.sealed_events s LEFT JOIN private.audit_logs r ON r.id = s.event_id AND r.created_at = s.event_at
      WHERE s.seal_seq BETWEEN $1 AND $2 ORDER BY s.seal_seq, s.leaf_index$q$, private.row_text_sql('platform'))
    USING p_from, p_to;
  ELSE
    RETURN QUERY EXECUTE format($q$
      SELECT r.seal_seq, r.leaf_index, r.trail_id, r.created_at, %s,
        r.id <> %s OR r.user_id IS DISTINCT FROM u.id OR r.ip_address IS NOT NULL
      FROM private.audit_logs r LEFT JOIN public.users u ON u.id = r.actor
      WHERE r.tenant_id = $3 AND r.origin = 'tenant' AND r.seal_seq BETWEEN $1 AND $2
      ORDER BY r.seal_seq, r.leaf_index, r.trail_id$q$, private.row_text_sql('filed'), private.filed_id_sql('r.trail_id'))
    USING p_from, p_to, p_chain;
  END IF;
END
$$;

-- Rows that say they are sealed but belong to no seal, and platform events that are neither sealed nor wait for it.
CREATE FUNCTION private.stray_rows(p_chain uuid) RETURNS TABLE (id bigint, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.trail_id, r.created_at FROM private.audit_logs r
  WHERE p_chain <> '00000000-0000-0000-0000-000000000000' AND r.tenant_id = p_chain AND r.origin = 'tenant'
    AND NOT EXISTS (SELECT FROM private.seals s WHERE s.chain = p_chain AND s.seq = r.seal_seq)
  UNION ALL
  SELECT r.trail_id, r.created_at FROM private.audit_logs r
  WHERE p_chain = '00000000-0000-0000-0000-000000000000' AND r.origin = 'platform'
    AND NOT EXISTS (SELECT FROM private.sealed_events s WHERE s.event_id = r.id)
    AND NOT EXISTS (SELECT FROM private.event_queue q WHERE q.event_id = r.id)
$$;

-- The rows of a chain that wait for their seal: how many, since when.
CREATE FUNCTION private.unsealed(p_chain uuid) RETURNS TABLE (waiting bigint, oldest timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_log regclass := private.trail_table(p_chain);
BEGIN
  IF p_chain = '00000000-0000-0000-0000-000000000000' THEN
    RETURN QUERY SELECT count(*), min(q.event_at) FROM private.event_queue q;
  ELSIF v_log IS NOT NULL THEN
    RETURN QUERY EXECUTE format('SELECT count(*), min(r.at) FROM %s r', v_log);
  END IF;
END
$$;

-- Makes a sealer's public key known. For the platform's administrators.
CREATE FUNCTION private.register_sealing_key(p_public_key bytea, p_label text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_key text := encode(sha256(p_public_key), 'hex');
BEGIN
  INSERT INTO private.sealing_keys (key_id, public_key, label) VALUES (v_key, p_public_key, p_label) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    PERFORM private.log_event('trail.key', 'sealing_keys', NULL, NULL, NULL, jsonb_build_object('key', v_key, 'label', p_label));
  END IF;
  RETURN v_key;
END
$$;

-- What runs the sealer needs no more than this. The role belongs to the whole cluster; another database may have made it.
DO $roles$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kompl_sealer') THEN
    CREATE ROLE kompl_sealer NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;
END
$roles$;

REVOKE ALL ON FUNCTION private.queue_event(), private.require_sealed(), private.instant_text(timestamptz),
  private.row_text_sql(text), private.filed_id_sql(text), private.trail_table(uuid), private.trail_activity(),
  private.seal_open(uuid, integer),
  private.seal_close(uuid, bigint, bigint[], text, text, bytea, bytea, bytea, text, text, bytea),
  private.seal_hash(uuid, bigint), private.sealed_rows(uuid, bigint, bigint), private.stray_rows(uuid), private.unsealed(uuid),
  private.register_sealing_key(bytea, text) FROM PUBLIC;
GRANT USAGE ON SCHEMA private TO kompl_sealer;
GRANT EXECUTE ON FUNCTION private.trail_activity(), private.seal_hash(uuid, bigint), private.unsealed(uuid), private.seal_open(uuid, integer),
  private.seal_close(uuid, bigint, bigint[], text, text, bytea, bytea, bytea, text, text, bytea) TO kompl_sealer;
