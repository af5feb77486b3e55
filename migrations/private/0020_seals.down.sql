-- Never takes a sealed trail away. The role kompl_sealer stays: other databases of the cluster may use it.
DO $guard$
BEGIN
  IF EXISTS (SELECT FROM private.seals) THEN
    RAISE EXCEPTION 'the trail was sealed; its seals are not taken away' USING ERRCODE = '55000';
  END IF;
END
$guard$;
REVOKE ALL ON FUNCTION private.trail_activity(), private.seal_hash(uuid, bigint), private.unsealed(uuid), private.seal_open(uuid, integer),
  private.seal_close(uuid, bigint, bigint[], text, text, bytea, bytea, bytea, text, text, bytea) FROM kompl_sealer;
REVOKE ALL ON SCHEMA private FROM kompl_sealer;
DROP FUNCTION private.register_sealing_key(bytea, text);
DROP FUNCTION private.unsealed(uuid);
DROP FUNCTION private.stray_rows(uuid);
DROP FUNCTION private.seal_hash(uuid, bigint);
DROP FUNCTION private.sealed_rows(uuid, bigint, bigint);
DROP FUNCTION private.seal_close(uuid, bigint, bigint[], text, text, bytea, bytea, bytea, text, text, bytea);
DROP FUNCTION private.seal_open(uuid, integer);
DROP FUNCTION private.trail_activity();
DROP FUNCTION private.trail_table(uuid);
DROP FUNCTION private.filed_id_sql(text);
DROP FUNCTION private.row_text_sql(text);
DROP FUNCTION private.instant_text(timestamptz);
DROP TRIGGER queue_event ON private.audit_logs;
DROP FUNCTION private.queue_event();
DROP TABLE private.event_queue;
DROP FUNCTION private.require_sealed();
DROP TABLE private.sealed_events;
DROP TABLE private.seals;
DROP TABLE private.trail_chains;
DROP TABLE private.sealing_keys;
DROP INDEX private.audit_logs_seal_idx;
DROP INDEX private.audit_logs_filed_key;
ALTER TABLE private.audit_logs DROP CONSTRAINT audit_logs_filed_check;
ALTER TABLE private.audit_logs DROP COLUMN leaf_index;
ALTER TABLE private.audit_logs DROP COLUMN seal_seq;
ALTER TABLE private.audit_logs DROP COLUMN details;
ALTER TABLE private.audit_logs DROP COLUMN reason;
ALTER TABLE private.audit_logs DROP COLUMN op_id;
ALTER TABLE private.audit_logs DROP COLUMN actor;
ALTER TABLE private.audit_logs DROP COLUMN txid;
ALTER TABLE private.audit_logs DROP COLUMN trail_id;
ALTER TABLE private.audit_logs DROP CONSTRAINT audit_logs_origin_check;
ALTER TABLE private.audit_logs DROP COLUMN origin;
DROP SEQUENCE private.event_seq;
