-- Work on an audit by a team: who stands where in it, and guards for the parts of an audit that come with later steps.

-- What an audit covers beyond its regulation, and its calendar. Dates in order: fieldwork, then the report.
ALTER TABLE {{schema}}.audit_plans ADD COLUMN control_set_id uuid REFERENCES {{schema}}.control_sets (id);
ALTER TABLE {{schema}}.audit_plans ADD COLUMN scope_families text[] NOT NULL DEFAULT '{}';
ALTER TABLE {{schema}}.audit_plans ADD COLUMN scope_units text[] NOT NULL DEFAULT '{}';
ALTER TABLE {{schema}}.audit_plans ADD COLUMN period_start date;
ALTER TABLE {{schema}}.audit_plans ADD COLUMN period_end date;
ALTER TABLE {{schema}}.audit_plans ADD COLUMN fieldwork_start date;
ALTER TABLE {{schema}}.audit_plans ADD COLUMN fieldwork_end date;
ALTER TABLE {{schema}}.audit_plans ADD COLUMN report_date date;
ALTER TABLE {{schema}}.audit_plans ADD COLUMN budget_hours integer CHECK (budget_hours BETWEEN 0 AND 100000);
ALTER TABLE {{schema}}.audit_plans ADD CONSTRAINT audit_plans_period_in_order CHECK (period_end >= period_start);
ALTER TABLE {{schema}}.audit_plans ADD CONSTRAINT audit_plans_fieldwork_in_order CHECK (fieldwork_end >= fieldwork_start);
ALTER TABLE {{schema}}.audit_plans ADD CONSTRAINT audit_plans_report_after_fieldwork CHECK (report_date >= fieldwork_start);
CREATE INDEX audit_plans_control_set_id_idx ON {{schema}}.audit_plans (control_set_id);
ALTER TABLE {{schema}}.control_tests ADD COLUMN budget_minutes integer CHECK (budget_minutes BETWEEN 0 AND 600000);

-- Somebody's place in an audit's team.
CREATE TABLE {{schema}}.audit_team (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  audit_plan_id uuid NOT NULL REFERENCES {{schema}}.audit_plans (id),
  person_id uuid NOT NULL REFERENCES public.users (id),
  team_role varchar(20) NOT NULL CHECK (team_role IN ('lead', 'auditor', 'reviewer', 'observer')),
  budget_hours integer CHECK (budget_hours BETWEEN 0 AND 100000),
  note varchar(255),
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX audit_team_created_by_idx ON {{schema}}.audit_team (created_by);
CREATE INDEX audit_team_updated_by_idx ON {{schema}}.audit_team (updated_by);
CREATE UNIQUE INDEX audit_team_once_key ON {{schema}}.audit_team (audit_plan_id, person_id) WHERE archived_at IS NULL;
CREATE INDEX audit_team_audit_plan_id_idx ON {{schema}}.audit_team (audit_plan_id);
CREATE INDEX audit_team_person_id_idx ON {{schema}}.audit_team (person_id);
CREATE INDEX audit_team_created_at_id_idx ON {{schema}}.audit_team (created_at, id);

-- A day that an audit is planned by: a kick-off, a closing meeting, a draft that is due.
CREATE TABLE {{schema}}.audit_milestones (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  audit_plan_id uuid NOT NULL REFERENCES {{schema}}.audit_plans (id),
  title varchar(255) NOT NULL CHECK (btrim(title) <> ''),
  due_date date NOT NULL,
  done_on date,
  note text,
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX audit_milestones_created_by_idx ON {{schema}}.audit_milestones (created_by);
CREATE INDEX audit_milestones_updated_by_idx ON {{schema}}.audit_milestones (updated_by);
CREATE INDEX audit_milestones_audit_plan_id_idx ON {{schema}}.audit_milestones (audit_plan_id);
CREATE INDEX audit_milestones_due_date_id_idx ON {{schema}}.audit_milestones (due_date, id);

-- Time that somebody spent on an audit or on one of its tests.
CREATE TABLE {{schema}}.time_entries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  audit_plan_id uuid NOT NULL REFERENCES {{schema}}.audit_plans (id),
  control_test_id uuid REFERENCES {{schema}}.control_tests (id),
  person_id uuid NOT NULL REFERENCES public.users (id),
  spent_on date NOT NULL,
  minutes integer NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
  note varchar(255),
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX time_entries_created_by_idx ON {{schema}}.time_entries (created_by);
CREATE INDEX time_entries_updated_by_idx ON {{schema}}.time_entries (updated_by);
CREATE INDEX time_entries_audit_plan_id_idx ON {{schema}}.time_entries (audit_plan_id);
CREATE INDEX time_entries_control_test_id_idx ON {{schema}}.time_entries (control_test_id);
CREATE INDEX time_entries_person_id_idx ON {{schema}}.time_entries (person_id);
CREATE INDEX time_entries_spent_on_id_idx ON {{schema}}.time_entries (spent_on DESC NULLS LAST, id DESC);

-- Where the acting person stands in an audit: 'lead' (the plan's lead is one), 'reviewer', 'auditor', 'observer'; 'none' where the audit has
-- a team without them; 'open' where it has no team, so that every auditor works on it as before; null where there is no such audit.
CREATE FUNCTION {{schema}}.team_standing(p_plan uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_person uuid := public.current_person();
  v_role text;
BEGIN
  IF EXISTS (SELECT FROM {{schema}}.audit_plans p WHERE p.id = p_plan AND p.lead_id = v_person) THEN
    RETURN 'lead';
  END IF;
  SELECT m.team_role INTO v_role FROM {{schema}}.audit_team m
  WHERE m.audit_plan_id = p_plan AND m.person_id = v_person AND m.archived_at IS NULL;
  IF v_role IS NOT NULL THEN
    RETURN v_role;
  END IF;
  IF p_plan IS NOT NULL AND NOT EXISTS (SELECT FROM {{schema}}.audit_plans p WHERE p.id = p_plan) THEN
    RETURN NULL;
  END IF;
  RETURN CASE WHEN EXISTS (SELECT FROM {{schema}}.audit_team m WHERE m.audit_plan_id = p_plan AND m.archived_at IS NULL)
    THEN 'none' ELSE 'open' END;
END
$$;

-- The audit that a record belongs to: its own, or that of the test, finding, sample, request or evidence that it names.
CREATE FUNCTION {{schema}}.plan_of(p_kind text, p_row jsonb) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_plan uuid;
BEGIN
  IF p_kind = 'audit_plans' THEN
    RETURN p_row ->> 'id';
  END IF;
  IF p_row ->> 'audit_plan_id' IS NOT NULL THEN
    RETURN p_row ->> 'audit_plan_id';
  END IF;
  IF p_row ->> 'control_test_id' IS NOT NULL THEN
    SELECT t.audit_plan_id INTO v_plan FROM {{schema}}.control_tests t WHERE t.id = (p_row ->> 'control_test_id')::uuid;
  END IF;
  IF v_plan IS NULL AND p_row ->> 'finding_id' IS NOT NULL THEN
    SELECT coalesce(f.audit_plan_id, t.audit_plan_id) INTO v_plan
    FROM {{schema}}.findings f LEFT JOIN {{schema}}.control_tests t ON t.id = f.control_test_id WHERE f.id = (p_row ->> 'finding_id')::uuid;
  END IF;
  IF v_plan IS NULL AND p_kind = 'evidence_files' THEN
    SELECT {{schema}}.plan_of('audit_evidence', to_jsonb(e)) INTO v_plan FROM {{schema}}.audit_evidence e WHERE e.id = (p_row ->> 'evidence_id')::uuid;
  END IF;
  RETURN v_plan;
END
$$;

-- An observer reads; so does who is not of the team, while the audit takes work in. The owner's functions, which derive and carry, are not asked.
CREATE FUNCTION {{schema}}.guard_team() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kind text := TG_ARGV[0];
  v_plan uuid;
  v_before uuid;
  v_standing text;
BEGIN
  IF left(current_user::text, 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  v_plan := {{schema}}.plan_of(kind, to_jsonb(NEW));
  IF TG_OP = 'UPDATE' THEN
    v_before := {{schema}}.plan_of(kind, to_jsonb(OLD));
  ELSIF kind = 'audit_plans' THEN
    RETURN NEW;
  END IF;
  FOR v_plan IN SELECT DISTINCT p FROM unnest(ARRAY[v_plan, v_before]) p WHERE p IS NOT NULL LOOP
    v_standing := {{schema}}.team_standing(v_plan);
    IF v_standing = 'observer'
      -- whoever follows a finding up after the audit need not have been of its team
      OR (v_standing = 'none' AND NOT (kind IN ('findings', 'audit_evidence', 'evidence_files') AND {{schema}}.plan_is_settled(v_plan)))
      OR (kind = 'audit_team' AND v_standing NOT IN ('lead', 'open')) THEN
      RAISE EXCEPTION '%: % in this audit', kind, v_standing USING ERRCODE = 'KP090', TABLE = kind;
    END IF;
  END LOOP;
  IF kind = 'audit_plans' AND v_standing NOT IN ('lead', 'open') AND to_jsonb(NEW) -> 'lead_id' IS DISTINCT FROM to_jsonb(OLD) -> 'lead_id' THEN
    RAISE EXCEPTION 'audit_plans: the lead is changed by the lead' USING ERRCODE = 'KP090', TABLE = kind, COLUMN = 'lead_id';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION {{schema}}.plan_is_settled(p_plan uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM {{schema}}.audit_plans p WHERE p.id = p_plan AND {{schema}}.is_settled(p.status));
END
$$;

-- A part of an audit: it inherits the restriction of what it belongs to, does not join two audits, and does not change in an audit
-- that was reported, closed or cancelled; in mode 'work' not below an approved test either. What it belongs to is locked against
-- change until the end. Arguments: own table, mode ('work' or 'plan'), then the parent's table and the reference, in pairs.
CREATE FUNCTION {{schema}}.guard_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'restricted_root'];
  kind text := TG_ARGV[0];
  by_person boolean := left(current_setting('role'), 39) = '{{role}}';
  v_now jsonb := to_jsonb(NEW);
  v_named text;
  v_hidden text;
  v_parent uuid;
  v_plan uuid;
  v_test uuid;
  v_root uuid;
  v_parent_plan uuid;
  v_parent_root uuid;
  v_state text;
BEGIN
  FOR nth IN 0 .. (TG_NARGS - 2) / 2 - 1 LOOP
    v_named := TG_ARGV[2 + 2 * nth];
    v_parent := v_now ->> TG_ARGV[3 + 2 * nth];
    CONTINUE WHEN v_parent IS NULL;
    IF v_named = 'audit_plans' THEN
      SELECT p.id, p.restricted_root INTO v_parent_plan, v_parent_root FROM {{schema}}.audit_plans p WHERE p.id = v_parent FOR SHARE;
    ELSIF v_named = 'control_tests' THEN
      SELECT t.audit_plan_id, t.restricted_root INTO v_parent_plan, v_parent_root FROM {{schema}}.control_tests t WHERE t.id = v_parent FOR SHARE;
      v_test := v_parent;
    ELSE
      EXECUTE format('SELECT {{schema}}.plan_of(%L, to_jsonb(x)), x.restricted_root, to_jsonb(x) ->> ''control_test_id''
        FROM {{schema}}.%I x WHERE x.id = $1 FOR SHARE', v_named, v_named)
      INTO v_parent_plan, v_parent_root, v_test USING v_parent;
    END IF;
    IF v_root IS NULL AND v_parent_root IS NOT NULL THEN
      v_root := v_parent_root;
      v_hidden := TG_ARGV[3 + 2 * nth];
    END IF;
    IF v_plan <> v_parent_plan THEN
      RAISE EXCEPTION '%: its parts belong to one audit', kind
        USING ERRCODE = '23514', TABLE = kind, COLUMN = TG_ARGV[3 + 2 * nth], CONSTRAINT = kind || '_one_audit';
    END IF;
    v_plan := coalesce(v_plan, v_parent_plan);
  END LOOP;

  -- An own restriction counts before an inherited one.
  IF NEW.restricted_root IS DISTINCT FROM NEW.id OR (by_person AND NOT EXISTS (
    SELECT FROM {{schema}}.restricted_records r WHERE r.id = NEW.id AND r.root_id = NEW.id)
  ) THEN
    IF by_person AND TG_OP = 'INSERT' AND v_root IS NOT NULL AND NOT {{schema}}.may_see(v_root) THEN
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

  IF NOT by_person OR (TG_OP = 'UPDATE' AND to_jsonb(OLD) - stamps = v_now - stamps) THEN
    RETURN NEW;
  END IF;
  SELECT p.status INTO v_state FROM {{schema}}.audit_plans p WHERE p.id = v_plan FOR SHARE;
  IF {{schema}}.is_settled(v_state) THEN
    RAISE EXCEPTION '%: the audit is %', kind, v_state USING ERRCODE = 'KP001', TABLE = kind;
  END IF;
  IF TG_ARGV[1] = 'work' AND v_test IS NOT NULL AND {{schema}}.is_approved(v_test) THEN
    RAISE EXCEPTION '%: the test is approved', kind USING ERRCODE = 'KP001', TABLE = kind;
  END IF;
  RETURN NEW;
END
$$;

-- Guards that every part of an audit has. p_parents: the parent's table and the reference, in pairs.
CREATE FUNCTION {{schema}}.guard_audit_part(p_table text, p_mode text, p_parents text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', p_table);
  PERFORM private.guard_restricted('{{schema}}', p_table);
  EXECUTE format('CREATE OR REPLACE TRIGGER a_open_tenant BEFORE INSERT OR UPDATE OR DELETE ON {{schema}}.%I
    FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.require_open(%L, ''auditops'')', p_table, p_table);
  EXECUTE format('CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.%I
    FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL) EXECUTE FUNCTION {{schema}}.guard_archived(%L)', p_table, p_table);
  EXECUTE format('CREATE TRIGGER guard_part BEFORE INSERT OR UPDATE ON {{schema}}.%I FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_part(%s)',
    p_table, (SELECT string_agg(quote_literal(a), ', ' ORDER BY n) FROM unnest(ARRAY[p_table, p_mode] || p_parents) WITH ORDINALITY AS u (a, n)));
  EXECUTE format('CREATE TRIGGER guard_team BEFORE INSERT OR UPDATE ON {{schema}}.%I FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_team(%L)',
    p_table, p_table);
  EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.%I
    FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change(%L)', p_table, p_table);
  -- the restriction of a parent reaches its parts
  FOR nth IN 1 .. cardinality(p_parents) / 2 LOOP
    EXECUTE format('CREATE TRIGGER carry_to_%s AFTER UPDATE ON {{schema}}.%I FOR EACH ROW
      WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(%L, %L)',
      p_table, p_parents[2 * nth - 1], p_table, p_parents[2 * nth]);
  END LOOP;
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.team_standing(uuid), {{schema}}.plan_of(text, jsonb), {{schema}}.guard_team(), {{schema}}.plan_is_settled(uuid),
  {{schema}}.guard_part(), {{schema}}.guard_audit_part(text, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.team_standing(uuid), {{schema}}.plan_of(text, jsonb), {{schema}}.plan_is_settled(uuid)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

-- A time entry is one's own: whoever writes it down spent the time, or leads the audit.
CREATE FUNCTION {{schema}}.guard_time() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) = '{{role}}' AND public.current_person() IS DISTINCT FROM NEW.person_id
    AND {{schema}}.team_standing(NEW.audit_plan_id) <> 'lead' THEN
    RAISE EXCEPTION 'time_entries: somebody else''s time' USING ERRCODE = 'KP090', TABLE = 'time_entries', COLUMN = 'person_id';
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.guard_time() FROM PUBLIC;

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  relation text;
BEGIN
  PERFORM {{schema}}.guard_audit_part('audit_team', 'plan', '{audit_plans,audit_plan_id}');
  PERFORM private.grant_table('{{schema}}', 'audit_team', everyone, '{auditor}', '{auditor}', '{auditor}', '{}', '{audit_plan_id,person_id}');
  PERFORM {{schema}}.guard_audit_part('audit_milestones', 'plan', '{audit_plans,audit_plan_id}');
  PERFORM private.grant_table('{{schema}}', 'audit_milestones', everyone, '{auditor}', '{auditor}', '{auditor}', '{}', '{audit_plan_id}');
  PERFORM {{schema}}.guard_audit_part('time_entries', 'plan', '{audit_plans,audit_plan_id,control_tests,control_test_id}');
  PERFORM private.grant_table('{{schema}}', 'time_entries', everyone, '{auditor}', '{auditor}', '{auditor}', '{}',
    '{audit_plan_id,control_test_id,person_id}');
  FOREACH relation IN ARRAY ARRAY['audit_plans', 'control_tests', 'findings', 'audit_evidence', 'evidence_files'] LOOP
    EXECUTE format('CREATE TRIGGER guard_team BEFORE INSERT OR UPDATE ON {{schema}}.%I
      FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_team(%L)', relation, relation);
  END LOOP;
  -- the new columns are granted like the others of their tables
  PERFORM private.grant_table('{{schema}}', 'audit_plans', everyone, '{auditor}', '{auditor}', '{auditor}', '{ref}');
  PERFORM private.grant_table('{{schema}}', 'control_tests', everyone, '{auditor}', '{auditor}', '{auditor}', '{ref,test_result,evidence}',
    '{audit_plan_id,control_id}');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'audit_team', '{note}', NULL, 'team_role');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'audit_milestones', '{title,note}', NULL, 'title');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'time_entries', '{note}', NULL, 'note');
END
$guards$;
CREATE TRIGGER guard_time BEFORE INSERT OR UPDATE ON {{schema}}.time_entries FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_time();
CREATE TRIGGER member_person_id BEFORE INSERT OR UPDATE OF person_id ON {{schema}}.audit_team
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.require_member('person_id');
CREATE TRIGGER member_person_id BEFORE INSERT OR UPDATE OF person_id ON {{schema}}.time_entries
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.require_member('person_id');
