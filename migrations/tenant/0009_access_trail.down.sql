-- NOT VALID: rows of the newer kinds stay, for the trail is only ever added to.
DROP FUNCTION {{schema}}.log_access(text, text, uuid, jsonb, text);
DROP FUNCTION {{schema}}.record_access(text, text, uuid, jsonb, text);
ALTER TABLE {{schema}}.audit_log DROP COLUMN details;
ALTER TABLE {{schema}}.audit_log DROP CONSTRAINT audit_log_resource_type_check;
ALTER TABLE {{schema}}.audit_log DROP CONSTRAINT audit_log_action_check;
ALTER TABLE {{schema}}.audit_log ADD CONSTRAINT audit_log_action_check CHECK (action IN ('insert', 'update', 'delete')) NOT VALID;
