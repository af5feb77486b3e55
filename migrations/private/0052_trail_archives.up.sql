-- Months of the trail leave the server by one act only: private.archive_trail. It drops the months' partitions after a file with
-- their rows was written and read back, and leaves a checkpoint for each chain: which rows of which seals are in the file, signed
-- by a sealer's key and chained to the checkpoint before it. The seals themselves stay, with the hash of every row, so a proof on
-- the server still goes from the first seal to the last and knows of every missing row whether it was archived.
-- The bytes that are signed are specified in docs/trail-format.md.

CREATE TABLE private.trail_archives (
  -- the tenant, or the nil uuid; no foreign key, for the chain outlives the tenant
  chain uuid NOT NULL,
  seq bigint NOT NULL CHECK (seq > 0),
  -- the month that stays: everything before it is in the file
  before varchar(7) NOT NULL CHECK (before ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  first_seal bigint NOT NULL CHECK (first_seal > 0),
  last_seal bigint NOT NULL,
  -- the hash of the last of these seals
  head bytea NOT NULL CHECK (length(head) = 32),
  row_count bigint NOT NULL CHECK (row_count > 0),
  -- spans [from, to] of seals all of whose rows are archived by this act
  whole jsonb NOT NULL CHECK (jsonb_typeof(whole) = 'array'),
  -- [seal, [places]] of seals that hold rows of other months too
  parts jsonb NOT NULL CHECK (jsonb_typeof(parts) = 'array'),
  file_sha256 bytea NOT NULL CHECK (length(file_sha256) = 32),
  previous bytea NOT NULL CHECK (length(previous) = 32),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  key_id varchar(64) NOT NULL REFERENCES private.sealing_keys (key_id),
  signature bytea NOT NULL CHECK (length(signature) = 64),
  archived_at timestamptz NOT NULL,
  login varchar(63) NOT NULL DEFAULT session_user,
  PRIMARY KEY (chain, seq),
  CHECK (last_seal >= first_seal)
);
CREATE INDEX trail_archives_key_id_idx ON private.trail_archives (key_id);
ALTER TABLE private.trail_archives ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.trail_archives FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.trail_archives TO kompl_owner USING (true) WITH CHECK (true);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON private.trail_archives
  FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.trail_archives
  FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();

-- The months that are there and end before the given one begins.
CREATE FUNCTION private.trail_months(p_before date) RETURNS TABLE (part name, month date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.relname, to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'private.audit_logs'::regclass AND c.relname ~ '^audit_logs_[0-9]{4}_[0-9]{2}$'
    AND to_date(right(c.relname, 7), 'YYYY_MM') < date_trunc('month', p_before)
  ORDER BY 2
$$;

-- What an archive of everything before the month would hold, chain by chain: the facts of its checkpoint.
CREATE FUNCTION private.archive_plan(p_before date)
RETURNS TABLE (chain uuid, seq bigint, first_seal bigint, last_seal bigint, head text, row_count bigint, whole jsonb, parts jsonb,
  previous text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH due AS (
    SELECT r.tenant_id AS chain, r.seal_seq AS seal, r.leaf_index AS leaf FROM private.audit_logs r
    WHERE r.origin = 'tenant' AND r.created_at < date_trunc('month', p_before) AT TIME ZONE 'UTC'
    UNION ALL
    SELECT '00000000-0000-0000-0000-000000000000', s.seal_seq, s.leaf_index
    FROM private.sealed_events s JOIN private.audit_logs r ON r.id = s.event_id AND r.created_at = s.event_at
    WHERE r.origin = 'platform' AND r.created_at < date_trunc('month', p_before) AT TIME ZONE 'UTC'
  ), seals AS (
    SELECT d.chain, d.seal, count(*) AS n, s.row_count AS size, jsonb_agg(d.leaf ORDER BY d.leaf) AS leaves
    FROM due d JOIN private.seals s ON s.chain = d.chain AND s.seq = d.seal GROUP BY d.chain, d.seal, s.row_count
  ), spans AS (
    SELECT w.chain, min(w.seal) AS low, max(w.seal) AS high
    FROM (SELECT w.chain, w.seal, w.seal - row_number() OVER (PARTITION BY w.chain ORDER BY w.seal) AS island
      FROM seals w WHERE w.n = w.size) w GROUP BY w.chain, w.island
  ), totals AS (
    SELECT t.chain, min(t.seal) AS first_seal, max(t.seal) AS last_seal, sum(t.n)::bigint AS row_count FROM seals t GROUP BY t.chain
  )
  SELECT t.chain, coalesce(a.seq, 0) + 1, t.first_seal, t.last_seal, encode(h.hash, 'hex'), t.row_count,
    coalesce((SELECT jsonb_agg(jsonb_build_array(p.low, p.high) ORDER BY p.low) FROM spans p WHERE p.chain = t.chain), '[]'),
    coalesce((SELECT jsonb_agg(jsonb_build_array(p.seal, p.leaves) ORDER BY p.seal) FROM seals p WHERE p.chain = t.chain AND p.n < p.size), '[]'),
    coalesce(encode(a.hash, 'hex'), repeat('0', 64))
  FROM totals t JOIN private.seals h ON h.chain = t.chain AND h.seq = t.last_seal
  LEFT JOIN LATERAL (SELECT x.seq, x.hash FROM private.trail_archives x WHERE x.chain = t.chain ORDER BY x.seq DESC LIMIT 1) a ON true
  ORDER BY t.chain
$$;

-- Refuses where something stands against it, with the constraint's name: archive_caller, archive_none (no such month),
-- archive_retention, archive_hold, archive_unsealed. Only a database administrator, acting for nobody.
CREATE FUNCTION private.require_archivable(p_before date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_until timestamptz := date_trunc('month', p_before) AT TIME ZONE 'UTC';
  v_platform integer;
  v_own integer;
  v_chain uuid;
  v_oldest timestamptz;
BEGIN
  IF public.current_person() IS NOT NULL OR NOT pg_has_role(session_user, 'kompl_owner', 'MEMBER') THEN
    RAISE EXCEPTION 'only a database administrator archives the trail' USING ERRCODE = '42501';
  END IF;
  IF NOT EXISTS (SELECT FROM private.trail_months(p_before)) THEN
    RAISE EXCEPTION 'there is no month before %', to_char(p_before, 'YYYY-MM') USING ERRCODE = '55000', CONSTRAINT = 'archive_none';
  END IF;
  SELECT (g.value #>> '{}')::integer INTO v_platform FROM public.global_config g WHERE g.key = 'retention.audit_log_months';
  IF coalesce(v_platform, 0) < 12 OR v_until + make_interval(months => v_platform) > now() THEN
    RAISE EXCEPTION 'the platform keeps the trail longer' USING ERRCODE = '55000', CONSTRAINT = 'archive_retention';
  END IF;
  IF EXISTS (SELECT FROM public.global_config g WHERE g.key = 'tenant.legal_hold' AND g.value = 'true') THEN
    RAISE EXCEPTION 'the platform is under legal hold' USING ERRCODE = '55000', CONSTRAINT = 'archive_hold';
  END IF;
  -- Every tenant that has or had something in these months, whether it filed rows or the platform's events tell of it.
  FOR v_chain IN SELECT DISTINCT r.tenant_id FROM private.audit_logs r JOIN public.tenants t ON t.id = r.tenant_id AND NOT t.is_deleted
    WHERE r.created_at < v_until LOOP
    IF public.held(v_chain) THEN
      RAISE EXCEPTION 'tenant % is under legal hold', v_chain USING ERRCODE = '55000', CONSTRAINT = 'archive_hold', DETAIL = v_chain::text;
    END IF;
    SELECT (c.value #>> '{}')::integer INTO v_own FROM public.tenant_config c
    WHERE c.tenant_id = v_chain AND c.key = 'retention.audit_log_months';
    IF FOUND AND (v_own < 12 OR v_until + make_interval(months => v_own) > now()) THEN
      RAISE EXCEPTION 'tenant % keeps its trail longer', v_chain USING ERRCODE = '55000', CONSTRAINT = 'archive_retention',
        DETAIL = v_chain::text;
    END IF;
  END LOOP;
  -- Whole months only: nothing of them may still wait for its seal.
  IF EXISTS (SELECT FROM private.event_queue q WHERE q.event_at < v_until) THEN
    RAISE EXCEPTION 'events of the platform wait for their seal' USING ERRCODE = '55000', CONSTRAINT = 'archive_unsealed';
  END IF;
  FOR v_chain IN SELECT t.id FROM public.tenants t WHERE NOT t.is_deleted LOOP
    SELECT u.oldest INTO v_oldest FROM private.unsealed(v_chain) u;
    IF v_oldest < v_until THEN
      RAISE EXCEPTION 'rows of tenant % wait for their seal', v_chain USING ERRCODE = '55000', CONSTRAINT = 'archive_unsealed',
        DETAIL = v_chain::text;
    END IF;
  END LOOP;
  IF EXISTS (
    SELECT FROM private.audit_logs r LEFT JOIN private.sealed_events s ON s.event_id = r.id
    WHERE r.origin = 'platform' AND r.created_at < v_until AND s.event_id IS NULL)
    OR EXISTS (
      SELECT FROM private.audit_logs r LEFT JOIN private.seals s ON s.chain = r.tenant_id AND s.seq = r.seal_seq
      WHERE r.origin = 'tenant' AND r.created_at < v_until AND s.seq IS NULL) THEN
    RAISE EXCEPTION 'a row of these months is in no seal' USING ERRCODE = '55000', CONSTRAINT = 'archive_unsealed';
  END IF;
END
$$;

-- The act. p_checkpoints: for each chain of the plan { chain, seq, first_seal, last_seal, head, row_count, whole, parts, previous,
-- signature }. What the caller signed must be what is there now, to the row; else nothing happens (archive_moved). Returns the
-- names of the partitions that went.
CREATE FUNCTION private.archive_trail(p_before date, p_file_sha256 text, p_key_id text, p_archived_at text, p_checkpoints jsonb)
RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET client_min_messages = 'warning' AS $$
DECLARE
  v_month text := to_char(p_before, 'YYYY-MM');
  v_plan jsonb;
  v_signed jsonb;
  v_part name;
  v_gone text[] := '{}';
BEGIN
  PERFORM private.require_archivable(p_before);
  -- Nobody writes, and nobody seals, until this has ended.
  LOCK TABLE private.audit_logs IN ACCESS EXCLUSIVE MODE;
  PERFORM private.require_archivable(p_before);
  SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY p.chain), '[]') INTO v_plan FROM private.archive_plan(p_before) p;
  SELECT coalesce(jsonb_agg(c.one - 'signature' ORDER BY (c.one ->> 'chain')::uuid), '[]') INTO v_signed
  FROM jsonb_array_elements(p_checkpoints) c (one);
  IF v_plan <> v_signed THEN
    RAISE EXCEPTION 'the trail is not what was written to the file' USING ERRCODE = '55000', CONSTRAINT = 'archive_moved';
  END IF;
  INSERT INTO private.trail_archives (chain, seq, before, first_seal, last_seal, head, row_count, whole, parts, file_sha256, previous,
    hash, key_id, signature, archived_at)
  SELECT c.chain, c.seq, v_month, c.first_seal, c.last_seal, decode(c.head, 'hex'), c.row_count, c.whole, c.parts,
    decode(p_file_sha256, 'hex'), decode(c.previous, 'hex'),
    sha256(convert_to(jsonb_build_array('kompl.checkpoint.1', c.chain, c.seq::text, v_month, c.first_seal::text, c.last_seal::text,
      c.head, c.row_count::text, c.whole, c.parts, p_file_sha256, c.previous, p_key_id, p_archived_at)::text, 'UTF8')),
    p_key_id, decode(c.signature, 'hex'), p_archived_at::timestamptz
  FROM jsonb_to_recordset(p_checkpoints) c (chain uuid, seq bigint, first_seal bigint, last_seal bigint, head text, row_count bigint,
    whole jsonb, parts jsonb, previous text, signature text);
  FOR v_part IN SELECT m.part FROM private.trail_months(p_before) m LOOP
    EXECUTE format('DROP TABLE private.%I', v_part);
    v_gone := v_gone || v_part::text;
  END LOOP;
  PERFORM private.log_event('trail.archive', 'audit_logs', NULL, CASE WHEN c.chain <> '00000000-0000-0000-0000-000000000000' THEN t.id END,
    NULL, jsonb_build_object('before', v_month, 'rows', c.row_count, 'file', p_file_sha256, 'checkpoint', c.seq, 'key', p_key_id))
  FROM jsonb_to_recordset(p_checkpoints) c (chain uuid, seq bigint, row_count bigint) LEFT JOIN public.tenants t ON t.id = c.chain;
  RETURN v_gone;
END
$$;

REVOKE ALL ON FUNCTION private.trail_months(date), private.archive_plan(date), private.require_archivable(date),
  private.archive_trail(date, text, text, text, jsonb) FROM PUBLIC;
