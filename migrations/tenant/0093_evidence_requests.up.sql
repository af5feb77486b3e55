-- Requests for evidence to people: whoever is asked answers, whatever their function; nobody else does, not even with psql.

CREATE SEQUENCE {{schema}}.evidence_requests_ref_seq;
CREATE TABLE {{schema}}.evidence_requests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  ref varchar(30) NOT NULL,
  title varchar(255) NOT NULL CHECK (btrim(title) <> ''),
  description text,
  audit_plan_id uuid REFERENCES {{schema}}.audit_plans (id),
  control_test_id uuid REFERENCES {{schema}}.control_tests (id),
  asked_of uuid NOT NULL REFERENCES public.users (id),
  due_date date NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'draft', 'in_review', 'accepted', 'rejected', 'expired')),
  answer text,
  answered_at timestamptz,
  evidence_id uuid REFERENCES {{schema}}.audit_evidence (id),
  decided_by uuid REFERENCES public.users (id),
  decided_at timestamptz,
  decision_reason text,
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX evidence_requests_created_by_idx ON {{schema}}.evidence_requests (created_by);
CREATE INDEX evidence_requests_updated_by_idx ON {{schema}}.evidence_requests (updated_by);
CREATE UNIQUE INDEX evidence_requests_ref_key ON {{schema}}.evidence_requests (ref);
CREATE INDEX evidence_requests_audit_plan_id_idx ON {{schema}}.evidence_requests (audit_plan_id);
CREATE INDEX evidence_requests_control_test_id_idx ON {{schema}}.evidence_requests (control_test_id);
CREATE INDEX evidence_requests_evidence_id_idx ON {{schema}}.evidence_requests (evidence_id);
CREATE INDEX evidence_requests_decided_by_idx ON {{schema}}.evidence_requests (decided_by);
CREATE INDEX evidence_requests_asked_of_idx ON {{schema}}.evidence_requests (asked_of, status, due_date);
CREATE INDEX evidence_requests_due_date_id_idx ON {{schema}}.evidence_requests (due_date, id);

-- Whom a request asks stays once the answer was begun. Its state moves by the two functions below alone.
CREATE FUNCTION {{schema}}.guard_request() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) = '{{role}}' AND OLD.status NOT IN ('requested', 'expired') THEN
    RAISE EXCEPTION 'evidence_requests: it is answered already' USING ERRCODE = 'KP001', TABLE = 'evidence_requests', COLUMN = 'asked_of';
  END IF;
  RETURN NEW;
END
$$;

-- Decides on an answer, or on a request that nobody answered: 'accepted', 'rejected' (with a reason), 'in_review' (an accepted answer is
-- looked at again), 'expired' (nobody waits any longer), 'requested' (an expired one is asked anew). Who was asked does not decide.
CREATE FUNCTION {{schema}}.decide_request(p_id uuid, p_decision text, p_reason text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_request {{schema}}.evidence_requests;
  v_person uuid := public.current_person();
  v_reason text := nullif(btrim(coalesce(p_reason, ''), E' \t\r\n'), '');
  v_from text[] := CASE p_decision WHEN 'accepted' THEN ARRAY['in_review'] WHEN 'rejected' THEN ARRAY['in_review'] WHEN 'in_review' THEN ARRAY['accepted']
    WHEN 'expired' THEN ARRAY['requested', 'draft', 'rejected'] WHEN 'requested' THEN ARRAY['expired'] END;
  v_standing text;
BEGIN
  SELECT * INTO v_request FROM {{schema}}.evidence_requests r WHERE r.id = p_id FOR UPDATE;
  IF v_request.id IS NULL OR {{schema}}.is_hidden(p_id) THEN
    RAISE EXCEPTION 'no such request' USING ERRCODE = 'P0002';
  END IF;
  IF current_setting('role') <> '{{role}}_auditor' OR v_person IS NULL THEN
    RAISE EXCEPTION 'this function does not decide on requests' USING ERRCODE = '42501';
  END IF;
  v_standing := {{schema}}.team_standing({{schema}}.plan_of('evidence_requests', to_jsonb(v_request)));
  IF v_standing IN ('observer', 'none') THEN
    RAISE EXCEPTION 'evidence_requests: % in this audit', v_standing USING ERRCODE = 'KP090', TABLE = 'evidence_requests';
  END IF;
  IF v_request.archived_at IS NOT NULL OR v_from IS NULL OR v_request.status <> ALL (v_from) THEN
    RAISE EXCEPTION 'evidence_requests: no step from % to %', v_request.status, p_decision
      USING ERRCODE = 'KP005', TABLE = 'evidence_requests', COLUMN = 'status';
  END IF;
  IF p_decision IN ('accepted', 'rejected') AND v_person = v_request.asked_of THEN
    RAISE EXCEPTION 'evidence_requests: four eyes' USING ERRCODE = 'KP091', TABLE = 'evidence_requests', COLUMN = 'status';
  END IF;
  IF p_decision = 'rejected' AND v_reason IS NULL THEN
    RAISE EXCEPTION 'rejecting an answer needs a reason' USING ERRCODE = 'KP006', TABLE = 'evidence_requests', COLUMN = 'status';
  END IF;
  PERFORM set_config('app.reason', coalesce(v_reason, ''), true);
  UPDATE {{schema}}.evidence_requests
  SET status = p_decision, decided_by = v_person, decided_at = now(), decision_reason = v_reason WHERE id = p_id;
  -- the evidence that came with it stands or falls with the answer
  UPDATE {{schema}}.audit_evidence e SET status = p_decision
  WHERE e.id = v_request.evidence_id AND p_decision IN ('accepted', 'rejected') AND e.status IN ('draft', 'in_review');
  UPDATE {{schema}}.audit_evidence e SET status = 'in_review'
  WHERE e.id = v_request.evidence_id AND p_decision = 'in_review' AND e.status = 'accepted';
END
$$;

-- Answers a request: text, files, or both. Only the person asked may, with any function of theirs. p_files: [{"fileId", "fileName",
-- "mediaType", "sizeBytes", "sha256", "deviceId", "capturedAt"}], filed as evidence of the request's test. p_submit: the answer is
-- complete and goes to review; else it is a draft that can still change. Returns the evidence's id, if there is any.
CREATE FUNCTION {{schema}}.answer_request(p_id uuid, p_answer text, p_evidence uuid, p_files jsonb, p_submit boolean) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_request {{schema}}.evidence_requests;
  v_person uuid := public.current_person();
  v_evidence uuid;
  v_state text;
BEGIN
  SELECT * INTO v_request FROM {{schema}}.evidence_requests r WHERE r.id = p_id FOR UPDATE;
  IF v_request.id IS NULL OR {{schema}}.is_hidden(p_id) THEN
    RAISE EXCEPTION 'no such request' USING ERRCODE = 'P0002';
  END IF;
  IF left(current_setting('role'), 39) <> '{{role}}' OR v_person IS NULL OR v_person <> v_request.asked_of THEN
    RAISE EXCEPTION 'somebody else is asked' USING ERRCODE = '42501';
  END IF;
  IF v_request.archived_at IS NOT NULL OR v_request.status NOT IN ('requested', 'draft', 'rejected') THEN
    RAISE EXCEPTION 'evidence_requests: % is not answered', v_request.status USING ERRCODE = 'KP001', TABLE = 'evidence_requests', COLUMN = 'status';
  END IF;
  IF p_submit AND btrim(coalesce(p_answer, v_request.answer, '')) = '' AND v_request.evidence_id IS NULL AND jsonb_array_length(coalesce(p_files, '[]')) = 0 THEN
    RAISE EXCEPTION 'an answer holds text or a file' USING ERRCODE = '23514', TABLE = 'evidence_requests', COLUMN = 'answer',
      CONSTRAINT = 'evidence_requests_answer_given';
  END IF;
  v_evidence := v_request.evidence_id;
  IF jsonb_array_length(coalesce(p_files, '[]')) > 0 THEN
    IF v_evidence IS NULL THEN
      INSERT INTO {{schema}}.audit_evidence (id, title, description, evidence_type, audit_plan_id, control_test_id, status)
      VALUES (p_evidence, v_request.title, 'Answer to ' || v_request.ref, 'document', v_request.audit_plan_id, v_request.control_test_id, 'draft')
      RETURNING id INTO v_evidence;
    END IF;
    INSERT INTO {{schema}}.evidence_files (id, evidence_id, file_name, media_type, size_bytes, sha256, version_number, device_id, captured_at)
    SELECT f."fileId", v_evidence, f."fileName", f."mediaType", f."sizeBytes", f.sha256,
      (SELECT coalesce(max(x.version_number), 0) FROM {{schema}}.evidence_files x WHERE x.evidence_id = v_evidence) + row_number() OVER ()::integer,
      f."deviceId", f."capturedAt"
    FROM jsonb_to_recordset(p_files) AS f ("fileId" uuid, "fileName" text, "mediaType" text, "sizeBytes" bigint, sha256 text, "deviceId" text,
      "capturedAt" timestamptz)
    WHERE NOT EXISTS (SELECT FROM {{schema}}.evidence_files x WHERE x.evidence_id = v_evidence AND x.sha256 = f.sha256 AND x.archived_at IS NULL);
  END IF;
  v_state := CASE WHEN p_submit THEN 'in_review' ELSE 'draft' END;
  -- what was rejected is worked on again
  UPDATE {{schema}}.audit_evidence e SET status = 'draft' WHERE e.id = v_evidence AND e.status = 'rejected';
  UPDATE {{schema}}.evidence_requests
  SET answer = coalesce(p_answer, answer), answered_at = now(), evidence_id = v_evidence, status = v_state
  WHERE id = p_id;
  RETURN v_evidence;
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.guard_request(), {{schema}}.decide_request(uuid, text, text), {{schema}}.answer_request(uuid, text, uuid, jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.answer_request(uuid, text, uuid, jsonb, boolean)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
GRANT EXECUTE ON FUNCTION {{schema}}.decide_request(uuid, text, text) TO {{role}}_auditor;

DO $guards$
BEGIN
  PERFORM {{schema}}.guard_audit_part('evidence_requests', 'plan', '{audit_plans,audit_plan_id,control_tests,control_test_id}');
  PERFORM private.grant_table('{{schema}}', 'evidence_requests', '{viewer,auditor,compliance,privacy,risk,admin}', '{auditor}', '{auditor}', '{auditor}',
    '{ref,status,answer,answered_at,evidence_id,decided_by,decided_at,decision_reason}', '{audit_plan_id,control_test_id}');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'evidence_requests', '{ref,title,description}', 'ref', 'title');
END
$guards$;
CREATE TRIGGER guard_request BEFORE UPDATE ON {{schema}}.evidence_requests
  FOR EACH ROW WHEN (OLD.asked_of IS DISTINCT FROM NEW.asked_of) EXECUTE FUNCTION {{schema}}.guard_request();
CREATE TRIGGER member_asked_of BEFORE INSERT OR UPDATE OF asked_of ON {{schema}}.evidence_requests
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.require_member('asked_of');
CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.evidence_requests
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('evidence_requests', 'ER-', '3');
