-- The checkpoints of the tenant's own chain, for everybody who reads the trail: which months left the server, and into which file.
CREATE VIEW {{schema}}.trail_archives WITH (security_barrier) AS
SELECT a.* FROM private.trail_archives a WHERE a.chain = '{{tenant_id}}'::uuid;
GRANT SELECT ON {{schema}}.trail_archives
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
