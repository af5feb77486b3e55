DROP VIEW {{schema}}.people;
DROP TABLE {{schema}}.sync_ops;
DROP TABLE {{schema}}.audit_log;
DROP FUNCTION {{schema}}.may_read(text);
DROP FUNCTION {{schema}}.stamp_operation();
DROP FUNCTION {{schema}}.refuse_change();
DROP FUNCTION {{schema}}.record_change();
DROP FUNCTION {{schema}}.trail_values(jsonb, text[]);
DROP FUNCTION {{schema}}.stamp_row();
