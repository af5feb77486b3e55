-- Compliance assessments, answered requirement by requirement: the answers on separate axes, the controls and the evidence they rest
-- on, and the figures that follow from them. An answer of a locked assessment stands, whoever tries.

CREATE SEQUENCE {{schema}}.compliance_assessments_ref_seq;
-- Additions to the ERD.
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN ref varchar(30);
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN name varchar(255);
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN scope text;
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN conclusion text;
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN lead_id uuid REFERENCES public.users (id);
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN due_date date;
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN control_set_id uuid REFERENCES {{schema}}.control_sets (id);
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN previous_id uuid REFERENCES {{schema}}.compliance_assessments (id);
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN target_score integer;
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN locked boolean;
-- of the answers, from the moment the assessment is done: a sign-off on the row is bound to them by it
ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN answers_sha256 varchar(64);
ALTER TABLE {{schema}}.compliance_assessments ALTER COLUMN locked SET DEFAULT false;
UPDATE {{schema}}.compliance_assessments SET locked = status IN ('done', 'deprecated'), name = 'Assessment of ' || assessment_date,
  ref = 'CA-' || lpad(nextval('{{schema}}.compliance_assessments_ref_seq')::text, 3, '0');
ALTER TABLE {{schema}}.compliance_assessments ALTER COLUMN ref SET NOT NULL;
ALTER TABLE {{schema}}.compliance_assessments ALTER COLUMN name SET NOT NULL;
ALTER TABLE {{schema}}.compliance_assessments ALTER COLUMN locked SET NOT NULL;
ALTER TABLE {{schema}}.compliance_assessments ADD CONSTRAINT compliance_assessments_ref_key UNIQUE (ref);
ALTER TABLE {{schema}}.compliance_assessments ADD CONSTRAINT compliance_assessments_name_given CHECK (btrim(name) <> '');
ALTER TABLE {{schema}}.compliance_assessments ADD CONSTRAINT compliance_assessments_target_range CHECK (target_score BETWEEN 0 AND 5);
ALTER TABLE {{schema}}.compliance_assessments ADD CONSTRAINT compliance_assessments_previous_is_another CHECK (previous_id <> id);
ALTER TABLE {{schema}}.compliance_assessments ADD CONSTRAINT compliance_assessments_hash_form CHECK (answers_sha256 ~ '^[0-9a-f]{64}$');
CREATE INDEX compliance_assessments_lead_id_idx ON {{schema}}.compliance_assessments (lead_id);
CREATE INDEX compliance_assessments_control_set_id_idx ON {{schema}}.compliance_assessments (control_set_id);
CREATE INDEX compliance_assessments_previous_id_idx ON {{schema}}.compliance_assessments (previous_id);

-- How much a requirement counts in a score, one where it says nothing.
ALTER TABLE {{schema}}.requirements ADD COLUMN weight integer;
ALTER TABLE {{schema}}.requirements ADD CONSTRAINT requirements_weight_range CHECK (weight BETWEEN 1 AND 100);
GRANT INSERT (weight), UPDATE (weight) ON {{schema}}.requirements TO {{role}}_auditor, {{role}}_compliance, {{role}}_admin;

-- The answer to one requirement in one assessment. What it is called, where it stands and how much it counts is the requirement's at
-- the time when the answer was made, so that a later version of the text moves no figure.
CREATE TABLE {{schema}}.requirement_assessments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  assessment_id uuid NOT NULL REFERENCES {{schema}}.compliance_assessments (id),
  requirement_id uuid NOT NULL REFERENCES {{schema}}.requirements (id),
  ref varchar(100) NOT NULL,
  title varchar(500),
  family varchar(60),
  order_index integer NOT NULL CHECK (order_index >= 0),
  weight integer NOT NULL CHECK (weight BETWEEN 1 AND 100),
  status varchar(20) NOT NULL DEFAULT 'to_do' CHECK (status IN ('to_do', 'in_progress', 'in_review', 'done')),
  result varchar(20) NOT NULL DEFAULT 'not_assessed'
    CHECK (result IN ('not_assessed', 'non_compliant', 'partially_compliant', 'compliant', 'not_applicable')),
  extended_result varchar(30) CHECK (extended_result IN ('major_nonconformity', 'minor_nonconformity', 'observation',
    'opportunity_for_improvement', 'good_practice')),
  score integer CHECK (score BETWEEN 0 AND 5),
  target_score integer CHECK (target_score BETWEEN 0 AND 5),
  observation text,
  justification text,
  assignee_id uuid REFERENCES public.users (id),
  due_date date,
  carried_from_id uuid REFERENCES {{schema}}.requirement_assessments (id),
  -- taken over from an earlier assessment and not confirmed yet
  carried_over boolean NOT NULL DEFAULT false,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  restricted_root uuid,
  CONSTRAINT requirement_assessments_done_has_result CHECK (status <> 'done' OR result <> 'not_assessed'),
  -- ISO/IEC 27001 6.1.3 d: what is left out is justified.
  CONSTRAINT requirement_assessments_exclusion_justified
    CHECK (status <> 'done' OR result <> 'not_applicable' OR btrim(coalesce(justification, ''), E' \t\r\n') <> '')
);
CREATE INDEX requirement_assessments_order_index_id_idx ON {{schema}}.requirement_assessments (order_index, id);
CREATE INDEX requirement_assessments_assessment_idx ON {{schema}}.requirement_assessments (assessment_id, order_index, id);
CREATE UNIQUE INDEX requirement_assessments_once_key ON {{schema}}.requirement_assessments (assessment_id, requirement_id)
  WHERE archived_at IS NULL;
CREATE INDEX requirement_assessments_requirement_id_idx ON {{schema}}.requirement_assessments (requirement_id, created_at);
CREATE INDEX requirement_assessments_assignee_id_idx ON {{schema}}.requirement_assessments (assignee_id, status, due_date);
CREATE INDEX requirement_assessments_carried_from_id_idx ON {{schema}}.requirement_assessments (carried_from_id);
CREATE INDEX requirement_assessments_created_by_idx ON {{schema}}.requirement_assessments (created_by);
CREATE INDEX requirement_assessments_updated_by_idx ON {{schema}}.requirement_assessments (updated_by);
CREATE INDEX requirement_assessments_live_idx ON {{schema}}.requirement_assessments (assessment_id, result, status, assignee_id, tenant_id, restricted_root)
  WHERE archived_at IS NULL;

-- The controls that an answer rests on, and the evidence that shows it.
CREATE TABLE {{schema}}.assessment_controls (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  requirement_assessment_id uuid NOT NULL REFERENCES {{schema}}.requirement_assessments (id),
  control_id uuid NOT NULL REFERENCES {{schema}}.controls (id),
  note varchar(500),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  restricted_root uuid
);
CREATE INDEX assessment_controls_created_at_id_idx ON {{schema}}.assessment_controls (created_at, id);
CREATE UNIQUE INDEX assessment_controls_once_key ON {{schema}}.assessment_controls (requirement_assessment_id, control_id)
  WHERE archived_at IS NULL;
CREATE INDEX assessment_controls_answer_idx ON {{schema}}.assessment_controls (requirement_assessment_id);
CREATE INDEX assessment_controls_control_id_idx ON {{schema}}.assessment_controls (control_id);
CREATE INDEX assessment_controls_created_by_idx ON {{schema}}.assessment_controls (created_by);
CREATE INDEX assessment_controls_updated_by_idx ON {{schema}}.assessment_controls (updated_by);

CREATE TABLE {{schema}}.assessment_evidence (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  requirement_assessment_id uuid NOT NULL REFERENCES {{schema}}.requirement_assessments (id),
  evidence_id uuid NOT NULL REFERENCES {{schema}}.audit_evidence (id),
  note varchar(500),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  restricted_root uuid
);
CREATE INDEX assessment_evidence_created_at_id_idx ON {{schema}}.assessment_evidence (created_at, id);
CREATE UNIQUE INDEX assessment_evidence_once_key ON {{schema}}.assessment_evidence (requirement_assessment_id, evidence_id)
  WHERE archived_at IS NULL;
CREATE INDEX assessment_evidence_answer_idx ON {{schema}}.assessment_evidence (requirement_assessment_id);
CREATE INDEX assessment_evidence_evidence_id_idx ON {{schema}}.assessment_evidence (evidence_id);
CREATE INDEX assessment_evidence_created_by_idx ON {{schema}}.assessment_evidence (created_by);
CREATE INDEX assessment_evidence_updated_by_idx ON {{schema}}.assessment_evidence (updated_by);

-- The figures of an assessment by family, kept by the differences that each statement makes. Sums only: what is shown is
-- points / weight (compliant 100, partially compliant 50, non-compliant 0; what is not applicable or not assessed counts nowhere),
-- scored_points / scored_weight and target_points / target_weight (0 to 5; not applicable left out).
CREATE TABLE {{schema}}.assessment_scores (
  assessment_id uuid NOT NULL REFERENCES {{schema}}.compliance_assessments (id),
  family varchar(60) NOT NULL,
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  requirements bigint NOT NULL CHECK (requirements >= 0),
  not_assessed bigint NOT NULL,
  non_compliant bigint NOT NULL,
  partially_compliant bigint NOT NULL,
  compliant bigint NOT NULL,
  not_applicable bigint NOT NULL,
  to_do bigint NOT NULL,
  in_progress bigint NOT NULL,
  in_review bigint NOT NULL,
  done bigint NOT NULL,
  carried_over bigint NOT NULL,
  weight bigint NOT NULL,
  points bigint NOT NULL,
  scored_weight bigint NOT NULL,
  scored_points bigint NOT NULL,
  target_weight bigint NOT NULL,
  target_points bigint NOT NULL,
  PRIMARY KEY (assessment_id, family)
);
ALTER TABLE {{schema}}.assessment_scores ENABLE ROW LEVEL SECURITY;
ALTER TABLE {{schema}}.assessment_scores FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON {{schema}}.assessment_scores USING (tenant_id = '{{tenant_id}}'::uuid) WITH CHECK (tenant_id = '{{tenant_id}}'::uuid);
CREATE POLICY restricted_only ON {{schema}}.assessment_scores AS RESTRICTIVE
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (current_user = 'kompl_owner' OR NOT {{schema}}.is_hidden(assessment_id));
GRANT SELECT ON {{schema}}.assessment_scores
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

-- The root that a part inherits from what it belongs to: its own restriction counts before an inherited one. As guard_place (0017).
CREATE FUNCTION {{schema}}.inherited_root(p_kind text, p_column text, p_id uuid, p_root uuid, p_was uuid, p_parent_root uuid, p_new boolean)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  by_person boolean := left(current_setting('role'), 39) = '{{role}}';
  v_root uuid := p_root;
BEGIN
  IF p_root IS DISTINCT FROM p_id OR (by_person AND NOT EXISTS (
    SELECT FROM {{schema}}.restricted_records r WHERE r.id = p_id AND r.root_id = p_id)
  ) THEN
    IF by_person AND p_new AND p_parent_root IS NOT NULL AND NOT {{schema}}.may_see(p_parent_root) THEN
      RAISE EXCEPTION '%: what % names is not there', p_kind, p_column USING ERRCODE = '23503', TABLE = p_kind, COLUMN = p_column;
    END IF;
    v_root := p_parent_root;
  END IF;
  IF v_root IS NOT NULL THEN
    INSERT INTO {{schema}}.restricted_records (id, root_id, resource_type) VALUES (p_id, v_root, p_kind)
    ON CONFLICT (id) DO UPDATE SET root_id = excluded.root_id WHERE restricted_records.root_id <> excluded.root_id;
  ELSIF p_was IS NOT NULL THEN
    DELETE FROM {{schema}}.restricted_records r WHERE r.id = p_id;
  END IF;
  RETURN v_root;
END
$$;

-- What an answer takes from its requirement and its assessment. A new answer has the assessment to itself until the end.
CREATE FUNCTION {{schema}}.derive_answer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  by_person boolean := left(current_setting('role'), 39) = '{{role}}';
  v_requirement {{schema}}.requirements;
  v_regulation uuid;
  v_root uuid;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.carried_over AND by_person AND (NEW.status = 'done' OR (NEW.result, NEW.extended_result, NEW.score, NEW.observation, NEW.justification)
      IS DISTINCT FROM (OLD.result, OLD.extended_result, OLD.score, OLD.observation, OLD.justification)) THEN
      NEW.carried_over := false; -- whoever changes or completes it has looked at it
    END IF;
    SELECT a.restricted_root INTO v_root FROM {{schema}}.compliance_assessments a WHERE a.id = NEW.assessment_id;
    NEW.restricted_root := {{schema}}.inherited_root('requirement_assessments', 'assessment_id', NEW.id, NEW.restricted_root,
      OLD.restricted_root, v_root, false);
    RETURN NEW;
  END IF;
  SELECT a.regulation_id, a.restricted_root INTO v_regulation, v_root
  FROM {{schema}}.compliance_assessments a WHERE a.id = NEW.assessment_id FOR NO KEY UPDATE;
  SELECT * INTO v_requirement FROM {{schema}}.requirements q WHERE q.id = NEW.requirement_id;
  IF by_person OR NEW.ref IS NULL THEN
    NEW.ref := v_requirement.ref_id;
    NEW.title := v_requirement.title;
    NEW.family := v_requirement.family;
    NEW.order_index := v_requirement.order_index;
    NEW.weight := coalesce(v_requirement.weight, 1);
  END IF;
  IF by_person THEN
    IF NOT v_requirement.assessable OR v_requirement.archived_at IS NOT NULL OR v_regulation <> v_requirement.regulation_id THEN
      RAISE EXCEPTION 'requirement_assessments: the requirement is not one that this assessment asks for' USING ERRCODE = '23514',
        TABLE = 'requirement_assessments', COLUMN = 'requirement_id', CONSTRAINT = 'requirement_assessments_of_its_regulation';
    END IF;
    IF NEW.carried_from_id IS NOT NULL AND {{schema}}.is_hidden(NEW.carried_from_id) THEN
      RAISE EXCEPTION 'requirement_assessments: what carried_from_id names is not there' USING ERRCODE = '23503',
        TABLE = 'requirement_assessments', COLUMN = 'carried_from_id';
    END IF;
    NEW.carried_over := NEW.carried_from_id IS NOT NULL AND NEW.result <> 'not_assessed' AND NEW.status <> 'done';
  END IF;
  NEW.restricted_root := {{schema}}.inherited_root('requirement_assessments', 'assessment_id', NEW.id, NEW.restricted_root, NULL, v_root, true);
  RETURN NEW;
END
$$;

-- Whether the answers of an assessment stand as they are.
CREATE FUNCTION {{schema}}.answers_stand(p_assessment uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM {{schema}}.compliance_assessments a
    WHERE a.id = p_assessment AND (a.locked OR a.status IN ('done', 'deprecated') OR a.archived_at IS NOT NULL));
END
$$;

-- Controls and evidence come to an answer, and leave it, while the answer may change.
CREATE FUNCTION {{schema}}.guard_answer_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  by_person boolean := left(current_setting('role'), 39) = '{{role}}';
  v_assessment uuid;
  v_root uuid;
  v_other uuid := to_jsonb(NEW) ->> 'evidence_id';
  v_was uuid;
BEGIN
  SELECT r.assessment_id, r.restricted_root INTO v_assessment, v_root
  FROM {{schema}}.requirement_assessments r WHERE r.id = NEW.requirement_assessment_id;
  PERFORM FROM {{schema}}.compliance_assessments a WHERE a.id = v_assessment FOR NO KEY UPDATE;
  IF TG_OP = 'UPDATE' THEN
    v_was := OLD.restricted_root;
  END IF;
  -- a restriction that is carried down changes nothing of it
  IF by_person AND {{schema}}.answers_stand(v_assessment)
    AND (TG_OP = 'INSERT' OR (NEW.note, NEW.archived_at) IS DISTINCT FROM (OLD.note, OLD.archived_at)) THEN
    RAISE EXCEPTION '%: the assessment is locked', TG_ARGV[0]
      USING ERRCODE = 'KP001', TABLE = TG_ARGV[0], COLUMN = 'requirement_assessment_id';
  END IF;
  IF by_person AND TG_OP = 'INSERT' AND v_other IS NOT NULL AND {{schema}}.is_hidden(v_other) THEN
    RAISE EXCEPTION '%: what evidence_id names is not there', TG_ARGV[0]
      USING ERRCODE = '23503', TABLE = TG_ARGV[0], COLUMN = 'evidence_id';
  END IF;
  NEW.restricted_root := {{schema}}.inherited_root(TG_ARGV[0], 'requirement_assessment_id', NEW.id, NEW.restricted_root, v_was,
    v_root, TG_OP = 'INSERT');
  RETURN NEW;
END
$$;

-- After each statement on answers: the assessment is locked until the end of the transaction, what stands is refused, and the
-- differences go into the figures. So writers of one assessment wait for each other's commit, and none of them for a conflict.
CREATE FUNCTION {{schema}}.settle_answers(p_touched uuid[], p_changed boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  PERFORM FROM {{schema}}.compliance_assessments a WHERE a.id = ANY (p_touched) ORDER BY a.id FOR NO KEY UPDATE;
  IF p_changed AND left(current_setting('role'), 39) = '{{role}}'
    AND EXISTS (SELECT FROM unnest(p_touched) AS t (id) WHERE {{schema}}.answers_stand(t.id)) THEN
    RAISE EXCEPTION 'requirement_assessments: the assessment is locked'
      USING ERRCODE = 'KP001', TABLE = 'requirement_assessments', COLUMN = 'assessment_id';
  END IF;
END
$$;

DO $triggers$
DECLARE
  v_branch text;
  v_branches text := '';
  v_operation text;
  v_rows text;
BEGIN
  FOREACH v_operation IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
    v_rows := concat_ws(' UNION ALL ', CASE WHEN v_operation <> 'DELETE' THEN 'SELECT 1 AS sign, n.* FROM new_rows n' END,
      CASE WHEN v_operation <> 'INSERT' THEN 'SELECT -1 AS sign, o.* FROM old_rows o' END);
    v_branch := format($branch$
      IF TG_OP = %L THEN
        SELECT array_agg(DISTINCT c.assessment_id) INTO v_touched FROM (%s) c;
        IF v_touched IS NULL THEN RETURN NULL; END IF;
        PERFORM {{schema}}.settle_answers(v_touched, %s);
        WITH live AS MATERIALIZED (
          SELECT c.sign, c.assessment_id, coalesce(c.family, '') AS family, c.result, c.status, c.carried_over, c.weight, c.score, c.target_score,
            c.result IN ('compliant', 'partially_compliant', 'non_compliant') AS counts, c.result <> 'not_applicable' AS applies
          FROM (%s) c WHERE c.archived_at IS NULL
        ), moved AS (
          SELECT l.assessment_id, l.family, sum(l.sign) AS requirements,
            coalesce(sum(l.sign) FILTER (WHERE l.result = 'not_assessed'), 0) AS not_assessed,
            coalesce(sum(l.sign) FILTER (WHERE l.result = 'non_compliant'), 0) AS non_compliant,
            coalesce(sum(l.sign) FILTER (WHERE l.result = 'partially_compliant'), 0) AS partially_compliant,
            coalesce(sum(l.sign) FILTER (WHERE l.result = 'compliant'), 0) AS compliant,
            coalesce(sum(l.sign) FILTER (WHERE l.result = 'not_applicable'), 0) AS not_applicable,
            coalesce(sum(l.sign) FILTER (WHERE l.status = 'to_do'), 0) AS to_do,
            coalesce(sum(l.sign) FILTER (WHERE l.status = 'in_progress'), 0) AS in_progress,
            coalesce(sum(l.sign) FILTER (WHERE l.status = 'in_review'), 0) AS in_review,
            coalesce(sum(l.sign) FILTER (WHERE l.status = 'done'), 0) AS done,
            coalesce(sum(l.sign) FILTER (WHERE l.carried_over), 0) AS carried_over,
            coalesce(sum(l.sign * l.weight) FILTER (WHERE l.counts), 0) AS weight,
            coalesce(sum(l.sign * l.weight * CASE l.result WHEN 'compliant' THEN 100 WHEN 'partially_compliant' THEN 50 ELSE 0 END), 0) AS points,
            coalesce(sum(l.sign * l.weight) FILTER (WHERE l.applies AND l.score IS NOT NULL), 0) AS scored_weight,
            coalesce(sum(l.sign * l.weight * l.score) FILTER (WHERE l.applies), 0) AS scored_points,
            coalesce(sum(l.sign * l.weight) FILTER (WHERE l.applies AND l.target_score IS NOT NULL), 0) AS target_weight,
            coalesce(sum(l.sign * l.weight * l.target_score) FILTER (WHERE l.applies), 0) AS target_points
          FROM live l GROUP BY l.assessment_id, l.family
        ), there AS (
          SELECT s.assessment_id, s.family FROM {{schema}}.assessment_scores s JOIN moved m USING (assessment_id, family)
        ), added AS (
          UPDATE {{schema}}.assessment_scores s SET requirements = s.requirements + m.requirements,
            not_assessed = s.not_assessed + m.not_assessed, non_compliant = s.non_compliant + m.non_compliant,
            partially_compliant = s.partially_compliant + m.partially_compliant, compliant = s.compliant + m.compliant,
            not_applicable = s.not_applicable + m.not_applicable, to_do = s.to_do + m.to_do, in_progress = s.in_progress + m.in_progress,
            in_review = s.in_review + m.in_review, done = s.done + m.done, carried_over = s.carried_over + m.carried_over,
            weight = s.weight + m.weight, points = s.points + m.points, scored_weight = s.scored_weight + m.scored_weight,
            scored_points = s.scored_points + m.scored_points, target_weight = s.target_weight + m.target_weight,
            target_points = s.target_points + m.target_points
          FROM moved m WHERE s.assessment_id = m.assessment_id AND s.family = m.family
        )
        INSERT INTO {{schema}}.assessment_scores (assessment_id, family, requirements, not_assessed, non_compliant, partially_compliant,
          compliant, not_applicable, to_do, in_progress, in_review, done, carried_over, weight, points, scored_weight, scored_points,
          target_weight, target_points)
        SELECT m.assessment_id, m.family, m.requirements, m.not_assessed, m.non_compliant, m.partially_compliant, m.compliant,
          m.not_applicable, m.to_do, m.in_progress, m.in_review, m.done, m.carried_over, m.weight, m.points, m.scored_weight,
          m.scored_points, m.target_weight, m.target_points
        FROM moved m WHERE NOT EXISTS (SELECT FROM there t WHERE t.assessment_id = m.assessment_id AND t.family = m.family);
      END IF;$branch$, v_operation, v_rows,
      CASE WHEN v_operation = 'UPDATE' THEN $changed$EXISTS (SELECT FROM new_rows n JOIN old_rows o ON o.id = n.id
          WHERE (n.status, n.result, n.extended_result, n.score, n.target_score, n.observation, n.justification, n.assignee_id, n.due_date, n.archived_at)
            IS DISTINCT FROM (o.status, o.result, o.extended_result, o.score, o.target_score, o.observation, o.justification, o.assignee_id,
              o.due_date, o.archived_at))$changed$ ELSE 'true' END, v_rows);
    v_branches := v_branches || v_branch;
  END LOOP;
  EXECUTE format($function$
    CREATE FUNCTION {{schema}}.roll_up_answers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $body$
    DECLARE
      v_touched uuid[];
    BEGIN %s
      UPDATE {{schema}}.compliance_assessments a SET score = f.score
      FROM (SELECT t.id, floor(sum(s.points) / nullif(sum(s.weight), 0))::integer AS score
            FROM unnest(v_touched) AS t (id) LEFT JOIN {{schema}}.assessment_scores s ON s.assessment_id = t.id GROUP BY t.id) f
      WHERE a.id = f.id AND a.score IS DISTINCT FROM f.score;
      RETURN NULL;
    END
    $body$ $function$, v_branches);
END
$triggers$;

-- The state of an assessment. Done: every requirement is answered, nothing waits for confirmation, the answers are locked and hashed,
-- and what the report needs is kept as it stood. Taking a lock away needs a reason.
CREATE FUNCTION {{schema}}.settle_assessment() RETURNS trigger
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

-- The hash of all answers with what they rest on, in the order of the requirements.
CREATE FUNCTION {{schema}}.answers_sha256(p_assessment uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT encode(sha256(convert_to(coalesce(jsonb_agg(jsonb_build_array(r.requirement_id, r.ref, r.status, r.result, r.extended_result, r.score, r.target_score,
      r.weight, r.observation, r.justification,
      (SELECT jsonb_agg(c.control_id ORDER BY c.control_id) FROM {{schema}}.assessment_controls c
       WHERE c.requirement_assessment_id = r.id AND c.archived_at IS NULL),
      (SELECT jsonb_agg(e.evidence_id ORDER BY e.evidence_id) FROM {{schema}}.assessment_evidence e
       WHERE e.requirement_assessment_id = r.id AND e.archived_at IS NULL))
    ORDER BY r.order_index, r.requirement_id), '[]')::text, 'UTF8')), 'hex')
  FROM {{schema}}.requirement_assessments r WHERE r.assessment_id = p_assessment AND r.archived_at IS NULL
$$;

-- As in 0016, and: a reason may be asked for one step alone, written 'from>to'.
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
  IF (machine -> 'reason' ? v_to OR machine -> 'reason' ? (v_from || '>' || v_to))
    AND btrim(coalesce(current_setting('app.reason', true), ''), E' \t\r\n') = '' THEN
    RAISE EXCEPTION '%: the step to % needs a reason', TG_ARGV[0], v_to
      USING ERRCODE = 'KP006', HINT = 'SET LOCAL app.reason = ''...''', TABLE = TG_ARGV[0], COLUMN = field;
  END IF;
  RETURN NEW;
END
$$;

SELECT private.guard_states('{{schema}}', 'compliance_assessments', '{
    "field": "status", "start": ["planned","in_progress","deprecated"],
    "reason": ["deprecated","done>in_progress","deprecated>planned"], "locked": ["done","deprecated"],
    "steps": {
      "planned": ["in_progress","deprecated"],
      "in_progress": ["planned","in_review","deprecated"],
      "in_review": ["in_progress","done"],
      "done": ["in_progress","deprecated"],
      "deprecated": ["planned"]
    } }');
SELECT private.guard_states('{{schema}}', 'requirement_assessments', '{
    "field": "status", "start": ["to_do","in_progress","done"],
    "reason": [], "locked": [],
    "steps": {
      "to_do": ["in_progress","done"],
      "in_progress": ["to_do","in_review","done"],
      "in_review": ["in_progress","done"],
      "done": ["in_progress"]
    } }');

CREATE TRIGGER derive_row BEFORE INSERT OR UPDATE ON {{schema}}.requirement_assessments
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.derive_answer();
CREATE TRIGGER guard_place BEFORE INSERT OR UPDATE ON {{schema}}.assessment_controls
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_answer_part('assessment_controls');
CREATE TRIGGER guard_place BEFORE INSERT OR UPDATE ON {{schema}}.assessment_evidence
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_answer_part('assessment_evidence');
CREATE TRIGGER roll_up_insert AFTER INSERT ON {{schema}}.requirement_assessments REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.roll_up_answers();
CREATE TRIGGER roll_up_update AFTER UPDATE ON {{schema}}.requirement_assessments
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.roll_up_answers();
CREATE TRIGGER roll_up_delete AFTER DELETE ON {{schema}}.requirement_assessments REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.roll_up_answers();
-- behind the guards of the state, before the stamp
CREATE TRIGGER settle_row BEFORE UPDATE ON {{schema}}.compliance_assessments
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.locked IS DISTINCT FROM NEW.locked)
  EXECUTE FUNCTION {{schema}}.settle_assessment();
CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.compliance_assessments
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('compliance_assessments', 'CA-', '3');
CREATE TRIGGER member_lead_id BEFORE INSERT OR UPDATE OF lead_id ON {{schema}}.compliance_assessments
  FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('lead_id');
CREATE TRIGGER member_assignee_id BEFORE INSERT OR UPDATE OF assignee_id ON {{schema}}.requirement_assessments
  FOR EACH ROW WHEN (NEW.assignee_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('assignee_id');
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.compliance_assessments
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root)
  EXECUTE FUNCTION {{schema}}.carry_restriction('requirement_assessments', 'assessment_id');
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.requirement_assessments
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'assessment_controls', 'requirement_assessment_id', 'assessment_evidence', 'requirement_assessment_id');

DO $guards$
DECLARE
  v_everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  v_writers text[] := '{compliance}';
  v_table text;
BEGIN
  PERFORM private.grant_table('{{schema}}', 'compliance_assessments', v_everyone, v_writers, v_writers, v_writers,
    '{ref,score,findings,recommendations,evidence,answers_sha256}');
  FOREACH v_table IN ARRAY ARRAY['requirement_assessments', 'assessment_controls', 'assessment_evidence'] LOOP
    PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', v_table);
    PERFORM private.guard_restricted('{{schema}}', v_table);
    EXECUTE format('CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.%I
      FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL)
      EXECUTE FUNCTION {{schema}}.guard_archived(%L)', v_table, v_table);
    EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.%I
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change(%L)', v_table, v_table);
  END LOOP;
  PERFORM private.grant_table('{{schema}}', 'requirement_assessments', v_everyone, v_writers, v_writers, v_writers,
    '{ref,title,family,order_index,weight,carried_over}', '{assessment_id,requirement_id,carried_from_id}');
  PERFORM private.grant_table('{{schema}}', 'assessment_controls', v_everyone, v_writers, v_writers, v_writers, '{}',
    '{requirement_assessment_id,control_id}');
  PERFORM private.grant_table('{{schema}}', 'assessment_evidence', v_everyone, v_writers, v_writers, v_writers, '{}',
    '{requirement_assessment_id,evidence_id}');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'compliance_assessments', '{ref,name,scope}', 'ref', 'name');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'requirement_assessments', '{ref,title,observation}', 'ref', 'title');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'assessment_controls', '{note}', NULL, 'note');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'assessment_evidence', '{note}', NULL, 'note');
END
$guards$;

REVOKE ALL ON FUNCTION {{schema}}.inherited_root(text, text, uuid, uuid, uuid, uuid, boolean), {{schema}}.derive_answer(),
  {{schema}}.answers_stand(uuid), {{schema}}.guard_answer_part(), {{schema}}.settle_answers(uuid[], boolean), {{schema}}.roll_up_answers(),
  {{schema}}.settle_assessment(), {{schema}}.answers_sha256(uuid) FROM PUBLIC;
