DROP FUNCTION private.log_event(text, text, uuid, uuid, jsonb, jsonb);
DROP FUNCTION private.ensure_log_partitions(timestamptz);
DROP TABLE private.api_usage;
DROP TABLE private.system_metrics;
DROP TABLE private.audit_logs;
DROP FUNCTION private.refuse_change();
