DROP TABLE {{schema}}.business_continuity;
DROP TABLE {{schema}}.vendor_assessments;
DROP TABLE {{schema}}.vulnerabilities;
DROP TABLE {{schema}}.risk_register;
