DROP FUNCTION {{schema}}.analyse_stage(integer);
DROP FUNCTION {{schema}}.open_stage(integer, jsonb);
DROP TABLE {{schema}}.source_keys;
