-- Has anything changed since I last looked? Answered exactly and cheaply, so that a client may keep an answer and give it again.
--
-- A counter could not say it: a number that is drawn before a commit tells nothing of when the commit is seen, and a row that is
-- counted up would make writers wait for each other. So each transaction leaves a row a table that it changed, under its own id;
-- whoever kept an answer asks for rows whose transaction was not yet visible when the answer was read.

CREATE TABLE {{schema}}.changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- '' is a mark of the upkeep: every transaction below txid had ended at that time
  table_name text NOT NULL
);
CREATE INDEX changes_txid_idx ON {{schema}}.changes (txid, table_name);
ALTER TABLE {{schema}}.changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE {{schema}}.changes FORCE ROW LEVEL SECURITY;
-- As for the searched tables: the row's tenant is held by the CHECK, and the owner may use the index.
CREATE POLICY tenant_only ON {{schema}}.changes TO kompl_owner USING ('{{tenant_id}}'::uuid = '{{tenant_id}}'::uuid)
  WITH CHECK (tenant_id = '{{tenant_id}}'::uuid);

CREATE FUNCTION {{schema}}.note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_id bigint;
BEGIN
  INSERT INTO {{schema}}.changes (table_name)
  SELECT TG_ARGV[0] WHERE NOT EXISTS (
    SELECT FROM {{schema}}.changes c WHERE c.txid = pg_current_xact_id() AND c.table_name = TG_ARGV[0])
  RETURNING id INTO v_id;
  IF v_id % 1000 = 0 AND current_setting('transaction_isolation') = 'read committed' THEN
    PERFORM {{schema}}.forget_changes();
  END IF;
  RETURN NULL;
END
$$;

-- Takes away what nobody can ask for any more: a kept answer is good for half an hour, and every transaction below a mark of an
-- hour ago was visible to answers that were read after it. Returns how many rows went.
CREATE FUNCTION {{schema}}.forget_changes() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_horizon xid8;
  v_gone bigint;
BEGIN
  SELECT c.txid INTO v_horizon FROM {{schema}}.changes c
  WHERE c.table_name = '' AND c.at < clock_timestamp() - interval '1 hour' ORDER BY c.txid DESC LIMIT 1;
  DELETE FROM {{schema}}.changes c WHERE c.txid < v_horizon;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  INSERT INTO {{schema}}.changes (table_name, txid) VALUES ('', pg_snapshot_xmin(pg_current_snapshot()));
  RETURN v_gone;
END
$$;

-- token: what this transaction sees, to be kept with an answer that is read after it (null on a replica, which cannot say).
-- fresh: true where none of the tables has changed since p_token, and it is not older than half an hour.
CREATE FUNCTION {{schema}}.freshness(p_tables text[], p_token text DEFAULT NULL, OUT token text, OUT fresh boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_seen pg_snapshot;
  v_at double precision;
BEGIN
  fresh := false;
  IF pg_is_in_recovery() THEN
    RETURN;
  END IF;
  token := extract(epoch FROM statement_timestamp()) || '/' || pg_current_snapshot();
  IF p_token IS NULL THEN
    RETURN;
  END IF;
  v_at := split_part(p_token, '/', 1)::double precision;
  v_seen := split_part(p_token, '/', 2)::pg_snapshot;
  fresh := extract(epoch FROM statement_timestamp()) - v_at BETWEEN 0 AND 1800 AND NOT EXISTS (
    SELECT FROM {{schema}}.changes c
    WHERE c.txid >= pg_snapshot_xmin(v_seen) AND c.table_name = ANY (p_tables) AND NOT pg_visible_in_snapshot(c.txid, v_seen));
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.note_change(), {{schema}}.forget_changes(), {{schema}}.freshness(text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.freshness(text[], text)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

-- Every table that the trail records.
DO $triggers$
DECLARE
  v_table text;
BEGIN
  FOR v_table IN SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = '{{schema}}'::regnamespace AND t.tgname = 'trail_insert' ORDER BY 1 LOOP
    EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.%I
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change(%L)', v_table, v_table);
  END LOOP;
END
$triggers$;
