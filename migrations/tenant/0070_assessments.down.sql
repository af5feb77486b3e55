SELECT private.drop_searched('{{schema}}', 'assessment_evidence');
SELECT private.drop_searched('{{schema}}', 'assessment_controls');
SELECT private.drop_searched('{{schema}}', 'requirement_assessments');
SELECT private.drop_searched('{{schema}}', 'compliance_assessments');
DROP TRIGGER carry_restriction ON {{schema}}.compliance_assessments;
DROP TRIGGER member_lead_id ON {{schema}}.compliance_assessments;
DROP TRIGGER number_row ON {{schema}}.compliance_assessments;
DROP TRIGGER settle_row ON {{schema}}.compliance_assessments;
DELETE FROM {{schema}}.restricted_records WHERE resource_type IN ('requirement_assessments', 'assessment_controls', 'assessment_evidence');
DROP TABLE {{schema}}.assessment_scores;
DROP TABLE {{schema}}.assessment_evidence;
DROP TABLE {{schema}}.assessment_controls;
DROP TABLE {{schema}}.requirement_assessments;
DROP FUNCTION {{schema}}.answers_sha256(uuid);
DROP FUNCTION {{schema}}.settle_assessment();
DROP FUNCTION {{schema}}.roll_up_answers();
DROP FUNCTION {{schema}}.settle_answers(uuid[], boolean);
DROP FUNCTION {{schema}}.guard_answer_part();
DROP FUNCTION {{schema}}.answers_stand(uuid);
DROP FUNCTION {{schema}}.derive_answer();
DROP FUNCTION {{schema}}.inherited_root(text, text, uuid, uuid, uuid, uuid, boolean);
SELECT private.guard_states('{{schema}}', 'compliance_assessments', '{
    "field": "status", "start": ["planned","in_progress","deprecated"],
    "reason": ["deprecated"], "locked": ["done","deprecated"],
    "steps": {
      "planned": ["in_progress","deprecated"],
      "in_progress": ["planned","in_review","deprecated"],
      "in_review": ["in_progress","done"],
      "done": ["in_progress","deprecated"],
      "deprecated": ["planned"]
    } }');
CREATE OR REPLACE FUNCTION {{schema}}.guard_state() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  machine jsonb := TG_ARGV[1]::jsonb;
  field text := machine ->> 'field';
  v_from text := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) ->> field END;
  v_to text := to_jsonb(NEW) ->> field;
  allowed jsonb;
BEGIN
  -- A new row of the owner's is restored or loaded and comes in the state that it had.
  IF TG_OP = 'INSERT' AND left(current_user::text, 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  allowed := CASE WHEN v_from IS NULL THEN machine -> 'start' ELSE coalesce(machine -> 'steps' -> v_from, '[]') END;
  IF v_to IS NULL OR NOT allowed ? v_to THEN
    RAISE EXCEPTION '%: no step from % to %', TG_ARGV[0], coalesce(v_from, 'nothing'), coalesce(v_to, 'nothing')
      USING ERRCODE = 'KP005', DETAIL = 'allowed: ' || allowed::text, TABLE = TG_ARGV[0], COLUMN = field;
  END IF;
  IF machine -> 'reason' ? v_to AND btrim(coalesce(current_setting('app.reason', true), ''), E' \t\r\n') = '' THEN
    RAISE EXCEPTION '%: the step to % needs a reason', TG_ARGV[0], v_to
      USING ERRCODE = 'KP006', HINT = 'SET LOCAL app.reason = ''...''', TABLE = TG_ARGV[0], COLUMN = field;
  END IF;
  RETURN NEW;
END
$$;
ALTER TABLE {{schema}}.requirements DROP COLUMN weight;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN answers_sha256;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN locked;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN target_score;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN previous_id;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN control_set_id;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN due_date;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN lead_id;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN conclusion;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN scope;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN name;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN ref;
DROP SEQUENCE {{schema}}.compliance_assessments_ref_seq;
SELECT private.grant_table('{{schema}}', 'compliance_assessments', '{viewer,auditor,compliance,privacy,risk,admin}', '{compliance}',
  '{compliance}', '{compliance}');
