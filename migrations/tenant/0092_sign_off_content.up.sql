-- Sign-offs of tests, findings and audits keep what was signed, so that a later change shows field by field; who prepared does not review;
-- and notes of the reviewer that are open stand in the way of an approval.

-- What a reviewer asks about an audit, a test or a finding, until they are content with the answer.
CREATE TABLE {{schema}}.review_notes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  audit_plan_id uuid REFERENCES {{schema}}.audit_plans (id),
  control_test_id uuid REFERENCES {{schema}}.control_tests (id),
  finding_id uuid REFERENCES {{schema}}.findings (id),
  note text NOT NULL CHECK (btrim(note) <> ''),
  answer text,
  answered_by uuid REFERENCES public.users (id),
  answered_at timestamptz,
  cleared_by uuid REFERENCES public.users (id),
  cleared_at timestamptz,
  cleared boolean NOT NULL DEFAULT false,
  status varchar(20) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'answered', 'cleared')),
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT review_notes_about_one CHECK (num_nonnulls(audit_plan_id, control_test_id, finding_id) = 1)
);
CREATE INDEX review_notes_created_by_idx ON {{schema}}.review_notes (created_by);
CREATE INDEX review_notes_updated_by_idx ON {{schema}}.review_notes (updated_by);
CREATE INDEX review_notes_audit_plan_id_idx ON {{schema}}.review_notes (audit_plan_id);
CREATE INDEX review_notes_control_test_id_idx ON {{schema}}.review_notes (control_test_id);
CREATE INDEX review_notes_finding_id_idx ON {{schema}}.review_notes (finding_id);
CREATE INDEX review_notes_answered_by_idx ON {{schema}}.review_notes (answered_by);
CREATE INDEX review_notes_cleared_by_idx ON {{schema}}.review_notes (cleared_by);
CREATE INDEX review_notes_created_at_id_idx ON {{schema}}.review_notes (created_at, id);

ALTER TABLE {{schema}}.sign_offs ADD COLUMN content jsonb;
ALTER TABLE {{schema}}.sign_offs ADD COLUMN superseded_at timestamptz;
ALTER TABLE {{schema}}.sign_offs DROP CONSTRAINT sign_offs_resource_type_check;
ALTER TABLE {{schema}}.sign_offs ADD CONSTRAINT sign_offs_resource_type_check
  CHECK (resource_type IN ('audit_plans', 'control_tests', 'findings', 'audit_reports', 'compliance_assessments', 'dpias'));
DROP INDEX {{schema}}.sign_offs_once_key;
CREATE UNIQUE INDEX sign_offs_once_key ON {{schema}}.sign_offs (resource_id, kind, created_by) WHERE withdrawn_at IS NULL AND superseded_at IS NULL;
ALTER TABLE {{schema}}.audit_plans ADD COLUMN sign_state varchar(20) NOT NULL DEFAULT 'unsigned' CHECK (sign_state IN ('unsigned', 'prepared', 'reviewed', 'approved', 'changed'));
CREATE INDEX audit_plans_sign_state_idx ON {{schema}}.audit_plans (sign_state) WHERE sign_state <> 'unsigned';
ALTER TABLE {{schema}}.control_tests ADD COLUMN sign_state varchar(20) NOT NULL DEFAULT 'unsigned' CHECK (sign_state IN ('unsigned', 'prepared', 'reviewed', 'approved', 'changed'));
CREATE INDEX control_tests_sign_state_idx ON {{schema}}.control_tests (sign_state) WHERE sign_state <> 'unsigned';
ALTER TABLE {{schema}}.findings ADD COLUMN sign_state varchar(20) NOT NULL DEFAULT 'unsigned' CHECK (sign_state IN ('unsigned', 'prepared', 'reviewed', 'approved', 'changed'));
CREATE INDEX findings_sign_state_idx ON {{schema}}.findings (sign_state) WHERE sign_state <> 'unsigned';

-- The state of its sign-offs is no content of a record.
CREATE OR REPLACE FUNCTION {{schema}}.content_sha256(p_row jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to((p_row - ARRAY['status', 'row_version', 'created_at', 'created_by', 'updated_at', 'updated_by',
    'archived_at', 'restricted_root', 'tenant_id',
    'sign_state'])::text, 'UTF8')), 'hex')
$$;
CREATE OR REPLACE FUNCTION {{schema}}.refuse_settled(p_kind text, p_state text, p_finding uuid, p_was jsonb, p_now jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'restricted_root', 'sign_state'];
  follow_up text[] := ARRAY['status', 'owner_id', 'due_date', 'management_response'];
BEGIN
  IF p_was - stamps = p_now - stamps
    OR (p_kind IN ('audit_evidence', 'evidence_files') AND p_finding IS NOT NULL)
    OR (p_kind = 'findings' AND p_was - (stamps || follow_up) = p_now - (stamps || follow_up))
    OR (p_kind = 'audit_reports' AND p_state = 'reported') THEN
    RETURN;
  END IF;
  RAISE EXCEPTION '%: the audit is %', p_kind, p_state USING ERRCODE = 'KP001', TABLE = p_kind, COLUMN = 'audit_plan_id';
END
$$;

-- What is signed of a record: its fields without stamps, state and follow-up, and the parts that it rests on. What is empty is left
-- out, so that a column that comes with a later version changes no signed content.
CREATE FUNCTION {{schema}}.signed_content(p_resource_type text, p_row jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_id uuid := p_row ->> 'id';
  v_content jsonb := p_row - ARRAY['status', 'row_version', 'created_at', 'created_by', 'updated_at', 'updated_by', 'archived_at',
    'restricted_root', 'tenant_id', 'sign_state', 'evidence', 'tags'];
BEGIN
  IF p_resource_type = 'findings' THEN
    v_content := v_content - ARRAY['owner_id', 'due_date', 'management_response'];
  ELSIF p_resource_type = 'audit_plans' THEN
    v_content := v_content || jsonb_build_object('team', (
      SELECT jsonb_object_agg(m.person_id, m.team_role) FROM {{schema}}.audit_team m WHERE m.audit_plan_id = v_id AND m.archived_at IS NULL));
  ELSIF p_resource_type = 'control_tests' THEN
    v_content := v_content || {{schema}}.signed_parts(v_id);
  END IF;
  RETURN (SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(v_content) e
    WHERE e.value NOT IN ('null'::jsonb, '[]'::jsonb, '{}'::jsonb, '""'::jsonb));
END
$$;

-- What a test rests on: evidence with the hashes of its files, samples with the results of their items, exceptions.
CREATE FUNCTION {{schema}}.signed_parts(p_test uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN jsonb_build_object(
    'evidence_filed', (
      SELECT jsonb_object_agg(e.ref, jsonb_build_object('title', e.title, 'files', (
        SELECT coalesce(jsonb_agg(f.sha256 ORDER BY f.sha256), '[]') FROM {{schema}}.evidence_files f WHERE f.evidence_id = e.id AND f.archived_at IS NULL)))
      FROM {{schema}}.audit_evidence e WHERE e.control_test_id = p_test AND e.finding_id IS NULL AND e.archived_at IS NULL),
    'samples', (
      SELECT jsonb_object_agg(s.ref, jsonb_strip_nulls(jsonb_build_object('seed', s.seed, 'method', s.method, 'content', s.content_sha256,
        'conclusion', s.conclusion, 'items', (
          SELECT jsonb_object_agg(i.position, concat_ws(' · ', i.result, i.audited_amount, i.note)) FROM {{schema}}.sample_items i
          WHERE i.sample_id = s.id AND (i.result <> 'open' OR i.note IS NOT NULL OR i.audited_amount IS NOT NULL)))))
      FROM {{schema}}.samples s WHERE s.control_test_id = p_test AND s.archived_at IS NULL),
    'exceptions', (
      SELECT jsonb_object_agg(x.id, concat_ws(' · ', x.title, x.kind, x.description, x.cause)) FROM {{schema}}.test_exceptions x
      WHERE x.control_test_id = p_test AND x.archived_at IS NULL));
END
$$;

-- The content of a record as it is now, to hold beside what was signed. NULL where the acting person may not see it.
CREATE FUNCTION {{schema}}.present_content(p_resource_type text, p_id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_row jsonb;
BEGIN
  IF p_resource_type NOT IN ('audit_plans', 'control_tests', 'findings') OR {{schema}}.is_hidden(p_id) THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1', p_resource_type) INTO v_row USING p_id;
  RETURN CASE WHEN v_row IS NULL THEN NULL ELSE {{schema}}.signed_content(p_resource_type, v_row) END;
END
$$;

CREATE FUNCTION {{schema}}.hash_content(p_content jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(p_content::text, 'UTF8')), 'hex')
$$;

-- What the sign-offs of a record come to: its newest review or approval counts, and holds only while the content is the signed one.
CREATE FUNCTION {{schema}}.sign_state_of(p_id uuid, p_sha256 text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN coalesce((
    SELECT CASE WHEN s.kind <> 'prepared' AND s.content IS NOT NULL AND s.content_sha256 <> p_sha256 THEN 'changed' ELSE s.kind END
    FROM {{schema}}.sign_offs s
    WHERE s.resource_id = p_id AND s.withdrawn_at IS NULL AND s.superseded_at IS NULL
    ORDER BY s.kind = 'prepared', s.created_at DESC, s.kind = 'reviewed' LIMIT 1), 'unsigned');
END
$$;

CREATE FUNCTION {{schema}}.refresh_sign_state(p_resource_type text, p_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_row jsonb;
  v_state text;
BEGIN
  IF p_resource_type NOT IN ('audit_plans', 'control_tests', 'findings') THEN
    RETURN;
  END IF;
  EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1', p_resource_type) INTO v_row USING p_id;
  v_state := {{schema}}.sign_state_of(p_id, {{schema}}.hash_content({{schema}}.signed_content(p_resource_type, v_row)));
  EXECUTE format('UPDATE {{schema}}.%I SET sign_state = $2 WHERE id = $1 AND sign_state <> $2', p_resource_type) USING p_id, v_state;
END
$$;

-- A change of a signed record shows at once. After what derives, by its name.
CREATE FUNCTION {{schema}}.derive_sign_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  NEW.sign_state := {{schema}}.sign_state_of(NEW.id, {{schema}}.hash_content({{schema}}.signed_content(TG_ARGV[0], to_jsonb(NEW))));
  RETURN NEW;
END
$$;

-- So does a change of what a signed test or audit rests on. Arguments: own table.
CREATE FUNCTION {{schema}}.touch_signed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_row jsonb := to_jsonb(NEW);
  v_test uuid := v_row ->> 'control_test_id';
BEGIN
  IF TG_ARGV[0] = 'audit_team' THEN
    IF EXISTS (SELECT FROM {{schema}}.audit_plans p WHERE p.id = (v_row ->> 'audit_plan_id')::uuid AND p.sign_state <> 'unsigned') THEN
      PERFORM {{schema}}.refresh_sign_state('audit_plans', (v_row ->> 'audit_plan_id')::uuid);
    END IF;
    RETURN NULL;
  END IF;
  IF TG_ARGV[0] = 'evidence_files' THEN
    SELECT e.control_test_id INTO v_test FROM {{schema}}.audit_evidence e WHERE e.id = (v_row ->> 'evidence_id')::uuid;
  END IF;
  IF EXISTS (SELECT FROM {{schema}}.control_tests t WHERE t.id = v_test AND t.sign_state <> 'unsigned') THEN
    PERFORM {{schema}}.refresh_sign_state('control_tests', v_test);
  END IF;
  RETURN NULL;
END
$$;

-- An approved finding stands as it was written; it is followed up all the same.
CREATE FUNCTION {{schema}}.guard_signed_finding() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) = '{{role}}' AND {{schema}}.is_approved(OLD.id)
    AND (OLD.archived_at IS DISTINCT FROM NEW.archived_at OR {{schema}}.content_sha256(to_jsonb(OLD) - ARRAY['owner_id', 'due_date', 'management_response'])
      <> {{schema}}.content_sha256(to_jsonb(NEW) - ARRAY['owner_id', 'due_date', 'management_response'])) THEN
    RAISE EXCEPTION 'findings: approved; the approval is withdrawn before anything changes' USING ERRCODE = 'KP001', TABLE = 'findings', COLUMN = 'status';
  END IF;
  RETURN NEW;
END
$$;

-- Signs a record as it stands. Who may change such records may sign them; in an audit with a team, only its lead and its reviewers
-- review and approve. Nobody reviews or approves what they prepared or tested. A test and an assessment are approved when they are
-- done, and nothing while a review note is open. Signing again what has changed puts the new signature in the place of the old one.
CREATE OR REPLACE FUNCTION {{schema}}.sign_off(p_resource_type text, p_id uuid, p_kind text, p_note text DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_person uuid := public.current_person();
  v_row jsonb;
  v_content jsonb;
  v_sha256 text;
  v_standing text;
  v_id uuid;
BEGIN
  IF p_resource_type IS NULL OR p_kind IS NULL
    OR p_resource_type NOT IN ('audit_plans', 'control_tests', 'findings', 'audit_reports', 'compliance_assessments', 'dpias') THEN
    RAISE EXCEPTION 'such records are not signed' USING ERRCODE = '22023';
  END IF;
  IF left(v_role, 39) <> '{{role}}' OR v_person IS NULL
    OR NOT has_any_column_privilege(v_role, format('{{schema}}.%I', p_resource_type), 'UPDATE') THEN
    RAISE EXCEPTION 'this function does not sign such records' USING ERRCODE = '42501';
  END IF;
  EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1 FOR UPDATE', p_resource_type) INTO v_row USING p_id;
  IF v_row IS NULL OR {{schema}}.is_hidden(p_id) THEN
    RAISE EXCEPTION 'no such record' USING ERRCODE = 'P0002';
  END IF;
  IF v_row ->> 'archived_at' IS NOT NULL
    OR (p_kind = 'approved' AND p_resource_type IN ('control_tests', 'compliance_assessments') AND v_row ->> 'status' <> 'done') THEN
    RAISE EXCEPTION '%: % is not approved', p_resource_type,
      CASE WHEN v_row ->> 'archived_at' IS NOT NULL THEN 'an archived record' ELSE v_row ->> 'status' END
      USING ERRCODE = 'KP001', TABLE = p_resource_type, COLUMN = 'status';
  END IF;
  IF p_resource_type IN ('audit_plans', 'control_tests', 'findings') THEN
    v_standing := {{schema}}.team_standing({{schema}}.plan_of(p_resource_type, v_row));
    IF v_standing IN ('observer', 'none') OR (p_kind <> 'prepared' AND v_standing = 'auditor') THEN
      RAISE EXCEPTION '%: % in this audit', p_resource_type, v_standing USING ERRCODE = 'KP090', TABLE = p_resource_type;
    END IF;
    IF p_kind <> 'prepared' AND (v_row ->> 'tested_by' = v_person::text OR EXISTS (
      SELECT FROM {{schema}}.sign_offs s WHERE s.resource_id = p_id AND s.kind = 'prepared' AND s.created_by = v_person AND s.withdrawn_at IS NULL)
    ) THEN
      RAISE EXCEPTION '%: four eyes', p_resource_type USING ERRCODE = 'KP091', TABLE = p_resource_type;
    END IF;
    IF p_kind = 'prepared' AND EXISTS (
      SELECT FROM {{schema}}.sign_offs s WHERE s.resource_id = p_id AND s.kind <> 'prepared' AND s.created_by = v_person
        AND s.withdrawn_at IS NULL AND s.superseded_at IS NULL) THEN
      RAISE EXCEPTION '%: four eyes', p_resource_type USING ERRCODE = 'KP091', TABLE = p_resource_type;
    END IF;
    IF p_kind = 'approved' AND {{schema}}.open_notes(p_resource_type, p_id) > 0 THEN
      RAISE EXCEPTION '%: review notes are open', p_resource_type USING ERRCODE = 'KP092', TABLE = p_resource_type;
    END IF;
    v_content := {{schema}}.signed_content(p_resource_type, v_row);
    v_sha256 := {{schema}}.hash_content(v_content);
    UPDATE {{schema}}.sign_offs s SET superseded_at = now()
    WHERE s.resource_id = p_id AND s.kind = p_kind AND s.created_by = v_person AND s.withdrawn_at IS NULL AND s.superseded_at IS NULL
      AND s.content_sha256 <> v_sha256;
  ELSE
    v_sha256 := {{schema}}.content_sha256(v_row);
  END IF;
  INSERT INTO {{schema}}.sign_offs (resource_type, resource_id, kind, note, content_sha256, content)
  VALUES (p_resource_type, p_id, p_kind, nullif(btrim(p_note), ''), v_sha256, v_content)
  RETURNING id INTO v_id;
  PERFORM {{schema}}.refresh_sign_state(p_resource_type, p_id);
  RETURN v_id;
END
$$;

-- How many notes about a record wait for an answer or for the reviewer; of an audit, those of its tests and findings too.
-- Null where there is no such record.
CREATE FUNCTION {{schema}}.open_notes(p_resource_type text, p_id uuid) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF NOT (CASE p_resource_type
    WHEN 'control_tests' THEN EXISTS (SELECT FROM {{schema}}.control_tests t WHERE t.id = p_id)
    WHEN 'findings' THEN EXISTS (SELECT FROM {{schema}}.findings f WHERE f.id = p_id)
    ELSE EXISTS (SELECT FROM {{schema}}.audit_plans p WHERE p.id = p_id) END) THEN
    RETURN NULL;
  END IF;
  RETURN (
    SELECT count(*) FROM {{schema}}.review_notes n
    WHERE n.status <> 'cleared' AND n.archived_at IS NULL AND CASE p_resource_type
      WHEN 'control_tests' THEN n.control_test_id = p_id
      WHEN 'findings' THEN n.finding_id = p_id
      ELSE {{schema}}.plan_of('review_notes', to_jsonb(n)) = p_id END);
END
$$;

CREATE OR REPLACE FUNCTION {{schema}}.withdraw_sign_off(p_id uuid, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_sign {{schema}}.sign_offs;
  v_row jsonb;
  v_standing text;
BEGIN
  SELECT * INTO v_sign FROM {{schema}}.sign_offs s WHERE s.id = p_id FOR UPDATE;
  IF v_sign.id IS NULL OR {{schema}}.is_hidden(v_sign.resource_id) THEN
    RAISE EXCEPTION 'no such sign-off' USING ERRCODE = 'P0002';
  END IF;
  IF left(v_role, 39) <> '{{role}}' OR public.current_person() IS NULL
    OR NOT has_any_column_privilege(v_role, format('{{schema}}.%I', v_sign.resource_type), 'UPDATE') THEN
    RAISE EXCEPTION 'this function does not sign such records' USING ERRCODE = '42501';
  END IF;
  IF btrim(coalesce(p_reason, ''), E' \t\r\n') = '' THEN
    RAISE EXCEPTION 'taking a sign-off back needs a reason' USING ERRCODE = 'KP006';
  END IF;
  -- one's own is withdrawn by oneself; that of another by the audit's lead or a reviewer
  IF v_sign.resource_type IN ('audit_plans', 'control_tests', 'findings') THEN
    EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1', v_sign.resource_type) INTO v_row USING v_sign.resource_id;
    v_standing := {{schema}}.team_standing({{schema}}.plan_of(v_sign.resource_type, v_row));
    IF v_standing IN ('observer', 'none') OR (v_standing = 'auditor' AND v_sign.created_by <> public.current_person()) THEN
      RAISE EXCEPTION '%: % in this audit', v_sign.resource_type, v_standing USING ERRCODE = 'KP090', TABLE = v_sign.resource_type;
    END IF;
  END IF;
  IF v_sign.withdrawn_at IS NOT NULL OR v_sign.superseded_at IS NOT NULL OR EXISTS (
    SELECT FROM {{schema}}.control_tests t JOIN {{schema}}.audit_plans p ON p.id = t.audit_plan_id
    WHERE t.id = v_sign.resource_id AND {{schema}}.is_settled(p.status)
  ) THEN
    RAISE EXCEPTION 'sign_offs: it is withdrawn already, or the audit is settled' USING ERRCODE = 'KP001', TABLE = 'sign_offs';
  END IF;
  PERFORM set_config('app.reason', btrim(p_reason), true);
  UPDATE {{schema}}.sign_offs SET withdrawn_at = now(), withdrawn_by = public.current_person(), withdrawn_reason = btrim(p_reason)
  WHERE id = p_id;
  PERFORM {{schema}}.refresh_sign_state(v_sign.resource_type, v_sign.resource_id);
END
$$;

-- A note is raised and cleared by who reviews the audit, answered by who works on it; who answered somebody else's does not clear it.
-- Its state follows from that: open, answered, cleared.
CREATE FUNCTION {{schema}}.guard_note() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_person uuid := public.current_person();
  v_standing text;
BEGIN
  NEW.answer := nullif(btrim(NEW.answer, E' \t\r\n'), '');
  NEW.status := CASE WHEN NEW.cleared THEN 'cleared' WHEN NEW.answer IS NULL THEN 'open' ELSE 'answered' END;
  IF left(current_user::text, 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  v_standing := {{schema}}.team_standing({{schema}}.plan_of('review_notes', to_jsonb(NEW)));
  IF TG_OP = 'INSERT' THEN
    IF v_standing NOT IN ('lead', 'reviewer', 'open') THEN
      RAISE EXCEPTION 'review_notes: % in this audit', v_standing USING ERRCODE = 'KP090', TABLE = 'review_notes';
    END IF;
    IF NEW.cleared OR NEW.answer IS NOT NULL THEN
      RAISE EXCEPTION 'review_notes: a new one is open' USING ERRCODE = 'KP002', TABLE = 'review_notes', COLUMN = 'cleared';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.answer IS DISTINCT FROM OLD.answer THEN
    IF OLD.cleared THEN
      RAISE EXCEPTION 'review_notes: it is cleared' USING ERRCODE = 'KP001', TABLE = 'review_notes', COLUMN = 'answer';
    END IF;
    NEW.answered_by := v_person;
    NEW.answered_at := now();
  END IF;
  IF NEW.cleared IS DISTINCT FROM OLD.cleared THEN
    IF v_standing NOT IN ('lead', 'reviewer') AND v_person <> OLD.created_by THEN
      RAISE EXCEPTION 'review_notes: % in this audit', v_standing USING ERRCODE = 'KP090', TABLE = 'review_notes';
    END IF;
    IF NEW.cleared AND v_person = NEW.answered_by AND v_person <> OLD.created_by THEN
      RAISE EXCEPTION 'review_notes: four eyes' USING ERRCODE = 'KP091', TABLE = 'review_notes';
    END IF;
    NEW.cleared_by := CASE WHEN NEW.cleared THEN v_person END;
    NEW.cleared_at := CASE WHEN NEW.cleared THEN now() END;
  END IF;
  -- nobody takes a question away but who asked it
  IF NEW.archived_at IS DISTINCT FROM OLD.archived_at AND v_person <> OLD.created_by THEN
    RAISE EXCEPTION 'review_notes: somebody else''s note' USING ERRCODE = 'KP090', TABLE = 'review_notes';
  END IF;
  RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.signed_content(text, jsonb), {{schema}}.signed_parts(uuid), {{schema}}.present_content(text, uuid),
  {{schema}}.hash_content(jsonb), {{schema}}.sign_state_of(uuid, text), {{schema}}.refresh_sign_state(text, uuid), {{schema}}.derive_sign_state(),
  {{schema}}.touch_signed(), {{schema}}.guard_signed_finding(), {{schema}}.open_notes(text, uuid), {{schema}}.guard_note() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.present_content(text, uuid), {{schema}}.hash_content(jsonb), {{schema}}.open_notes(text, uuid)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  relation text;
BEGIN
  -- the trail of sign-offs is read by more people than a restricted record; it keeps the hash of what was signed
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'sign_offs', '{content}');
  PERFORM {{schema}}.guard_audit_part('review_notes', 'plan', '{audit_plans,audit_plan_id,control_tests,control_test_id,findings,finding_id}');
  PERFORM private.grant_table('{{schema}}', 'review_notes', everyone, '{auditor}', '{auditor}', '{auditor}',
    '{answered_by,answered_at,cleared_by,cleared_at,status}', '{audit_plan_id,control_test_id,finding_id,note}');
  FOREACH relation IN ARRAY ARRAY['audit_plans', 'control_tests', 'findings'] LOOP
    EXECUTE format('CREATE TRIGGER derive_sign_state BEFORE UPDATE ON {{schema}}.%I FOR EACH ROW WHEN (OLD.sign_state <> ''unsigned'')
      EXECUTE FUNCTION {{schema}}.derive_sign_state(%L)', relation, relation);
  END LOOP;
  FOREACH relation IN ARRAY ARRAY['audit_evidence', 'evidence_files', 'samples', 'sample_items', 'test_exceptions', 'audit_team'] LOOP
    EXECUTE format('CREATE TRIGGER touch_signed AFTER INSERT OR UPDATE ON {{schema}}.%I FOR EACH ROW
      EXECUTE FUNCTION {{schema}}.touch_signed(%L)', relation, relation);
  END LOOP;
  PERFORM private.grant_table('{{schema}}', 'audit_plans', everyone, '{auditor}', '{auditor}', '{auditor}', '{ref,sign_state}');
  PERFORM private.grant_table('{{schema}}', 'control_tests', everyone, '{auditor}', '{auditor}', '{auditor}', '{ref,test_result,evidence,sign_state}',
    '{audit_plan_id,control_id}');
  PERFORM private.grant_table('{{schema}}', 'findings', everyone, '{auditor}', '{auditor}', '{auditor}', '{ref,sign_state}');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'review_notes', '{note,answer}', NULL, 'note');
END
$guards$;
CREATE TRIGGER guard_note BEFORE INSERT OR UPDATE ON {{schema}}.review_notes FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_note();
CREATE TRIGGER guard_signed BEFORE UPDATE ON {{schema}}.findings FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_signed_finding();
