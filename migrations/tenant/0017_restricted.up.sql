-- Restricted work: a record whose restricted_root is set is seen by the people named for that root only, whatever their function
-- is; so are its parts (the tests, findings, actions, evidence, files and reports of an audit and so on) and their history. The root
-- is the record that somebody restricted. NULL means that everybody with the right to read the table reads the row.

ALTER TABLE {{schema}}.compliance_assessments ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.policies ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.audit_plans ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.control_tests ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.findings ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.actions ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.audit_evidence ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.evidence_files ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.data_inventory ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.dsr_requests ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.dpias ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.privacy_controls ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.risk_register ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.vulnerabilities ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.vendor_assessments ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.business_continuity ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.documents ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.chunks ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.embeddings ADD COLUMN restricted_root uuid;
ALTER TABLE {{schema}}.similarity_scores ADD COLUMN restricted_root uuid;

-- Every restricted record, by its own id: the history asks here, for it knows ids only.
CREATE TABLE {{schema}}.restricted_records (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  root_id uuid NOT NULL,
  resource_type varchar(63) NOT NULL,
  reason text,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX restricted_records_root_id_idx ON {{schema}}.restricted_records (root_id, resource_type);
CREATE INDEX restricted_records_created_by_idx ON {{schema}}.restricted_records (created_by);
CREATE INDEX restricted_records_updated_by_idx ON {{schema}}.restricted_records (updated_by);

CREATE TABLE {{schema}}.restricted_people (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  root_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES public.users (id),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  UNIQUE (root_id, person_id)
);
CREATE INDEX restricted_people_person_id_idx ON {{schema}}.restricted_people (person_id);
CREATE INDEX restricted_people_created_by_idx ON {{schema}}.restricted_people (created_by);
CREATE INDEX restricted_people_updated_by_idx ON {{schema}}.restricted_people (updated_by);

-- Is the acting person named for this root?
CREATE FUNCTION {{schema}}.may_see(p_root uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 1000 SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM {{schema}}.restricted_people p
    WHERE p.root_id = p_root AND p.person_id = public.current_person() AND p.archived_at IS NULL);
END
$$;

-- Is this record, of whatever kind, hidden from the acting person? For what knows ids only: the trail, search, counts.
CREATE FUNCTION {{schema}}.is_hidden(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 1000 SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM {{schema}}.restricted_records r WHERE r.id = p_id AND NOT {{schema}}.may_see(r.root_id));
END
$$;

-- The state of a plan that takes no more work in.
CREATE FUNCTION {{schema}}.is_settled(p_plan_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p_plan_state IN ('reported', 'closed', 'cancelled')
$$;

-- Where a part belongs: it inherits the restriction of what it belongs to, does not join two audits, and does not come into an
-- audit that was reported, closed or cancelled. What it belongs to is locked against change until the end of the transaction.
-- A parent that the person may not see is refused like one that does not exist.
CREATE FUNCTION {{schema}}.guard_place() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  -- only the branch of the trigger's own table is ever planned
  kind text := TG_ARGV[0];
  -- a person's transaction; the owner who restores or loads is trusted
  by_person boolean := left(current_setting('role'), 39) = '{{role}}';
  v_plan uuid; -- the row's own
  v_test uuid;
  v_finding uuid;
  v_named uuid; -- another parent
  v_test_plan uuid;
  v_finding_plan uuid;
  v_root uuid;
  v_parent_root uuid;
  v_hidden text;
  v_state text;
  v_settled text;
  v_plan_before uuid;
  v_test_before uuid;
  moved boolean := TG_OP = 'INSERT';
BEGIN
  IF kind = 'control_tests' OR kind = 'audit_reports' THEN
    v_plan := NEW.audit_plan_id;
    moved := moved OR NEW.audit_plan_id IS DISTINCT FROM OLD.audit_plan_id;
  ELSIF kind = 'findings' THEN
    v_plan := NEW.audit_plan_id;
    v_test := NEW.control_test_id;
    moved := moved OR (NEW.audit_plan_id, NEW.control_test_id) IS DISTINCT FROM (OLD.audit_plan_id, OLD.control_test_id);
  ELSIF kind = 'actions' THEN
    v_finding := NEW.finding_id;
    moved := moved OR NEW.finding_id IS DISTINCT FROM OLD.finding_id;
  ELSIF kind = 'audit_evidence' THEN
    v_plan := NEW.audit_plan_id;
    v_test := NEW.control_test_id;
    v_finding := NEW.finding_id;
    moved := moved OR (NEW.audit_plan_id, NEW.control_test_id, NEW.finding_id)
      IS DISTINCT FROM (OLD.audit_plan_id, OLD.control_test_id, OLD.finding_id);
  ELSIF kind = 'evidence_files' THEN
    SELECT e.audit_plan_id, e.finding_id, e.restricted_root,
      (SELECT t.audit_plan_id FROM {{schema}}.control_tests t WHERE t.id = e.control_test_id)
    INTO v_plan, v_named, v_root, v_test_plan FROM {{schema}}.audit_evidence e WHERE e.id = NEW.evidence_id FOR SHARE OF e;
    v_hidden := 'evidence_id';
  ELSIF kind = 'vulnerabilities' THEN
    SELECT r.restricted_root INTO v_root FROM {{schema}}.risk_register r WHERE r.id = NEW.risk_id FOR SHARE;
    v_hidden := 'risk_id';
    moved := moved OR NEW.risk_id IS DISTINCT FROM OLD.risk_id;
  ELSE
    SELECT d.restricted_root INTO v_root FROM {{schema}}.documents d WHERE d.id = NEW.document_id FOR SHARE;
    v_hidden := 'document_id';
    IF v_root IS NULL AND kind = 'embeddings' THEN
      SELECT c.restricted_root INTO v_root FROM {{schema}}.chunks c WHERE c.id = NEW.chunk_id FOR SHARE;
    ELSIF v_root IS NULL AND kind = 'similarity_scores' THEN
      SELECT e.restricted_root INTO v_root FROM {{schema}}.embeddings e WHERE e.id = NEW.embedding_id FOR SHARE;
    END IF;
    moved := true;
  END IF;

  IF v_test IS NOT NULL THEN
    SELECT t.audit_plan_id, t.restricted_root INTO v_test_plan, v_root FROM {{schema}}.control_tests t WHERE t.id = v_test FOR SHARE;
    v_hidden := 'control_test_id';
  END IF;
  IF v_finding IS NOT NULL THEN
    SELECT f.audit_plan_id, f.restricted_root INTO v_finding_plan, v_parent_root
    FROM {{schema}}.findings f WHERE f.id = v_finding FOR SHARE;
    IF v_root IS NULL THEN v_root := v_parent_root; v_hidden := 'finding_id'; END IF;
    IF kind = 'actions' THEN v_finding_plan := NULL; END IF; -- an action goes on after the audit
  END IF;
  IF v_plan IS NOT NULL THEN
    SELECT p.status, p.restricted_root INTO v_settled, v_parent_root FROM {{schema}}.audit_plans p WHERE p.id = v_plan FOR SHARE;
    IF v_root IS NULL THEN v_root := v_parent_root; v_hidden := 'audit_plan_id'; END IF;
    IF v_settled IN ('reported', 'closed', 'cancelled') THEN v_state := v_settled; END IF;
  END IF;
  v_named := coalesce(v_finding, v_named);
  IF kind = 'audit_evidence' AND TG_OP = 'UPDATE' THEN
    v_named := OLD.finding_id; -- what was no evidence of a remedy does not become it in a settled audit
  END IF;
  IF v_test_plan IS NOT NULL AND v_plan IS NULL THEN
    SELECT p.status INTO v_settled FROM {{schema}}.audit_plans p WHERE p.id = v_test_plan FOR SHARE;
    IF v_settled IN ('reported', 'closed', 'cancelled') THEN v_state := v_settled; END IF;
  END IF;

  -- Nor does anything leave a settled audit.
  IF by_person AND moved AND TG_OP = 'UPDATE' AND v_state IS NULL AND kind IN ('findings', 'audit_evidence', 'audit_reports') THEN
    v_plan_before := to_jsonb(OLD) ->> 'audit_plan_id';
    v_test_before := to_jsonb(OLD) ->> 'control_test_id';
    SELECT p.status INTO v_settled FROM {{schema}}.audit_plans p
    WHERE p.status IN ('reported', 'closed', 'cancelled')
      AND p.id IN (v_plan_before, (SELECT t.audit_plan_id FROM {{schema}}.control_tests t WHERE t.id = v_test_before))
    LIMIT 1 FOR SHARE;
    IF FOUND THEN v_state := v_settled; END IF;
  END IF;

  -- An own restriction counts before an inherited one.
  IF NEW.restricted_root IS DISTINCT FROM NEW.id OR (by_person AND NOT EXISTS (
    SELECT FROM {{schema}}.restricted_records r WHERE r.id = NEW.id AND r.root_id = NEW.id)
  ) THEN
    IF by_person AND moved AND v_root IS NOT NULL AND NOT {{schema}}.may_see(v_root) THEN
      RAISE EXCEPTION '%: what % names is not there', kind, v_hidden USING ERRCODE = '23503', TABLE = kind, COLUMN = v_hidden;
    END IF;
    NEW.restricted_root := v_root;
  END IF;
  IF NEW.restricted_root IS NOT NULL THEN
    INSERT INTO {{schema}}.restricted_records (id, root_id, resource_type) VALUES (NEW.id, NEW.restricted_root, kind)
    ON CONFLICT (id) DO UPDATE SET root_id = excluded.root_id WHERE restricted_records.root_id <> excluded.root_id;
  ELSIF TG_OP = 'UPDATE' AND OLD.restricted_root IS NOT NULL THEN
    DELETE FROM {{schema}}.restricted_records r WHERE r.id = NEW.id;
  END IF;

  IF v_test_plan <> v_plan OR v_finding_plan <> v_plan OR v_finding_plan <> v_test_plan THEN
    RAISE EXCEPTION '%: test, finding and evidence belong to one audit', kind
      USING ERRCODE = '23514', TABLE = kind, COLUMN = 'audit_plan_id', CONSTRAINT = kind || '_one_audit';
  END IF;
  IF kind = 'findings' AND TG_OP = 'UPDATE' AND moved AND EXISTS (
    SELECT FROM {{schema}}.audit_evidence e WHERE e.finding_id = NEW.id AND e.audit_plan_id <> v_plan
  ) THEN
    RAISE EXCEPTION 'findings: its evidence belongs to another audit'
      USING ERRCODE = '23514', TABLE = kind, COLUMN = 'audit_plan_id', CONSTRAINT = 'findings_one_audit';
  END IF;
  IF by_person AND v_state IS NOT NULL THEN
    PERFORM {{schema}}.refuse_settled(kind, v_state, v_named, CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END, to_jsonb(NEW));
  END IF;
  RETURN NEW;
END
$$;

-- What still moves in a settled audit: a finding is followed up (state, owner, date, answer), its actions and the evidence of its
-- remedy are filed, a draft report is finished. Everything else stands.
CREATE FUNCTION {{schema}}.refuse_settled(p_kind text, p_state text, p_finding uuid, p_was jsonb, p_now jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'restricted_root'];
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

CREATE FUNCTION {{schema}}.refuse_restriction(p_why text, p_state text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '%', p_why USING ERRCODE = p_state;
END
$$;

-- Restricts a record and all its parts to the people named, to whoever does it, and to its lead or owner. The caller may change such
-- records and sees this one, or is the administrator. Returns how many records are restricted by it.
CREATE FUNCTION {{schema}}.restrict_record(p_resource_type text, p_id uuid, p_people uuid[], p_reason text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_row jsonb;
  v_caller uuid := public.current_person();
BEGIN
  PERFORM {{schema}}.may_restrict(p_resource_type, p_reason);
  EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1 FOR UPDATE', p_resource_type) INTO v_row USING p_id;
  IF v_row IS NULL OR {{schema}}.is_hidden(p_id) THEN
    PERFORM {{schema}}.refuse_restriction('no such record', 'P0002');
  END IF;
  IF v_row ->> 'restricted_root' IS NOT NULL THEN
    PERFORM {{schema}}.refuse_restriction('the record is restricted already', 'KP001');
  END IF;
  PERFORM set_config('app.reason', btrim(p_reason), true);
  INSERT INTO {{schema}}.restricted_records (id, root_id, resource_type, reason) VALUES (p_id, p_id, p_resource_type, btrim(p_reason));
  PERFORM {{schema}}.name_people(p_id, p_people || ARRAY[v_caller, (v_row ->> 'lead_id')::uuid, (v_row ->> 'owner_id')::uuid]);
  EXECUTE format('UPDATE {{schema}}.%I SET restricted_root = $1 WHERE id = $1', p_resource_type) USING p_id;
  RETURN (SELECT count(*)::integer FROM {{schema}}.restricted_records r WHERE r.root_id = p_id);
END
$$;

-- Who may: a role that may change such records, or the administrator's.
CREATE FUNCTION {{schema}}.may_restrict(p_resource_type text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
BEGIN
  IF p_resource_type IS NULL OR NOT EXISTS (
    SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = '{{schema}}' AND c.relname = p_resource_type AND a.attname = 'restricted_root' AND NOT a.attisdropped
  ) THEN
    PERFORM {{schema}}.refuse_restriction('no such kind of record', '22023');
  END IF;
  IF left(v_role, 39) <> '{{role}}' OR public.current_person() IS NULL OR NOT (v_role = '{{role}}_admin'
    OR has_any_column_privilege(v_role, format('{{schema}}.%I', p_resource_type), 'UPDATE')) THEN
    PERFORM {{schema}}.refuse_restriction('this function does not restrict such records', '42501');
  END IF;
  IF btrim(coalesce(p_reason, ''), E' \t\r\n') = '' THEN
    PERFORM {{schema}}.refuse_restriction('a restriction needs a reason', 'KP006');
  END IF;
END
$$;

CREATE FUNCTION {{schema}}.name_people(p_root uuid, p_people uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM unnest(p_people) AS person (id) WHERE person.id IS NOT NULL AND NOT EXISTS (
      SELECT FROM public.tenant_memberships m WHERE m.tenant_id = '{{tenant_id}}'::uuid AND m.user_id = person.id)
  ) THEN
    PERFORM {{schema}}.refuse_restriction('somebody named does not belong to this tenant', '23503');
  END IF;
  INSERT INTO {{schema}}.restricted_people (root_id, person_id)
  SELECT DISTINCT p_root, person.id FROM unnest(p_people) AS person (id) WHERE person.id IS NOT NULL
  ON CONFLICT (root_id, person_id) DO UPDATE SET archived_at = NULL WHERE restricted_people.archived_at IS NOT NULL;
END
$$;

-- The parts follow when what they belong to is restricted, given back, or moved: guard_place finds their root anew, and their own
-- parts follow them. Arguments: the child's table and its reference, in pairs.
CREATE FUNCTION {{schema}}.carry_restriction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  FOR nth IN 0 .. TG_NARGS / 2 - 1 LOOP
    EXECUTE format('UPDATE {{schema}}.%I c SET restricted_root = $2 WHERE c.%I = $1
      AND c.restricted_root IS DISTINCT FROM $2 AND c.restricted_root IS DISTINCT FROM c.id', TG_ARGV[2 * nth], TG_ARGV[2 * nth + 1])
    USING NEW.id, NEW.restricted_root;
  END LOOP;
  RETURN NULL;
END
$$;

-- Names further people for a restricted record. The caller sees it and may change such records, or is the administrator: who has
-- to let somebody in is in the trail with the reason.
CREATE FUNCTION {{schema}}.share_restricted(p_root uuid, p_people uuid[], p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_type text := (SELECT r.resource_type FROM {{schema}}.restricted_records r WHERE r.id = p_root AND r.root_id = p_root);
BEGIN
  IF v_type IS NULL OR NOT ({{schema}}.may_see(p_root) OR current_setting('role') = '{{role}}_admin') THEN
    PERFORM {{schema}}.refuse_restriction('no such record', 'P0002');
  END IF;
  PERFORM {{schema}}.may_restrict(v_type, p_reason);
  PERFORM set_config('app.reason', btrim(p_reason), true);
  PERFORM {{schema}}.name_people(p_root, p_people);
END
$$;

-- Takes people's names off; the caller's own and the last one stay, for nobody locks themselves out by mistake.
CREATE FUNCTION {{schema}}.unshare_restricted(p_root uuid, p_people uuid[], p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_type text := (SELECT r.resource_type FROM {{schema}}.restricted_records r WHERE r.id = p_root AND r.root_id = p_root);
BEGIN
  IF v_type IS NULL OR NOT ({{schema}}.may_see(p_root) OR current_setting('role') = '{{role}}_admin') THEN
    PERFORM {{schema}}.refuse_restriction('no such record', 'P0002');
  END IF;
  PERFORM {{schema}}.may_restrict(v_type, p_reason);
  PERFORM set_config('app.reason', btrim(p_reason), true);
  UPDATE {{schema}}.restricted_people p SET archived_at = now()
  WHERE p.root_id = p_root AND p.person_id = ANY (p_people) AND p.person_id <> public.current_person() AND p.archived_at IS NULL;
  IF NOT EXISTS (SELECT FROM {{schema}}.restricted_people p WHERE p.root_id = p_root AND p.archived_at IS NULL) THEN
    PERFORM {{schema}}.refuse_restriction('somebody has to see the record', '23514');
  END IF;
END
$$;

-- Gives the record and its parts back to everybody who may read such records.
CREATE FUNCTION {{schema}}.lift_restriction(p_root uuid, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_type text := (SELECT r.resource_type FROM {{schema}}.restricted_records r WHERE r.id = p_root AND r.root_id = p_root);
BEGIN
  IF v_type IS NULL OR NOT {{schema}}.may_see(p_root) THEN
    PERFORM {{schema}}.refuse_restriction('no such record', 'P0002');
  END IF;
  PERFORM {{schema}}.may_restrict(v_type, p_reason);
  PERFORM set_config('app.reason', btrim(p_reason), true);
  DELETE FROM {{schema}}.restricted_records r WHERE r.id = p_root;
  EXECUTE format('UPDATE {{schema}}.%I SET restricted_root = NULL WHERE id = $1', v_type) USING p_root;
  UPDATE {{schema}}.restricted_people p SET archived_at = now() WHERE p.root_id = p_root AND p.archived_at IS NULL;
END
$$;

-- What is restricted, for the administrator: kinds, ids and how many people; no word of the records.
CREATE FUNCTION {{schema}}.restrictions() RETURNS TABLE (root_id uuid, resource_type text, reason text, since timestamptz,
  restricted_by uuid, records bigint, people uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT r.id, r.resource_type::text, CASE WHEN {{schema}}.may_see(r.id) THEN r.reason END, r.created_at, r.created_by,
    (SELECT count(*) FROM {{schema}}.restricted_records x WHERE x.root_id = r.id),
    ARRAY(SELECT p.person_id FROM {{schema}}.restricted_people p WHERE p.root_id = r.id AND p.archived_at IS NULL ORDER BY p.created_at, p.person_id)
  FROM {{schema}}.restricted_records r
  WHERE r.id = r.root_id AND ({{schema}}.may_see(r.id) OR current_setting('role') = '{{role}}_admin')
  ORDER BY r.created_at, r.id;
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.may_see(uuid), {{schema}}.is_hidden(uuid), {{schema}}.is_settled(text), {{schema}}.guard_place(),
  {{schema}}.refuse_settled(text, text, uuid, jsonb, jsonb), {{schema}}.refuse_restriction(text, text),
  {{schema}}.restrict_record(text, uuid, uuid[], text), {{schema}}.may_restrict(text, text), {{schema}}.name_people(uuid, uuid[]),
  {{schema}}.carry_restriction(), {{schema}}.share_restricted(uuid, uuid[], text),
  {{schema}}.unshare_restricted(uuid, uuid[], text), {{schema}}.lift_restriction(uuid, text), {{schema}}.restrictions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.may_see(uuid), {{schema}}.is_hidden(uuid), {{schema}}.restrictions()
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
GRANT EXECUTE ON FUNCTION {{schema}}.restrict_record(text, uuid, uuid[], text), {{schema}}.share_restricted(uuid, uuid[], text),
  {{schema}}.unshare_restricted(uuid, uuid[], text), {{schema}}.lift_restriction(uuid, text)
  TO {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

DO $guards$
DECLARE
  relation text;
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
BEGIN
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'restricted_records');
  PERFORM private.grant_table('{{schema}}', 'restricted_records', '{}', '{}', '{}', '{}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'restricted_people');
  PERFORM private.grant_table('{{schema}}', 'restricted_people', '{}', '{}', '{}', '{}');
  FOREACH relation IN ARRAY ARRAY['compliance_assessments', 'policies', 'audit_plans', 'control_tests', 'findings', 'actions',
    'audit_evidence', 'evidence_files', 'audit_reports', 'data_inventory', 'dsr_requests', 'dpias', 'privacy_controls',
    'risk_register', 'vulnerabilities', 'vendor_assessments', 'business_continuity', 'documents', 'chunks', 'embeddings',
    'similarity_scores'] LOOP
    PERFORM private.guard_restricted('{{schema}}', relation);
  END LOOP;
  FOREACH relation IN ARRAY ARRAY['control_tests', 'findings', 'actions', 'audit_evidence', 'evidence_files', 'audit_reports',
    'vulnerabilities', 'chunks', 'embeddings', 'similarity_scores'] LOOP
    EXECUTE format('CREATE TRIGGER guard_place BEFORE INSERT OR UPDATE ON {{schema}}.%I
      FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_place(%L)', relation, relation);
  END LOOP;
END
$guards$;

CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.audit_plans
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'control_tests', 'audit_plan_id', 'findings', 'audit_plan_id', 'audit_evidence', 'audit_plan_id', 'audit_reports', 'audit_plan_id');
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.control_tests
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'findings', 'control_test_id', 'audit_evidence', 'control_test_id');
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.findings
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'actions', 'finding_id', 'audit_evidence', 'finding_id');
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.audit_evidence
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'evidence_files', 'evidence_id');
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.risk_register
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'vulnerabilities', 'risk_id');
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.documents
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'chunks', 'document_id', 'embeddings', 'document_id', 'similarity_scores', 'document_id');
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.chunks
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'embeddings', 'chunk_id');
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.embeddings
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'similarity_scores', 'embedding_id');

-- The history of a restricted record is restricted alike.
CREATE POLICY restricted_only ON {{schema}}.audit_log AS RESTRICTIVE FOR SELECT
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (current_user = 'kompl_owner' OR NOT {{schema}}.is_hidden(resource_id));
