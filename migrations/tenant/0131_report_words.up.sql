-- Words of an audit's own in its report, and the tenant's own Word template.

-- A block of text that a report has beside its usual sections. Where it stands is said by the report's layout.
CREATE TABLE {{schema}}.report_blocks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  audit_report_id uuid NOT NULL REFERENCES {{schema}}.audit_reports (id),
  title varchar(255) NOT NULL CHECK (btrim(title) <> ''),
  content text,
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX report_blocks_audit_report_id_idx ON {{schema}}.report_blocks (audit_report_id);
CREATE INDEX report_blocks_created_by_idx ON {{schema}}.report_blocks (created_by);
CREATE INDEX report_blocks_updated_by_idx ON {{schema}}.report_blocks (updated_by);
CREATE INDEX report_blocks_created_at_id_idx ON {{schema}}.report_blocks (created_at, id);

-- A block is written while its report is, by who works on the audit.
CREATE FUNCTION {{schema}}.guard_report_block() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'restricted_root'];
  v_report {{schema}}.audit_reports;
  v_state text;
BEGIN
  IF left(current_setting('role'), 39) <> '{{role}}' OR (TG_OP = 'UPDATE' AND to_jsonb(OLD) - stamps = to_jsonb(NEW) - stamps) THEN
    RETURN NEW;
  END IF;
  SELECT * INTO v_report FROM {{schema}}.audit_reports r WHERE r.id = NEW.audit_report_id FOR SHARE;
  IF {{schema}}.is_hidden(NEW.audit_report_id) THEN
    RAISE EXCEPTION 'report_blocks: what audit_report_id names is not there' USING ERRCODE = '23503', TABLE = 'report_blocks', COLUMN = 'audit_report_id';
  END IF;
  SELECT p.status INTO v_state FROM {{schema}}.audit_plans p WHERE p.id = v_report.audit_plan_id FOR SHARE;
  IF v_report.status = 'issued' OR v_report.archived_at IS NOT NULL OR v_state IN ('closed', 'cancelled') THEN
    RAISE EXCEPTION 'report_blocks: the report stands' USING ERRCODE = 'KP001', TABLE = 'report_blocks', COLUMN = 'audit_report_id';
  END IF;
  IF {{schema}}.team_standing(v_report.audit_plan_id) IN ('observer', 'none') THEN
    RAISE EXCEPTION 'report_blocks: no work in this audit' USING ERRCODE = 'KP090', TABLE = 'report_blocks';
  END IF;
  RETURN NEW;
END
$$;

-- The Word template that the tenant's reports are made from: the newest that is not archived. Written by the two functions below alone.
CREATE TABLE {{schema}}.report_templates (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  file_name varchar(255) NOT NULL CHECK (btrim(file_name) <> ''),
  size_bytes integer NOT NULL CHECK (size_bytes BETWEEN 1 AND 2097152),
  sha256 varchar(64) NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bytea NOT NULL,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX report_templates_created_by_idx ON {{schema}}.report_templates (created_by);
CREATE INDEX report_templates_updated_by_idx ON {{schema}}.report_templates (updated_by);
CREATE UNIQUE INDEX report_templates_one_key ON {{schema}}.report_templates (tenant_id) WHERE archived_at IS NULL;

-- Sets the template, or with no bytes takes it away: by an administrator, or an auditor who leads an audit. What was there is archived.
CREATE FUNCTION {{schema}}.set_report_template(p_id uuid, p_file_name text, p_base64 text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_person uuid := public.current_person();
  v_bytes bytea := decode(p_base64, 'base64');
BEGIN
  IF v_person IS NULL OR NOT (current_setting('role') = '{{role}}_admin' OR (current_setting('role') = '{{role}}_auditor' AND (
    EXISTS (SELECT FROM {{schema}}.audit_plans p WHERE p.lead_id = v_person AND p.archived_at IS NULL)
    OR EXISTS (SELECT FROM {{schema}}.audit_team m WHERE m.person_id = v_person AND m.team_role = 'lead' AND m.archived_at IS NULL)))) THEN
    RAISE EXCEPTION 'an administrator or a lead sets the template' USING ERRCODE = '42501', TABLE = 'report_templates';
  END IF;
  IF v_bytes IS NOT NULL AND (octet_length(v_bytes) > 2097152 OR encode(substr(v_bytes, 1, 4), 'hex') <> '504b0304') THEN
    RAISE EXCEPTION 'it is no Word file, or too large' USING ERRCODE = '23514', TABLE = 'report_templates', COLUMN = 'bytes',
      CONSTRAINT = 'report_templates_is_docx';
  END IF;
  UPDATE {{schema}}.report_templates t SET archived_at = now() WHERE t.archived_at IS NULL;
  IF v_bytes IS NOT NULL THEN
    INSERT INTO {{schema}}.report_templates (id, file_name, size_bytes, sha256, bytes)
    VALUES (p_id, p_file_name, octet_length(v_bytes), encode(sha256(v_bytes), 'hex'), v_bytes);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION {{schema}}.report_parts(p_id uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'restricted_root', 'sign_state'];
  -- what came with a later version counts where it is there, so that it voids no approval given before
  followed text[] := ARRAY['response_kind', 'responded_on', 'responded_by', 'repeat_of_id', 'extension_count', 'settled_at'];
  v_plan uuid;
BEGIN
  SELECT r.audit_plan_id INTO v_plan FROM {{schema}}.audit_reports r WHERE r.id = p_id;
  IF v_plan IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN (
    WITH tests AS (SELECT t.* FROM {{schema}}.control_tests t WHERE t.audit_plan_id = v_plan AND t.archived_at IS NULL),
    found AS (SELECT f.* FROM {{schema}}.findings f WHERE f.archived_at IS NULL
      AND (f.audit_plan_id = v_plan OR f.control_test_id IN (SELECT id FROM tests))),
    shown AS (SELECT e.* FROM {{schema}}.audit_evidence e WHERE e.archived_at IS NULL
      AND (e.audit_plan_id = v_plan OR e.control_test_id IN (SELECT id FROM tests) OR e.finding_id IN (SELECT id FROM found))),
    lines AS (
      SELECT (to_jsonb(p) - (stamps || ARRAY['status', 'archived_at']))::text AS line FROM {{schema}}.audit_plans p WHERE p.id = v_plan
      UNION ALL SELECT ((to_jsonb(t) - (stamps || ARRAY['retest_of_id']))
        || jsonb_strip_nulls(jsonb_build_object('retest_of_id', t.retest_of_id)))::text FROM tests t
      UNION ALL SELECT (to_jsonb(s) - stamps)::text FROM {{schema}}.samples s
        WHERE s.control_test_id IN (SELECT id FROM tests) AND s.archived_at IS NULL
      UNION ALL SELECT ((to_jsonb(f) - (stamps || followed)) || jsonb_strip_nulls(jsonb_build_object('response_kind', f.response_kind,
        'responded_on', f.responded_on, 'responded_by', f.responded_by, 'repeat_of_id', f.repeat_of_id,
        'extension_count', nullif(f.extension_count, 0))))::text FROM found f
      UNION ALL SELECT (to_jsonb(b) - stamps)::text FROM {{schema}}.report_blocks b WHERE b.audit_report_id = p_id AND b.archived_at IS NULL
      UNION ALL SELECT (to_jsonb(a) - stamps)::text FROM {{schema}}.actions a
        WHERE a.finding_id IN (SELECT id FROM found) AND a.archived_at IS NULL
      UNION ALL SELECT (to_jsonb(e) - stamps)::text FROM shown e
      UNION ALL SELECT (to_jsonb(x) - stamps)::text FROM {{schema}}.evidence_files x
        WHERE x.evidence_id IN (SELECT id FROM shown) AND x.archived_at IS NULL
      UNION ALL SELECT (to_jsonb(s) - (stamps || ARRAY['content']))::text FROM {{schema}}.sign_offs s
        WHERE s.resource_id = v_plan OR s.resource_id IN (SELECT id FROM tests) OR s.resource_id IN (SELECT id FROM found)
    )
    SELECT encode(sha256(convert_to(coalesce(string_agg(l.line, E'\n' ORDER BY l.line COLLATE "C"), ''), 'UTF8')), 'hex') FROM lines l);
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.guard_report_block(), {{schema}}.set_report_template(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.set_report_template(uuid, text, text) TO {{role}}_auditor, {{role}}_admin;

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  relation text;
BEGIN
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'report_blocks');
  PERFORM private.guard_restricted('{{schema}}', 'report_blocks');
  PERFORM private.grant_table('{{schema}}', 'report_blocks', everyone, '{auditor}', '{auditor}', '{auditor}', '{}', '{audit_report_id}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'report_templates', '{bytes}');
  PERFORM private.grant_table('{{schema}}', 'report_templates', everyone, '{}', '{}', '{}');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'report_blocks', '{title,content}', NULL, 'title');
  FOREACH relation IN ARRAY ARRAY['report_blocks', 'report_templates'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER a_open_tenant BEFORE INSERT OR UPDATE OR DELETE ON {{schema}}.%I
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.require_open(%L, ''auditops'')', relation, relation);
    EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.%I
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change(%L)', relation, relation);
  END LOOP;
END
$guards$;
CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.report_blocks
  FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL) EXECUTE FUNCTION {{schema}}.guard_archived('report_blocks');
CREATE TRIGGER guard_report_block BEFORE INSERT OR UPDATE ON {{schema}}.report_blocks
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_report_block();
CREATE TRIGGER place_part BEFORE INSERT OR UPDATE ON {{schema}}.report_blocks
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.place_part('report_blocks', 'audit_reports', 'audit_report_id');
CREATE TRIGGER carry_to_report_blocks AFTER UPDATE ON {{schema}}.audit_reports
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root)
  EXECUTE FUNCTION {{schema}}.carry_restriction('report_blocks', 'audit_report_id');
