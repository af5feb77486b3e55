-- An assessment is closed by somebody other than who concluded it (sent it to review), as long as anybody else holds the function.
-- Who is alone with it closes it with a reason that stays in the trail. What is closed is what was concluded: answers or a conclusion
-- that moved in between go to review again. Held here, for psql too.

ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN concluded_by uuid REFERENCES public.users (id);
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN concluded_at timestamptz;
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN concluded_sha256 varchar(64);
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN reviewed_by uuid REFERENCES public.users (id);
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN reviewed_at timestamptz;
ALTER TABLE {{schema}}.compliance_assessments ADD CONSTRAINT compliance_assessments_concluded_form CHECK (concluded_sha256 ~ '^[0-9a-f]{64}$');
CREATE INDEX compliance_assessments_concluded_by_idx ON {{schema}}.compliance_assessments (concluded_by);
CREATE INDEX compliance_assessments_reviewed_by_idx ON {{schema}}.compliance_assessments (reviewed_by);

-- What a reviewer closes: all answers with what they rest on, and the conclusion.
CREATE FUNCTION {{schema}}.conclusion_sha256(p_assessment uuid, p_conclusion text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT encode(sha256(convert_to({{schema}}.answers_sha256(p_assessment) || ':' || coalesce(p_conclusion, ''), 'UTF8')), 'hex')
$$;

-- Whether anybody but the acting person holds the function now and sees what is restricted to p_root (null: not restricted).
CREATE FUNCTION {{schema}}.another_holds(p_function text, p_root uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM public.tenant_memberships m JOIN public.users u ON u.id = m.user_id
    WHERE m.tenant_id = '{{tenant_id}}'::uuid AND m.function = p_function AND m.user_id IS DISTINCT FROM public.current_person()
      AND (m.expires_at IS NULL OR m.expires_at > now()) AND u.status = 'active' AND NOT u.is_deleted
      AND (p_root IS NULL OR EXISTS (
        SELECT FROM {{schema}}.restricted_people p WHERE p.root_id = p_root AND p.person_id = m.user_id AND p.archived_at IS NULL)))
$$;

-- For the page of an assessment in review: who may close it, before somebody tries. Null where it is not in review, or not seen.
CREATE FUNCTION {{schema}}.assessment_review(p_assessment uuid)
RETURNS TABLE (concluded_by uuid, own boolean, another boolean, changed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT a.concluded_by, coalesce(a.concluded_by = public.current_person(), false),
    {{schema}}.another_holds('compliance', a.restricted_root),
    coalesce(a.concluded_sha256 <> {{schema}}.conclusion_sha256(a.id, a.conclusion), false)
  FROM {{schema}}.compliance_assessments a
  WHERE a.id = p_assessment AND a.status = 'in_review' AND NOT {{schema}}.is_hidden(a.id)
$$;

-- As in 0070, and: who concluded it and what, who reviewed it.
CREATE OR REPLACE FUNCTION {{schema}}.settle_assessment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  by_person boolean := left(current_setting('role'), 39) = '{{role}}';
  v_reason text := btrim(coalesce(current_setting('app.reason', true), ''), E' \t\r\n');
BEGIN
  IF by_person AND OLD.locked AND NOT NEW.locked AND v_reason = '' THEN
    RAISE EXCEPTION 'compliance_assessments: taking the lock away needs a reason'
      USING ERRCODE = 'KP006', TABLE = 'compliance_assessments', COLUMN = 'locked';
  END IF;
  IF NEW.status = 'in_review' AND OLD.status <> 'in_review' THEN
    NEW.concluded_by := public.current_person();
    NEW.concluded_at := now();
    NEW.concluded_sha256 := {{schema}}.conclusion_sha256(NEW.id, NEW.conclusion);
  ELSIF NEW.status NOT IN ('in_review', 'done', 'deprecated') THEN
    NEW.concluded_by := NULL;
    NEW.concluded_at := NULL;
    NEW.concluded_sha256 := NULL;
    NEW.reviewed_by := NULL;
    NEW.reviewed_at := NULL;
  END IF;
  IF NEW.status = 'done' AND OLD.status <> 'done' THEN
    IF by_person THEN
      IF EXISTS (
        SELECT FROM {{schema}}.requirement_assessments r
        WHERE r.assessment_id = NEW.id AND r.archived_at IS NULL AND (r.result = 'not_assessed' OR r.carried_over)
      ) THEN
        RAISE EXCEPTION 'compliance_assessments: not every requirement is assessed'
          USING ERRCODE = 'KP001', TABLE = 'compliance_assessments', COLUMN = 'status';
      END IF;
      -- of a row that was loaded in this state nobody knows who concluded what
      IF OLD.concluded_by = public.current_person() THEN
        IF {{schema}}.another_holds('compliance', NEW.restricted_root) THEN
          RAISE EXCEPTION 'compliance_assessments: somebody else closes what this person concluded'
            USING ERRCODE = 'KP091', TABLE = 'compliance_assessments', COLUMN = 'status';
        END IF;
        IF v_reason = '' THEN
          RAISE EXCEPTION 'compliance_assessments: closing it alone needs a reason'
            USING ERRCODE = 'KP006', TABLE = 'compliance_assessments', COLUMN = 'status';
        END IF;
      ELSIF OLD.concluded_sha256 <> {{schema}}.conclusion_sha256(NEW.id, NEW.conclusion) THEN
        RAISE EXCEPTION 'compliance_assessments: it is not what was concluded any more'
          USING ERRCODE = 'KP150', TABLE = 'compliance_assessments', COLUMN = 'status';
      END IF;
    END IF;
    NEW.reviewed_by := public.current_person();
    NEW.reviewed_at := now();
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

-- What is in review from before was concluded by whoever changed it last.
UPDATE {{schema}}.compliance_assessments SET concluded_by = updated_by, concluded_at = updated_at,
  concluded_sha256 = {{schema}}.conclusion_sha256(id, conclusion)
WHERE status = 'in_review';

SELECT private.grant_table('{{schema}}', 'compliance_assessments', '{viewer,auditor,compliance,privacy,risk,admin}', '{compliance}',
  '{compliance}', '{compliance}',
  '{ref,score,findings,recommendations,evidence,answers_sha256,concluded_by,concluded_at,concluded_sha256,reviewed_by,reviewed_at}');
REVOKE ALL ON FUNCTION {{schema}}.conclusion_sha256(uuid, text), {{schema}}.another_holds(text, uuid), {{schema}}.assessment_review(uuid)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.assessment_review(uuid)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
