DROP TABLE {{schema}}.control_requirements;
DROP TABLE {{schema}}.controls;
DROP TABLE {{schema}}.control_sets;
DROP TABLE {{schema}}.policies;
DROP TABLE {{schema}}.compliance_assessments;
DROP TABLE {{schema}}.requirements;
DROP TABLE {{schema}}.regulations;
