DROP TRIGGER carry_restriction ON {{schema}}.policies;
DROP TRIGGER settle_retired ON {{schema}}.policies;
DROP TRIGGER member_owner_id ON {{schema}}.policies;
DROP TRIGGER number_row ON {{schema}}.policies;
DROP TRIGGER derive_policy ON {{schema}}.policies;
DELETE FROM {{schema}}.approval_rules WHERE resource_type = 'policy_versions';
SELECT private.drop_searched('{{schema}}', 'policy_acknowledgements');
SELECT private.drop_searched('{{schema}}', 'policy_rounds');
SELECT private.drop_searched('{{schema}}', 'policy_controls');
SELECT private.drop_searched('{{schema}}', 'policy_requirements');
SELECT private.drop_searched('{{schema}}', 'policy_versions');
SELECT private.drop_searched('{{schema}}', 'policies');
DROP TABLE {{schema}}.policy_acknowledgements;
DROP FUNCTION {{schema}}.people_asked({{schema}}.policy_rounds);
DROP TABLE {{schema}}.policy_rounds;
DROP TABLE {{schema}}.policy_controls;
DROP TABLE {{schema}}.policy_requirements;
DROP TABLE {{schema}}.policy_versions;
DROP FUNCTION {{schema}}.place_policy_part();
DROP FUNCTION {{schema}}.count_acknowledged();
DROP FUNCTION {{schema}}.guard_asked();
DROP FUNCTION {{schema}}.guard_acknowledgement();
DROP FUNCTION {{schema}}.settle_retired();
DROP FUNCTION {{schema}}.settle_version();
DROP FUNCTION {{schema}}.lapse_round();
DROP FUNCTION {{schema}}.open_round();
DROP FUNCTION {{schema}}.derive_round();
DROP FUNCTION {{schema}}.settle_policy(uuid);
DROP FUNCTION {{schema}}.put_in_force();
DROP FUNCTION {{schema}}.guard_version();
DROP FUNCTION {{schema}}.derive_version();
DROP FUNCTION {{schema}}.derive_policy();
DROP FUNCTION {{schema}}.template_text(jsonb);
ALTER TABLE {{schema}}.policies DROP CONSTRAINT policies_retired_says_why;
ALTER TABLE {{schema}}.policies DROP COLUMN retired_reason;
ALTER TABLE {{schema}}.policies DROP COLUMN in_force_since;
ALTER TABLE {{schema}}.policies DROP COLUMN version_in_force;
ALTER TABLE {{schema}}.policies DROP COLUMN review_date;
ALTER TABLE {{schema}}.policies DROP COLUMN owner_id;
ALTER TABLE {{schema}}.policies DROP COLUMN scope;
ALTER TABLE {{schema}}.policies DROP COLUMN ref;
DROP SEQUENCE {{schema}}.policies_ref_seq;
SELECT private.grant_table('{{schema}}', 'policies', '{viewer,auditor,compliance,privacy,risk,admin}', '{compliance}', '{compliance}',
  '{compliance}');
SELECT private.guard_states('{{schema}}', 'policies', '{
    "field": "status", "start": ["draft","in_review","retired"],
    "reason": ["retired"], "locked": ["retired"],
    "steps": {
      "draft": ["in_review","retired"],
      "in_review": ["draft","approved"],
      "approved": ["active","in_review"],
      "active": ["in_review","retired"],
      "retired": ["draft"]
    } }');
