-- As in 0070; where nothing is restricted, as nearly always, the restriction is not asked for: thousands of answers are written at once.
CREATE OR REPLACE FUNCTION {{schema}}.derive_answer() RETURNS trigger
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
    IF coalesce(NEW.restricted_root, OLD.restricted_root, v_root) IS NOT NULL THEN
      NEW.restricted_root := {{schema}}.inherited_root('requirement_assessments', 'assessment_id', NEW.id, NEW.restricted_root,
        OLD.restricted_root, v_root, false);
    END IF;
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
  IF coalesce(NEW.restricted_root, v_root) IS NOT NULL THEN
    NEW.restricted_root := {{schema}}.inherited_root('requirement_assessments', 'assessment_id', NEW.id, NEW.restricted_root, NULL, v_root, true);
  END IF;
  RETURN NEW;
END
$$;
