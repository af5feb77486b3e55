DROP FUNCTION {{schema}}.assessment_review(uuid);
CREATE OR REPLACE FUNCTION {{schema}}.settle_assessment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  by_person boolean := left(current_setting('role'), 39) = '{{role}}';
BEGIN
  IF by_person AND OLD.locked AND NOT NEW.locked AND btrim(coalesce(current_setting('app.reason', true), ''), E' \t\r\n') = '' THEN
    RAISE EXCEPTION 'compliance_assessments: taking the lock away needs a reason'
      USING ERRCODE = 'KP006', TABLE = 'compliance_assessments', COLUMN = 'locked';
  END IF;
  IF NEW.status = 'done' AND OLD.status <> 'done' THEN
    IF by_person AND EXISTS (
      SELECT FROM {{schema}}.requirement_assessments r
      WHERE r.assessment_id = NEW.id AND r.archived_at IS NULL AND (r.result = 'not_assessed' OR r.carried_over)
    ) THEN
      RAISE EXCEPTION 'compliance_assessments: not every requirement is assessed'
        USING ERRCODE = 'KP001', TABLE = 'compliance_assessments', COLUMN = 'status';
    END IF;
    NEW.locked := true;
    NEW.answers_sha256 := {{schema}}.answers_sha256(NEW.id);
    NEW.findings := (
      SELECT jsonb_agg(jsonb_build_object('ref', r.ref, 'title', r.title, 'result', r.result, 'extendedResult', r.extended_result)
        ORDER BY r.order_index, r.id)
      FROM {{schema}}.requirement_assessments r
      WHERE r.assessment_id = NEW.id AND r.archived_at IS NULL AND r.result IN ('non_compliant', 'partially_compliant'));
    NEW.recommendations := (
      SELECT jsonb_agg(jsonb_build_object('ref', r.ref, 'title', r.title) ORDER BY r.order_index, r.id)
      FROM {{schema}}.requirement_assessments r
      WHERE r.assessment_id = NEW.id AND r.archived_at IS NULL AND r.extended_result = 'opportunity_for_improvement');
    NEW.evidence := (
      SELECT jsonb_agg(jsonb_build_object('ref', e.ref, 'title', e.title, 'requirement', r.ref) ORDER BY r.order_index, e.ref)
      FROM {{schema}}.requirement_assessments r JOIN {{schema}}.assessment_evidence l ON l.requirement_assessment_id = r.id
      JOIN {{schema}}.audit_evidence e ON e.id = l.evidence_id
      WHERE r.assessment_id = NEW.id AND r.archived_at IS NULL AND l.archived_at IS NULL
        AND (e.restricted_root IS NULL OR e.restricted_root = NEW.restricted_root));
  ELSIF NEW.status = 'deprecated' AND OLD.status <> 'deprecated' THEN
    NEW.locked := true;
  ELSIF OLD.status IN ('done', 'deprecated') AND NEW.status NOT IN ('done', 'deprecated') THEN
    NEW.locked := false;
    NEW.answers_sha256 := NULL;
    NEW.findings := NULL;
    NEW.recommendations := NULL;
    NEW.evidence := NULL;
  END IF;
  RETURN NEW;
END
$$;
DROP FUNCTION {{schema}}.another_holds(text, uuid);
DROP FUNCTION {{schema}}.conclusion_sha256(uuid, text);
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN reviewed_at;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN reviewed_by;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN concluded_sha256;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN concluded_at;
ALTER TABLE {{schema}}.compliance_assessments DROP COLUMN concluded_by;
SELECT private.grant_table('{{schema}}', 'compliance_assessments', '{viewer,auditor,compliance,privacy,risk,admin}', '{compliance}',
  '{compliance}', '{compliance}', '{ref,score,findings,recommendations,evidence,answers_sha256}');
