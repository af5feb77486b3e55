-- Audit reports: written as a draft, reviewed, issued with their files and never changed again. An issued report is bound to the hash of
-- what it says, of the audit's records that it shows, and of the files that went out; a new version names the one that it replaces.

CREATE SEQUENCE {{schema}}.audit_reports_ref_seq;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN ref varchar(30);
ALTER TABLE {{schema}}.audit_reports ADD COLUMN title varchar(255);
ALTER TABLE {{schema}}.audit_reports ADD COLUMN period_from date;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN period_to date;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN distribution text;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN executive_summary text;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN scope_objectives text;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN methodology text;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN opinion text;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN positive_observations text;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN layout jsonb;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN version_number integer NOT NULL DEFAULT 1 CHECK (version_number > 0);
ALTER TABLE {{schema}}.audit_reports ADD COLUMN replaces_id uuid REFERENCES {{schema}}.audit_reports (id);
ALTER TABLE {{schema}}.audit_reports ADD COLUMN issued_at timestamptz;
ALTER TABLE {{schema}}.audit_reports ADD COLUMN issued_by uuid REFERENCES public.users (id);
ALTER TABLE {{schema}}.audit_reports ADD COLUMN content_sha256 varchar(64) CHECK (content_sha256 ~ '^[0-9a-f]{64}$');
UPDATE {{schema}}.audit_reports SET ref = 'AR-' || lpad(nextval('{{schema}}.audit_reports_ref_seq')::text, 3, '0'), title = 'Audit report';
ALTER TABLE {{schema}}.audit_reports ALTER COLUMN ref SET NOT NULL;
ALTER TABLE {{schema}}.audit_reports ALTER COLUMN title SET NOT NULL;
ALTER TABLE {{schema}}.audit_reports ADD CONSTRAINT audit_reports_title_given CHECK (btrim(title) <> '');
ALTER TABLE {{schema}}.audit_reports ADD CONSTRAINT audit_reports_period_in_order CHECK (period_from <= period_to);
ALTER TABLE {{schema}}.audit_reports ADD CONSTRAINT audit_reports_replaces_another CHECK (replaces_id <> id);
CREATE UNIQUE INDEX audit_reports_ref_key ON {{schema}}.audit_reports (ref);
CREATE INDEX audit_reports_issued_by_idx ON {{schema}}.audit_reports (issued_by);
CREATE INDEX audit_reports_replaces_id_idx ON {{schema}}.audit_reports (replaces_id);
-- One report takes the place of another, not two.
CREATE UNIQUE INDEX audit_reports_replaced_once_key ON {{schema}}.audit_reports (replaces_id) WHERE archived_at IS NULL;

-- What went out. The hash is taken by the server from the bytes that it keeps.
CREATE TABLE {{schema}}.report_files (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  audit_report_id uuid NOT NULL REFERENCES {{schema}}.audit_reports (id),
  format varchar(10) NOT NULL CHECK (format IN ('pdf', 'docx', 'json')),
  file_name varchar(255) NOT NULL CHECK (btrim(file_name) <> ''),
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  sha256 varchar(64) NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bytea NOT NULL,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE UNIQUE INDEX report_files_format_key ON {{schema}}.report_files (audit_report_id, format);
CREATE INDEX report_files_created_by_idx ON {{schema}}.report_files (created_by);
CREATE INDEX report_files_updated_by_idx ON {{schema}}.report_files (updated_by);

-- What a finding says, as a report quotes it; its follow-up is another matter.
CREATE FUNCTION {{schema}}.reported_finding_sha256(p_row jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(jsonb_build_array(p_row -> 'title', p_row -> 'kind', p_row -> 'severity', p_row -> 'criteria',
    p_row -> 'condition', p_row -> 'cause', p_row -> 'effect', p_row -> 'recommendation')::text, 'UTF8')), 'hex')
$$;

-- The hash of the audit's records that a report shows: plan, tests, samples, findings, actions, evidence with its files, sign-offs.
CREATE FUNCTION {{schema}}.report_parts(p_id uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'restricted_root', 'sign_state'];
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
      UNION ALL SELECT (to_jsonb(t) - stamps)::text FROM tests t
      UNION ALL SELECT (to_jsonb(s) - stamps)::text FROM {{schema}}.samples s
        WHERE s.control_test_id IN (SELECT id FROM tests) AND s.archived_at IS NULL
      UNION ALL SELECT (to_jsonb(f) - stamps)::text FROM found f
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

-- The hash of a report: its own words and what it shows. NULL for who does not see it.
CREATE FUNCTION {{schema}}.report_sha256(p_id uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_row jsonb;
BEGIN
  SELECT to_jsonb(r) INTO v_row FROM {{schema}}.audit_reports r WHERE r.id = p_id;
  IF v_row IS NULL OR {{schema}}.is_hidden(p_id) THEN
    RETURN NULL;
  END IF;
  v_row := (v_row - ARRAY['status', 'row_version', 'created_at', 'created_by', 'updated_at', 'updated_by', 'archived_at',
    'restricted_root', 'tenant_id', 'findings', 'recommendations', 'issued_at', 'issued_by', 'content_sha256'])
    || jsonb_build_object('#parts', {{schema}}.report_parts(p_id));
  RETURN encode(sha256(convert_to(v_row::text, 'UTF8')), 'hex');
END
$$;

-- Issues a report that was approved: p_sha256 is the hash of what the files were made from, p_files [{"format", "fileName", "base64"}],
-- a PDF at least and the content as data (json), from which it is read later. Only the audit's lead, or any auditor of an audit without a team. From here on the report stands.
CREATE FUNCTION {{schema}}.issue_report(p_id uuid, p_sha256 text, p_files jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_report {{schema}}.audit_reports;
  v_standing text;
BEGIN
  SELECT * INTO v_report FROM {{schema}}.audit_reports r WHERE r.id = p_id FOR UPDATE;
  IF v_report.id IS NULL OR {{schema}}.is_hidden(p_id) THEN
    RAISE EXCEPTION 'no such report' USING ERRCODE = 'P0002';
  END IF;
  IF current_setting('role') <> '{{role}}_auditor' OR public.current_person() IS NULL THEN
    RAISE EXCEPTION 'this function does not issue reports' USING ERRCODE = '42501';
  END IF;
  IF v_report.audit_plan_id IS NULL OR v_report.overall_rating IS NULL THEN
    RAISE EXCEPTION 'audit_reports: it has no audit or no rating' USING ERRCODE = '23514', TABLE = 'audit_reports',
      COLUMN = CASE WHEN v_report.audit_plan_id IS NULL THEN 'audit_plan_id' ELSE 'overall_rating' END,
      CONSTRAINT = 'audit_reports_issued_whole';
  END IF;
  v_standing := {{schema}}.team_standing(v_report.audit_plan_id);
  IF v_standing NOT IN ('lead', 'open') THEN
    RAISE EXCEPTION 'audit_reports: % in this audit', v_standing USING ERRCODE = 'KP090', TABLE = 'audit_reports';
  END IF;
  IF v_report.archived_at IS NOT NULL OR v_report.status <> 'in_review' THEN
    RAISE EXCEPTION 'audit_reports: no step from % to issued', v_report.status USING ERRCODE = 'KP005', TABLE = 'audit_reports', COLUMN = 'status';
  END IF;
  IF {{schema}}.report_sha256(p_id) IS DISTINCT FROM p_sha256 THEN
    RAISE EXCEPTION 'audit_reports: it is another content by now' USING ERRCODE = 'KP067', TABLE = 'audit_reports';
  END IF;
  IF jsonb_typeof(p_files) IS DISTINCT FROM 'array' OR NOT EXISTS (SELECT FROM jsonb_array_elements(p_files) f WHERE f ->> 'format' = 'pdf')
    OR NOT EXISTS (SELECT FROM jsonb_array_elements(p_files) f WHERE f ->> 'format' = 'json') THEN
    RAISE EXCEPTION 'audit_reports: a report is issued with its files' USING ERRCODE = 'KP110', TABLE = 'audit_reports', COLUMN = 'status';
  END IF;
  INSERT INTO {{schema}}.report_files (audit_report_id, format, file_name, bytes, size_bytes, sha256)
  SELECT p_id, f.format, f."fileName", d.bytes, octet_length(d.bytes), encode(sha256(d.bytes), 'hex')
  FROM jsonb_to_recordset(p_files) AS f (format text, "fileName" text, base64 text)
  CROSS JOIN LATERAL (SELECT decode(f.base64, 'base64') AS bytes) d;
  IF EXISTS (
    SELECT FROM {{schema}}.report_files x WHERE x.audit_report_id = p_id
      AND (x.size_bytes > 20971520 OR NOT starts_with(encode(substr(x.bytes, 1, 4), 'hex'), CASE x.format WHEN 'pdf' THEN '25504446' WHEN 'docx' THEN '504b0304' ELSE '7b' END))
  ) THEN
    RAISE EXCEPTION 'audit_reports: a file is no such file' USING ERRCODE = 'KP110', TABLE = 'audit_reports', COLUMN = 'status';
  END IF;
  UPDATE {{schema}}.audit_reports r SET status = 'issued', issued_at = now(), issued_by = public.current_person(), content_sha256 = p_sha256,
    findings = (
      SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'ref', f.ref, 'title', f.title, 'severity', f.severity,
        'sha256', {{schema}}.reported_finding_sha256(to_jsonb(f))) ORDER BY f.ref), '[]')
      FROM {{schema}}.findings f WHERE f.archived_at IS NULL AND {{schema}}.plan_of('findings', to_jsonb(f)) = v_report.audit_plan_id
        -- what is restricted by itself is told in no report that more people read
        AND f.restricted_root IS NOT DISTINCT FROM v_report.restricted_root),
    recommendations = (
      SELECT coalesce(jsonb_agg(jsonb_build_object('ref', f.ref, 'recommendation', f.recommendation) ORDER BY f.ref), '[]')
      FROM {{schema}}.findings f WHERE f.archived_at IS NULL AND f.recommendation IS NOT NULL
        AND {{schema}}.plan_of('findings', to_jsonb(f)) = v_report.audit_plan_id
        -- what is restricted by itself is told in no report that more people read
        AND f.restricted_root IS NOT DISTINCT FROM v_report.restricted_root)
  WHERE r.id = p_id;
  RETURN (SELECT jsonb_agg(jsonb_build_object('format', x.format, 'fileName', x.file_name, 'sizeBytes', x.size_bytes, 'sha256', x.sha256)
    ORDER BY x.format DESC) FROM {{schema}}.report_files x WHERE x.audit_report_id = p_id);
END
$$;

-- A person's role never sets the state by hand, nor touches an issued report: not its words, not its place, not its archive. Nor does
-- it make a report whose predecessor is not issued, or is of another audit.
CREATE FUNCTION {{schema}}.guard_report() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stamps text[] := ARRAY['row_version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'restricted_root', 'status'];
  v_before {{schema}}.audit_reports;
BEGIN
  IF left(current_user::text, 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.status = 'issued' AND to_jsonb(OLD) - stamps <> to_jsonb(NEW) - stamps THEN
    RAISE EXCEPTION 'audit_reports: it is issued' USING ERRCODE = 'KP001', TABLE = 'audit_reports', COLUMN = 'status';
  END IF;
  IF NEW.status = 'issued' AND (TG_OP = 'INSERT' OR OLD.status = 'in_review') THEN
    RAISE EXCEPTION 'audit_reports: a report is issued with its files' USING ERRCODE = 'KP110', TABLE = 'audit_reports', COLUMN = 'status';
  END IF;
  IF NEW.replaces_id IS NOT NULL AND TG_OP = 'INSERT' THEN
    SELECT * INTO v_before FROM {{schema}}.audit_reports r WHERE r.id = NEW.replaces_id FOR SHARE;
    IF v_before.status IS DISTINCT FROM 'issued' OR v_before.audit_plan_id IS DISTINCT FROM NEW.audit_plan_id
      OR NEW.version_number <> v_before.version_number + 1 THEN
      RAISE EXCEPTION 'audit_reports: a new version takes the place of an issued one of the same audit'
        USING ERRCODE = 'KP005', TABLE = 'audit_reports', COLUMN = 'replaces_id';
    END IF;
  ELSIF TG_OP = 'INSERT' AND NEW.version_number <> 1 THEN
    RAISE EXCEPTION 'audit_reports: a first version is the first' USING ERRCODE = 'KP005', TABLE = 'audit_reports', COLUMN = 'version_number';
  END IF;
  RETURN NEW;
END
$$;

-- What became of the findings since a report was issued, for who asks, of what they may see.
CREATE FUNCTION {{schema}}.report_changes(p_id uuid) RETURNS TABLE (finding_id uuid, ref text, title text, change text)
LANGUAGE sql STABLE SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  WITH report AS (SELECT r.id, r.audit_plan_id, r.findings, r.restricted_root FROM {{schema}}.audit_reports r WHERE r.id = p_id AND r.status = 'issued'),
  told AS (SELECT (f ->> 'id')::uuid AS id, f ->> 'ref' AS ref, f ->> 'title' AS title, f ->> 'sha256' AS sha256
    FROM report, jsonb_array_elements(report.findings) f)
  SELECT t.id, t.ref, coalesce(f.title, t.title)::text, CASE WHEN f.archived_at IS NOT NULL THEN 'archived' ELSE 'changed' END
  FROM told t JOIN {{schema}}.findings f ON f.id = t.id
  WHERE f.archived_at IS NOT NULL OR {{schema}}.reported_finding_sha256(to_jsonb(f)) <> t.sha256
  UNION ALL
  SELECT f.id, f.ref::text, f.title::text, 'new' FROM report JOIN {{schema}}.findings f ON f.audit_plan_id = report.audit_plan_id
  WHERE f.archived_at IS NULL AND f.restricted_root IS NOT DISTINCT FROM report.restricted_root
    AND NOT EXISTS (SELECT FROM told t WHERE t.id = f.id)
  ORDER BY 2
$$;

REVOKE ALL ON FUNCTION {{schema}}.reported_finding_sha256(jsonb), {{schema}}.report_parts(uuid), {{schema}}.report_sha256(uuid),
  {{schema}}.issue_report(uuid, text, jsonb), {{schema}}.guard_report(), {{schema}}.report_changes(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.reported_finding_sha256(jsonb), {{schema}}.report_sha256(uuid), {{schema}}.report_changes(uuid)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
GRANT EXECUTE ON FUNCTION {{schema}}.issue_report(uuid, text, jsonb) TO {{role}}_auditor;

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
BEGIN
  PERFORM private.grant_table('{{schema}}', 'audit_reports', everyone, '{auditor}', '{auditor}', '{auditor}',
    '{ref,findings,recommendations,issued_at,issued_by,content_sha256}', '{audit_plan_id,version_number,replaces_id}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'report_files', '{bytes}');
  PERFORM private.grant_table('{{schema}}', 'report_files', everyone, '{}', '{}', '{}');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'audit_reports', '{ref,title,executive_summary}', 'ref', 'title');
END
$guards$;
CREATE POLICY restricted_only ON {{schema}}.report_files AS RESTRICTIVE
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (current_user = 'kompl_owner' OR NOT {{schema}}.is_hidden(audit_report_id))
  WITH CHECK (current_user = 'kompl_owner' OR NOT {{schema}}.is_hidden(audit_report_id));
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.report_files
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change('report_files');
CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.audit_reports
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('audit_reports', 'AR-', '3');
CREATE TRIGGER a_guard_report BEFORE INSERT OR UPDATE ON {{schema}}.audit_reports
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_report();
CREATE TRIGGER guard_team BEFORE INSERT OR UPDATE ON {{schema}}.audit_reports
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_team('audit_reports');
SELECT private.guard_approval('{{schema}}', '{{tenant_id}}', 'audit_reports',
  '[{"field": "status", "to": "issued", "by": ["auditor", "admin"], "quorum": 1, "free": ["findings", "recommendations", "issued_at", "issued_by", "content_sha256"], "back": null, "parts": "report_parts"}]');

-- A finding is settled when its actions are: nothing is closed while somebody still has to do something for it.
CREATE FUNCTION {{schema}}.guard_finding_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM {{schema}}.actions a WHERE a.finding_id = NEW.id AND a.status IN ('to_do', 'in_progress') AND a.archived_at IS NULL
  ) THEN
    RAISE EXCEPTION 'findings: its actions are open' USING ERRCODE = 'KP111', TABLE = 'findings', COLUMN = 'status';
  END IF;
  RETURN NEW;
END
$$;
-- Nor does a closed finding get an open action; the finding is locked against a close that runs beside it.
CREATE FUNCTION {{schema}}.guard_action_open() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_state text;
BEGIN
  IF left(current_setting('role'), 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  SELECT f.status INTO v_state FROM {{schema}}.findings f WHERE f.id = NEW.finding_id FOR SHARE;
  IF v_state = 'closed' THEN
    RAISE EXCEPTION 'actions: the finding is closed' USING ERRCODE = 'KP001', TABLE = 'actions', COLUMN = 'finding_id';
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.guard_finding_closed(), {{schema}}.guard_action_open() FROM PUBLIC;
CREATE TRIGGER guard_finding_closed BEFORE UPDATE ON {{schema}}.findings
  FOR EACH ROW WHEN (NEW.status = 'closed' AND OLD.status <> 'closed') EXECUTE FUNCTION {{schema}}.guard_finding_closed();
CREATE TRIGGER guard_action_open_insert BEFORE INSERT ON {{schema}}.actions
  FOR EACH ROW WHEN (NEW.finding_id IS NOT NULL AND NEW.status IN ('to_do', 'in_progress')) EXECUTE FUNCTION {{schema}}.guard_action_open();
CREATE TRIGGER guard_action_open_update BEFORE UPDATE ON {{schema}}.actions
  FOR EACH ROW WHEN (NEW.finding_id IS NOT NULL AND NEW.status IN ('to_do', 'in_progress')
    AND (OLD.status NOT IN ('to_do', 'in_progress') OR OLD.finding_id IS DISTINCT FROM NEW.finding_id
      OR (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NULL)))
  EXECUTE FUNCTION {{schema}}.guard_action_open();
