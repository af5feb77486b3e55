ALTER TABLE {{schema}}.audit_evidence DROP COLUMN tags;
ALTER TABLE {{schema}}.actions DROP COLUMN tags;
ALTER TABLE {{schema}}.findings DROP COLUMN tags;
