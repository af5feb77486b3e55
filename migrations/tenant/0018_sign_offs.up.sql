-- Sign-offs, bound to the hash of what was signed. An approved record stands as it is until the approval is withdrawn with a reason;
-- what was prepared or reviewed may change, and the hash shows that it did.

CREATE TABLE {{schema}}.sign_offs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL
  CHECK (resource_type IN ('audit_plans', 'control_tests', 'audit_reports', 'compliance_assessments', 'dpias')),
  resource_id uuid NOT NULL,
  kind varchar(20) NOT NULL CHECK (kind IN ('prepared', 'reviewed', 'approved')),
  note text,
  content_sha256 varchar(64) NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
  -- who signed is created_by
  withdrawn_at timestamptz,
  withdrawn_by uuid REFERENCES public.users (id),
  withdrawn_reason text,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT sign_offs_withdrawn_whole CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
CREATE UNIQUE INDEX sign_offs_once_key ON {{schema}}.sign_offs (resource_id, kind, created_by) WHERE withdrawn_at IS NULL;
CREATE INDEX sign_offs_resource_id_idx ON {{schema}}.sign_offs (resource_id, created_at);
CREATE INDEX sign_offs_withdrawn_by_idx ON {{schema}}.sign_offs (withdrawn_by);
CREATE INDEX sign_offs_created_by_idx ON {{schema}}.sign_offs (created_by);
CREATE INDEX sign_offs_updated_by_idx ON {{schema}}.sign_offs (updated_by);

-- The hash of what a record says, without its state, its stamps and who may see it.
CREATE FUNCTION {{schema}}.content_sha256(p_row jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to((p_row - ARRAY['status', 'row_version', 'created_at', 'created_by', 'updated_at', 'updated_by',
    'archived_at', 'restricted_root', 'tenant_id'])::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION {{schema}}.is_approved(p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM {{schema}}.sign_offs s WHERE s.resource_id = p_id AND s.kind = 'approved' AND s.withdrawn_at IS NULL);
END
$$;

CREATE FUNCTION {{schema}}.guard_signed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) = '{{role}}' AND {{schema}}.is_approved(OLD.id)
    -- A settled audit may go on to its end; what was signed does not change by that.
    AND NOT (TG_ARGV[0] = 'audit_plans' AND {{schema}}.content_sha256(to_jsonb(OLD)) = {{schema}}.content_sha256(to_jsonb(NEW))) THEN
    RAISE EXCEPTION '%: approved; the approval is withdrawn before anything changes', TG_ARGV[0]
      USING ERRCODE = 'KP001', TABLE = TG_ARGV[0], COLUMN = 'status';
  END IF;
  RETURN NEW;
END
$$;

-- What an approved test rests on stands too; the evidence of a finding's remedy is another matter.
CREATE FUNCTION {{schema}}.guard_signed_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF left(current_setting('role'), 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.finding_id IS NOT NULL OR NOT {{schema}}.is_approved(NEW.control_test_id) THEN
      RETURN NEW;
    END IF;
  ELSIF OLD.finding_id IS NOT NULL
    OR NOT ({{schema}}.is_approved(OLD.control_test_id) OR {{schema}}.is_approved(NEW.control_test_id))
    -- a restriction changes nothing of it
    OR (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root AND (OLD.status, OLD.archived_at, OLD.file_path)
        IS NOT DISTINCT FROM (NEW.status, NEW.archived_at, NEW.file_path)
      AND {{schema}}.content_sha256(to_jsonb(OLD)) = {{schema}}.content_sha256(to_jsonb(NEW))) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '%: the test is approved', TG_ARGV[0] USING ERRCODE = 'KP001', TABLE = TG_ARGV[0], COLUMN = 'control_test_id';
END
$$;

-- An audit is closed when all its tests are done.
CREATE FUNCTION {{schema}}.guard_close() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM {{schema}}.control_tests t WHERE t.audit_plan_id = NEW.id AND t.status <> 'done' AND t.archived_at IS NULL
  ) THEN
    RAISE EXCEPTION 'audit_plans: not all tests are done' USING ERRCODE = 'KP001', TABLE = 'audit_plans', COLUMN = 'status';
  END IF;
  RETURN NEW;
END
$$;

-- Signs a record as it stands. Who may change such records may sign them; a test and an assessment are approved when they are done.
CREATE FUNCTION {{schema}}.sign_off(p_resource_type text, p_id uuid, p_kind text, p_note text DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_row jsonb;
  v_id uuid;
BEGIN
  IF p_resource_type IS NULL OR p_kind IS NULL
    OR p_resource_type NOT IN ('audit_plans', 'control_tests', 'audit_reports', 'compliance_assessments', 'dpias') THEN
    RAISE EXCEPTION 'such records are not signed' USING ERRCODE = '22023';
  END IF;
  IF left(v_role, 39) <> '{{role}}' OR public.current_person() IS NULL
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
  INSERT INTO {{schema}}.sign_offs (resource_type, resource_id, kind, note, content_sha256)
  VALUES (p_resource_type, p_id, p_kind, nullif(btrim(p_note), ''), {{schema}}.content_sha256(v_row))
  RETURNING id INTO v_id;
  RETURN v_id;
END
$$;

-- Takes a sign-off back, with a reason. Not in an audit that is reported or closed: it is reopened first.
CREATE FUNCTION {{schema}}.withdraw_sign_off(p_id uuid, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_sign {{schema}}.sign_offs;
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
  IF v_sign.withdrawn_at IS NOT NULL OR EXISTS (
    SELECT FROM {{schema}}.control_tests t JOIN {{schema}}.audit_plans p ON p.id = t.audit_plan_id
    WHERE t.id = v_sign.resource_id AND {{schema}}.is_settled(p.status)
  ) THEN
    RAISE EXCEPTION 'sign_offs: it is withdrawn already, or the audit is settled' USING ERRCODE = 'KP001', TABLE = 'sign_offs';
  END IF;
  PERFORM set_config('app.reason', btrim(p_reason), true);
  UPDATE {{schema}}.sign_offs SET withdrawn_at = now(), withdrawn_by = public.current_person(), withdrawn_reason = btrim(p_reason)
  WHERE id = p_id;
END
$$;

-- Closes a reported audit: every test is done and gets the caller's approval where it has none; all of it or nothing. Returns how
-- many tests were approved by it. Runs with the caller's own rights.
CREATE FUNCTION {{schema}}.close_audit(p_plan uuid) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_tests uuid[];
BEGIN
  PERFORM FROM {{schema}}.audit_plans p WHERE p.id = p_plan FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such audit' USING ERRCODE = 'P0002';
  END IF;
  SELECT array_agg(t.id ORDER BY t.id) INTO v_tests FROM {{schema}}.control_tests t
  WHERE t.audit_plan_id = p_plan AND t.archived_at IS NULL AND NOT {{schema}}.is_approved(t.id);
  PERFORM {{schema}}.sign_off('control_tests', t.id, 'approved') FROM unnest(v_tests) AS t (id);
  UPDATE {{schema}}.audit_plans SET status = 'closed' WHERE id = p_plan;
  RETURN coalesce(cardinality(v_tests), 0);
END
$$;

CREATE TRIGGER guard_close BEFORE UPDATE ON {{schema}}.audit_plans
  FOR EACH ROW WHEN (NEW.status = 'closed' AND OLD.status <> 'closed') EXECUTE FUNCTION {{schema}}.guard_close();
CREATE TRIGGER guard_signed BEFORE UPDATE ON {{schema}}.audit_plans
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_signed('audit_plans');
CREATE TRIGGER guard_signed BEFORE UPDATE ON {{schema}}.control_tests
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_signed('control_tests');
CREATE TRIGGER guard_signed BEFORE UPDATE ON {{schema}}.audit_reports
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_signed('audit_reports');
CREATE TRIGGER guard_signed BEFORE UPDATE ON {{schema}}.compliance_assessments
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_signed('compliance_assessments');
CREATE TRIGGER guard_signed BEFORE UPDATE ON {{schema}}.dpias
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_signed('dpias');
CREATE TRIGGER guard_signed_part_insert BEFORE INSERT ON {{schema}}.audit_evidence
  FOR EACH ROW WHEN (NEW.control_test_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.guard_signed_part('audit_evidence');
CREATE TRIGGER guard_signed_part_update BEFORE UPDATE ON {{schema}}.audit_evidence
  FOR EACH ROW WHEN (OLD.control_test_id IS NOT NULL OR NEW.control_test_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.guard_signed_part('audit_evidence');

REVOKE ALL ON FUNCTION {{schema}}.content_sha256(jsonb), {{schema}}.is_approved(uuid), {{schema}}.guard_signed(),
  {{schema}}.guard_signed_part(), {{schema}}.guard_close(), {{schema}}.sign_off(text, uuid, text, text),
  {{schema}}.withdraw_sign_off(uuid, text), {{schema}}.close_audit(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.content_sha256(jsonb), {{schema}}.is_approved(uuid)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
GRANT EXECUTE ON FUNCTION {{schema}}.sign_off(text, uuid, text, text), {{schema}}.withdraw_sign_off(uuid, text)
  TO {{role}}_auditor, {{role}}_compliance, {{role}}_privacy;
GRANT EXECUTE ON FUNCTION {{schema}}.close_audit(uuid) TO {{role}}_auditor;

SELECT private.guard_table('{{schema}}', '{{tenant_id}}', 'sign_offs');
SELECT private.grant_table('{{schema}}', 'sign_offs', '{viewer,auditor,compliance,privacy,risk,admin}', '{}', '{}', '{}');
CREATE POLICY restricted_only ON {{schema}}.sign_offs AS RESTRICTIVE
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (current_user = 'kompl_owner' OR NOT {{schema}}.is_hidden(resource_id))
  WITH CHECK (current_user = 'kompl_owner' OR NOT {{schema}}.is_hidden(resource_id));
