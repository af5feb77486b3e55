-- Findings followed to their end: what management answered, by how much and why the date moved, which earlier finding came back, when it
-- was settled, and the retest that decides. None of it can be got round: the date moves later with a reason and is counted by the
-- database, and a retest moves its finding by itself.

ALTER TABLE {{schema}}.findings ADD COLUMN response_kind varchar(20) CHECK (response_kind IN ('agreed', 'partly_agreed', 'disagreed'));
ALTER TABLE {{schema}}.findings ADD COLUMN responded_on date;
ALTER TABLE {{schema}}.findings ADD COLUMN responded_by uuid REFERENCES public.users (id);
ALTER TABLE {{schema}}.findings ADD COLUMN repeat_of_id uuid REFERENCES {{schema}}.findings (id);
ALTER TABLE {{schema}}.findings ADD COLUMN extension_count integer NOT NULL DEFAULT 0 CHECK (extension_count >= 0);
ALTER TABLE {{schema}}.findings ADD COLUMN settled_at timestamptz;
ALTER TABLE {{schema}}.findings ADD CONSTRAINT findings_response_whole CHECK (num_nonnulls(response_kind, responded_on, responded_by) IN (0, 3));
ALTER TABLE {{schema}}.findings ADD CONSTRAINT findings_response_said
  CHECK (response_kind IS NULL OR response_kind = 'agreed' OR coalesce(btrim(management_response), '') <> '');
ALTER TABLE {{schema}}.findings ADD CONSTRAINT findings_repeat_of_another CHECK (repeat_of_id <> id);
CREATE INDEX findings_responded_by_idx ON {{schema}}.findings (responded_by);
CREATE INDEX findings_repeat_of_id_idx ON {{schema}}.findings (repeat_of_id);

ALTER TABLE {{schema}}.control_tests ADD COLUMN retest_of_id uuid REFERENCES {{schema}}.findings (id);
CREATE INDEX control_tests_retest_of_id_idx ON {{schema}}.control_tests (retest_of_id);
-- One retest of a finding at a time.
CREATE UNIQUE INDEX control_tests_one_retest_key ON {{schema}}.control_tests (retest_of_id) WHERE status <> 'done' AND archived_at IS NULL;

-- Each time that the date of an assigned finding moved later, and why. Written by the database alone.
CREATE TABLE {{schema}}.finding_extensions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  finding_id uuid NOT NULL REFERENCES {{schema}}.findings (id),
  number integer NOT NULL CHECK (number > 0),
  from_date date NOT NULL,
  to_date date NOT NULL,
  reason text NOT NULL CHECK (btrim(reason) <> ''),
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT finding_extensions_later CHECK (to_date > from_date)
);
CREATE UNIQUE INDEX finding_extensions_number_key ON {{schema}}.finding_extensions (finding_id, number);
CREATE INDEX finding_extensions_finding_id_idx ON {{schema}}.finding_extensions (finding_id);
CREATE INDEX finding_extensions_created_by_idx ON {{schema}}.finding_extensions (created_by);
CREATE INDEX finding_extensions_updated_by_idx ON {{schema}}.finding_extensions (updated_by);
CREATE INDEX finding_extensions_created_at_id_idx ON {{schema}}.finding_extensions (created_at, id);

-- The day of settlement of what is settled already, from the trail; where that was filed away, of the last change. It is no change of anybody's.
ALTER TABLE {{schema}}.findings DISABLE TRIGGER stamp_row;
UPDATE {{schema}}.findings f SET settled_at = coalesce((
  SELECT max(l.at) FROM {{schema}}.audit_log l
  WHERE l.resource_type = 'findings' AND l.resource_id = f.id AND l.action = 'update'
    AND l.new_values ->> 'status' IN ('verified', 'closed', 'dismissed', 'risk_accepted')
    AND l.old_values ->> 'status' NOT IN ('verified', 'closed', 'dismissed', 'risk_accepted')), f.updated_at)
WHERE f.status IN ('verified', 'closed', 'dismissed', 'risk_accepted');
ALTER TABLE {{schema}}.findings ENABLE TRIGGER stamp_row;

-- What a finding carries of itself: when it was settled, who answered, and the count of its extensions. From the moment that it is
-- assigned its date is agreed: later needs a reason and is counted, and it is not taken away. Earlier is free.
CREATE FUNCTION {{schema}}.trace_finding() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  settled text[] := ARRAY['verified', 'closed', 'dismissed', 'risk_accepted'];
  by_person boolean := left(current_setting('role'), 39) = '{{role}}';
  v_reason text := nullif(btrim(coalesce(current_setting('app.reason', true), ''), E' \t\r\n'), '');
BEGIN
  IF NEW.status <> ALL (settled) THEN
    NEW.settled_at := NULL;
  ELSIF TG_OP = 'INSERT' THEN
    NEW.settled_at := coalesce(NEW.settled_at, now());
  ELSIF OLD.status <> ALL (settled) THEN
    NEW.settled_at := now();
  END IF;

  IF NEW.response_kind IS NOT NULL THEN
    NEW.responded_on := coalesce(NEW.responded_on, (now() AT TIME ZONE 'UTC')::date);
    NEW.responded_by := coalesce(NEW.responded_by, NEW.owner_id, public.current_person());
  ELSIF TG_OP = 'UPDATE' AND OLD.response_kind IS NOT NULL THEN
    NEW.responded_on := NULL;
    NEW.responded_by := NULL;
  END IF;

  IF by_person AND NEW.repeat_of_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.repeat_of_id IS DISTINCT FROM OLD.repeat_of_id) THEN
    IF {{schema}}.is_hidden(NEW.repeat_of_id) THEN
      RAISE EXCEPTION 'findings: what repeat_of_id names is not there' USING ERRCODE = '23503', TABLE = 'findings', COLUMN = 'repeat_of_id';
    END IF;
    IF EXISTS (
      WITH RECURSIVE earlier (id, depth) AS (
        SELECT NEW.repeat_of_id, 1
        UNION ALL SELECT f.repeat_of_id, e.depth + 1 FROM earlier e JOIN {{schema}}.findings f ON f.id = e.id
        WHERE f.repeat_of_id IS NOT NULL AND e.depth < 100
      )
      SELECT FROM earlier e WHERE e.id = NEW.id
    ) OR EXISTS (SELECT FROM {{schema}}.findings f WHERE f.id = NEW.repeat_of_id AND f.created_at > NEW.created_at) THEN
      RAISE EXCEPTION 'findings: it repeats an earlier one' USING ERRCODE = '23514', TABLE = 'findings', COLUMN = 'repeat_of_id',
        CONSTRAINT = 'findings_repeat_of_an_earlier';
    END IF;
  END IF;

  IF TG_OP = 'UPDATE' AND by_person AND OLD.due_date IS NOT NULL AND OLD.status NOT IN ('identified', 'confirmed') THEN
    IF NEW.due_date IS NULL THEN
      RAISE EXCEPTION 'findings: an agreed date moves, it does not go' USING ERRCODE = 'KP132', TABLE = 'findings', COLUMN = 'due_date';
    ELSIF NEW.due_date > OLD.due_date THEN
      IF v_reason IS NULL THEN
        RAISE EXCEPTION 'findings: a later date needs a reason' USING ERRCODE = 'KP132',
          HINT = 'SET LOCAL app.reason = ''...''', TABLE = 'findings', COLUMN = 'due_date';
      END IF;
      NEW.extension_count := OLD.extension_count + 1;
      INSERT INTO {{schema}}.finding_extensions (finding_id, number, from_date, to_date, reason)
      VALUES (NEW.id, NEW.extension_count, OLD.due_date, NEW.due_date, v_reason);
    END IF;
  END IF;
  RETURN NEW;
END
$$;

-- A part of a finding is seen by whoever sees the finding. Arguments: own table, the parent's table, the reference to it.
CREATE FUNCTION {{schema}}.place_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  EXECUTE format('SELECT x.restricted_root FROM {{schema}}.%I x WHERE x.id = $1', TG_ARGV[1])
  INTO NEW.restricted_root USING (to_jsonb(NEW) ->> TG_ARGV[2])::uuid;
  IF NEW.restricted_root IS NOT NULL THEN
    INSERT INTO {{schema}}.restricted_records (id, root_id, resource_type) VALUES (NEW.id, NEW.restricted_root, TG_ARGV[0])
    ON CONFLICT (id) DO UPDATE SET root_id = excluded.root_id WHERE restricted_records.root_id <> excluded.root_id;
  ELSIF TG_OP = 'UPDATE' AND OLD.restricted_root IS NOT NULL THEN
    DELETE FROM {{schema}}.restricted_records r WHERE r.id = NEW.id;
  END IF;
  RETURN NEW;
END
$$;

-- A retest is a test of the remedy: of a finding that is being worked on, by somebody else than its owner, concluded once the finding is
-- resolved. What it decided stands; a second opinion is another retest. It is seen by whoever sees the finding.
CREATE FUNCTION {{schema}}.guard_retest() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'restricted_root', 'sign_state', 'evidence',
    'budget_minutes'];
  by_person boolean := left(current_setting('role'), 39) = '{{role}}';
  v_finding {{schema}}.findings;
BEGIN
  SELECT * INTO v_finding FROM {{schema}}.findings f WHERE f.id = NEW.retest_of_id FOR SHARE;
  IF by_person THEN
    IF TG_OP = 'INSERT' AND {{schema}}.is_hidden(NEW.retest_of_id) THEN
      RAISE EXCEPTION 'control_tests: what retest_of_id names is not there' USING ERRCODE = '23503', TABLE = 'control_tests', COLUMN = 'retest_of_id';
    END IF;
    IF TG_OP = 'INSERT' AND (v_finding.archived_at IS NOT NULL OR v_finding.status NOT IN ('assigned', 'in_progress', 'resolved')) THEN
      RAISE EXCEPTION 'control_tests: nobody works on the finding' USING ERRCODE = 'KP131', TABLE = 'control_tests', COLUMN = 'retest_of_id';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status = 'done' AND to_jsonb(OLD) - stamps <> to_jsonb(NEW) - stamps THEN
      RAISE EXCEPTION 'control_tests: a retest that has decided stands' USING ERRCODE = 'KP001', TABLE = 'control_tests', COLUMN = 'status';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status = 'done' AND OLD.status <> 'done' THEN
      IF v_finding.status <> 'resolved' OR v_finding.archived_at IS NOT NULL THEN
        RAISE EXCEPTION 'control_tests: the finding is not resolved' USING ERRCODE = 'KP131', TABLE = 'control_tests', COLUMN = 'status';
      END IF;
      IF NEW.test_result IN ('not_tested', 'not_applicable') THEN
        RAISE EXCEPTION 'control_tests: a retest says whether the remedy works' USING ERRCODE = '23514', TABLE = 'control_tests',
          COLUMN = 'test_result', CONSTRAINT = 'control_tests_retest_concluded';
      END IF;
      IF v_finding.owner_id IN (NEW.tested_by, public.current_person()) THEN
        RAISE EXCEPTION 'control_tests: four eyes' USING ERRCODE = 'KP091', TABLE = 'control_tests', COLUMN = 'status';
      END IF;
    END IF;
  END IF;
  IF v_finding.restricted_root IS NOT NULL AND NEW.restricted_root IS NULL THEN
    NEW.restricted_root := v_finding.restricted_root;
    INSERT INTO {{schema}}.restricted_records (id, root_id, resource_type) VALUES (NEW.id, NEW.restricted_root, 'control_tests')
    ON CONFLICT (id) DO UPDATE SET root_id = excluded.root_id WHERE restricted_records.root_id <> excluded.root_id;
  END IF;
  RETURN NEW;
END
$$;

-- The result of a retest moves its finding: effective verifies it, anything else sends it back to work, with the reason.
CREATE FUNCTION {{schema}}.retest_decides() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_reason text := coalesce(current_setting('app.reason', true), '');
BEGIN
  PERFORM set_config('app.reason', format('Retest %s: %s', NEW.ref, replace(NEW.test_result, '_', ' ')), true);
  UPDATE {{schema}}.findings f SET status = CASE WHEN NEW.test_result = 'effective' THEN 'verified' ELSE 'in_progress' END
  WHERE f.id = NEW.retest_of_id AND f.status = 'resolved';
  PERFORM set_config('app.reason', v_reason, true);
  RETURN NULL;
END
$$;

CREATE FUNCTION {{schema}}.has_retests(p_finding uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM {{schema}}.control_tests t WHERE t.retest_of_id = p_finding AND t.archived_at IS NULL);
END
$$;

-- Where there is a retest, a retest verifies, and nobody does by hand.
CREATE FUNCTION {{schema}}.guard_verified() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) = '{{role}}' AND {{schema}}.has_retests(NEW.id) THEN
    RAISE EXCEPTION 'findings: its retest decides' USING ERRCODE = 'KP130', TABLE = 'findings', COLUMN = 'status';
  END IF;
  RETURN NEW;
END
$$;

-- Follow-up is no content of a finding: it moves in a settled audit, below an approval, and changes nothing that was signed.
CREATE OR REPLACE FUNCTION {{schema}}.refuse_settled(p_kind text, p_state text, p_finding uuid, p_was jsonb, p_now jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'restricted_root', 'sign_state'];
  follow_up text[] := ARRAY['status', 'owner_id', 'due_date', 'management_response', 'response_kind', 'responded_on', 'responded_by',
    'extension_count', 'settled_at'];
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
CREATE OR REPLACE FUNCTION {{schema}}.guard_signed_finding() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  follow_up text[] := ARRAY['owner_id', 'due_date', 'management_response', 'response_kind', 'responded_on', 'responded_by',
    'extension_count', 'settled_at'];
BEGIN
  IF left(current_user::text, 39) = '{{role}}' AND {{schema}}.is_approved(OLD.id)
    AND (OLD.archived_at IS DISTINCT FROM NEW.archived_at
      OR {{schema}}.content_sha256(to_jsonb(OLD) - follow_up) <> {{schema}}.content_sha256(to_jsonb(NEW) - follow_up)) THEN
    RAISE EXCEPTION 'findings: approved; the approval is withdrawn before anything changes' USING ERRCODE = 'KP001', TABLE = 'findings', COLUMN = 'status';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE FUNCTION {{schema}}.signed_content(p_resource_type text, p_row jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_id uuid := p_row ->> 'id';
  v_content jsonb := p_row - ARRAY['status', 'row_version', 'created_at', 'created_by', 'updated_at', 'updated_by', 'archived_at',
    'restricted_root', 'tenant_id', 'sign_state', 'evidence', 'tags'];
BEGIN
  IF p_resource_type = 'findings' THEN
    v_content := v_content - ARRAY['owner_id', 'due_date', 'management_response', 'response_kind', 'responded_on', 'responded_by',
      'extension_count', 'settled_at'];
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

REVOKE ALL ON FUNCTION {{schema}}.trace_finding(), {{schema}}.place_part(), {{schema}}.guard_retest(), {{schema}}.retest_decides(),
  {{schema}}.has_retests(uuid), {{schema}}.guard_verified() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.has_retests(uuid)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
BEGIN
  PERFORM private.grant_table('{{schema}}', 'findings', everyone, '{auditor}', '{auditor}', '{auditor}', '{ref,sign_state,extension_count,settled_at}');
  PERFORM private.grant_table('{{schema}}', 'control_tests', everyone, '{auditor}', '{auditor}', '{auditor}', '{ref,test_result,evidence,sign_state}',
    '{audit_plan_id,control_id,retest_of_id}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'finding_extensions');
  PERFORM private.guard_restricted('{{schema}}', 'finding_extensions');
  PERFORM private.grant_table('{{schema}}', 'finding_extensions', everyone, '{}', '{}', '{}');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'finding_extensions', '{reason}', NULL, 'reason');
END
$guards$;
CREATE OR REPLACE TRIGGER a_open_tenant BEFORE INSERT OR UPDATE OR DELETE ON {{schema}}.finding_extensions
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.require_open('finding_extensions', 'auditops');
CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.finding_extensions
  FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL) EXECUTE FUNCTION {{schema}}.guard_archived('finding_extensions');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.finding_extensions
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change('finding_extensions');
CREATE TRIGGER place_part BEFORE INSERT OR UPDATE ON {{schema}}.finding_extensions
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.place_part('finding_extensions', 'findings', 'finding_id');
CREATE TRIGGER carry_to_followed AFTER UPDATE ON {{schema}}.findings
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root)
  EXECUTE FUNCTION {{schema}}.carry_restriction('finding_extensions', 'finding_id', 'control_tests', 'retest_of_id');
CREATE TRIGGER member_responded_by BEFORE INSERT OR UPDATE OF responded_by ON {{schema}}.findings
  FOR EACH ROW WHEN (NEW.responded_by IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('responded_by');
-- After the stamp, by its name: it compares days of making.
CREATE TRIGGER trace_finding BEFORE INSERT OR UPDATE ON {{schema}}.findings
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.trace_finding();
CREATE TRIGGER guard_verified BEFORE UPDATE ON {{schema}}.findings
  FOR EACH ROW WHEN (NEW.status = 'verified' AND OLD.status <> 'verified') EXECUTE FUNCTION {{schema}}.guard_verified();
CREATE TRIGGER guard_retest BEFORE INSERT OR UPDATE ON {{schema}}.control_tests
  FOR EACH ROW WHEN (NEW.retest_of_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.guard_retest();
CREATE TRIGGER retest_decides AFTER UPDATE ON {{schema}}.control_tests
  FOR EACH ROW WHEN (NEW.retest_of_id IS NOT NULL AND NEW.status = 'done' AND OLD.status <> 'done')
  EXECUTE FUNCTION {{schema}}.retest_decides();
