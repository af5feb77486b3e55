DROP TABLE {{schema}}.record_templates;
DROP FUNCTION {{schema}}.guard_template();
