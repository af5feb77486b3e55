DROP TRIGGER carry_to_evidence_requests ON {{schema}}.control_tests;
DROP TRIGGER carry_to_evidence_requests ON {{schema}}.audit_plans;
SELECT private.drop_searched('{{schema}}', 'evidence_requests');
DROP TABLE {{schema}}.evidence_requests;
DROP SEQUENCE {{schema}}.evidence_requests_ref_seq;
DROP FUNCTION {{schema}}.answer_request(uuid, text, uuid, jsonb, boolean);
DROP FUNCTION {{schema}}.decide_request(uuid, text, text);
DROP FUNCTION {{schema}}.guard_request();
