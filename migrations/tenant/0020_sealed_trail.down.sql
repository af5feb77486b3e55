-- Rows that were filed stay where they are; the private scope keeps them.
GRANT SELECT ON {{schema}}.audit_log
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
DROP FUNCTION {{schema}}.note_visit(text, jsonb);
DROP VIEW {{schema}}.trail_rows;
DROP FUNCTION {{schema}}.reads_in_full(text);
DROP VIEW {{schema}}.trail_seals;
DROP VIEW {{schema}}.trail;
DROP FUNCTION {{schema}}.readable_values(text, jsonb);
DROP FUNCTION {{schema}}.hidden_records();
DROP FUNCTION {{schema}}.readable_types();
DROP TRIGGER require_filed ON {{schema}}.audit_log;
DROP TRIGGER refuse_change ON {{schema}}.audit_log;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {{schema}}.audit_log
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.refuse_change();
DROP FUNCTION {{schema}}.require_filed();
