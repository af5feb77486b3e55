-- Values that follow from others, and references that a foreign key cannot check. Nobody writes these columns; the triggers do.

-- The next ref of a table: prefix, at least so many digits, never cut off.
CREATE FUNCTION {{schema}}.number_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  digits text;
BEGIN
  IF NEW.ref IS NULL THEN
    digits := nextval(('{{schema}}.' || TG_ARGV[0] || '_ref_seq')::regclass)::text;
    NEW.ref := TG_ARGV[1] || lpad(digits, greatest(TG_ARGV[2]::integer, length(digits)), '0');
  END IF;
  RETURN NEW;
END
$$;

-- The person a record names must belong to the tenant (the foreign key only knows that the person exists).
CREATE FUNCTION {{schema}}.require_member() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  person uuid := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) ->> TG_ARGV[0] = person::text THEN
    RETURN NEW; -- somebody who has left stays named where they were
  END IF;
  IF NOT EXISTS (
    SELECT FROM public.tenant_memberships m
    WHERE m.tenant_id = '{{tenant_id}}'::uuid AND m.user_id = person AND (m.expires_at IS NULL OR m.expires_at > now())
  ) THEN
    RAISE EXCEPTION 'the person in % does not belong to this tenant', TG_ARGV[0]
      USING ERRCODE = '23503', COLUMN = TG_ARGV[0];
  END IF;
  RETURN NEW;
END
$$;

-- The result of a test from its two axes; the list of evidence is taken when the test is done.
CREATE FUNCTION {{schema}}.derive_control_test() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  NEW.test_result := CASE
    WHEN 'ineffective' IN (NEW.design_effectiveness, NEW.operating_effectiveness) THEN 'ineffective'
    WHEN NEW.design_effectiveness IS NULL OR NEW.operating_effectiveness IS NULL THEN 'not_tested'
    WHEN 'partially_effective' IN (NEW.design_effectiveness, NEW.operating_effectiveness) THEN 'partially_effective'
    -- an axis that does not apply leaves the result to the other
    WHEN 'effective' IN (NEW.design_effectiveness, NEW.operating_effectiveness) THEN 'effective'
    ELSE 'not_applicable'
  END;
  IF NEW.status = 'done' AND (TG_OP = 'INSERT' OR OLD.status <> 'done') THEN
    NEW.evidence := (
      SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'ref', e.ref, 'title', e.title) ORDER BY e.ref), '[]')
      FROM {{schema}}.audit_evidence e WHERE e.control_test_id = NEW.id AND e.archived_at IS NULL);
  END IF;
  RETURN NEW;
END
$$;

-- A control shows the result of its newest test that has one. The controls are locked before the tests are read, so that of
-- two tests recorded at once the later one counts.
CREATE FUNCTION {{schema}}.derive_controls() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  touched uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT control_id) INTO touched FROM new_rows
    WHERE control_id IS NOT NULL AND test_result <> 'not_tested';
  ELSE
    SELECT array_agg(DISTINCT coalesce(n.control_id, o.control_id)) INTO touched
    FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE (n.test_result, n.test_date, n.archived_at, n.control_id)
      IS DISTINCT FROM (o.test_result, o.test_date, o.archived_at, o.control_id);
  END IF;
  IF touched IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM FROM {{schema}}.controls WHERE id = ANY (touched) ORDER BY id FOR NO KEY UPDATE;
  UPDATE {{schema}}.controls c SET last_result = newest.test_result, last_tested = newest.test_date
  FROM unnest(touched) AS t (id)
  LEFT JOIN LATERAL (
    SELECT ct.test_result, ct.test_date FROM {{schema}}.control_tests ct
    WHERE ct.control_id = t.id AND ct.test_result <> 'not_tested' AND ct.archived_at IS NULL
    ORDER BY ct.test_date DESC, ct.created_at DESC, ct.ref DESC LIMIT 1
  ) newest ON true
  WHERE c.id = t.id AND (c.last_result, c.last_tested) IS DISTINCT FROM (newest.test_result, newest.test_date);
  RETURN NULL;
END
$$;

CREATE FUNCTION {{schema}}.derive_action() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.status <> 'done' THEN
    NEW.completed_at := NULL;
  ELSIF TG_OP = 'INSERT' OR OLD.status <> 'done' THEN
    NEW.completed_at := now();
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION {{schema}}.derive_evidence() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  person uuid := public.current_person();
BEGIN
  IF person IS NOT NULL THEN
    NEW.uploaded_by := person;
    NEW.uploaded_at := now();
  END IF;
  RETURN NEW;
END
$$;

-- The evidence points to its newest file.
CREATE FUNCTION {{schema}}.derive_file_path() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  UPDATE {{schema}}.audit_evidence e SET file_path = 'vault/' || newest.id
  FROM (
    SELECT DISTINCT ON (f.evidence_id) f.evidence_id, f.id
    FROM {{schema}}.evidence_files f WHERE f.evidence_id IN (SELECT evidence_id FROM new_rows)
    ORDER BY f.evidence_id, f.version_number DESC, f.created_at DESC, f.id
  ) newest
  WHERE e.id = newest.evidence_id AND e.file_path IS DISTINCT FROM 'vault/' || newest.id;
  RETURN NULL;
END
$$;

-- What an import of a changed catalogue may bring up to date: columns that come with the source and that nobody types.
CREATE FUNCTION {{schema}}.note_regulation_source(p_id uuid, p_content jsonb, p_format text, p_uuid text, p_sha256 text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  UPDATE {{schema}}.regulations
  SET parsed_content = p_content, source_format = p_format, source_uuid = p_uuid, source_sha256 = p_sha256
  WHERE id = p_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such regulation' USING ERRCODE = 'P0002';
  END IF;
END
$$;

-- p_rows: [{ "id", "sourceId", "params" }]. Returns how many rows changed.
CREATE FUNCTION {{schema}}.note_requirement_sources(p_rows jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  changed integer;
BEGIN
  UPDATE {{schema}}.requirements q SET source_id = r."sourceId", params = nullif(r.params, 'null'::jsonb)
  FROM jsonb_to_recordset(p_rows) AS r (id uuid, "sourceId" text, params jsonb)
  WHERE q.id = r.id AND (q.source_id, q.params) IS DISTINCT FROM (r."sourceId"::varchar, nullif(r.params, 'null'::jsonb));
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$;

-- Triggers of one table fire in the order of their names: derive, member, number, stamp.
CREATE TRIGGER derive_row BEFORE INSERT OR UPDATE ON {{schema}}.control_tests
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.derive_control_test();
CREATE TRIGGER derive_controls_insert AFTER INSERT ON {{schema}}.control_tests REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.derive_controls();
CREATE TRIGGER derive_controls_update AFTER UPDATE ON {{schema}}.control_tests
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.derive_controls();
CREATE TRIGGER derive_row BEFORE INSERT OR UPDATE ON {{schema}}.actions
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.derive_action();
CREATE TRIGGER derive_row BEFORE INSERT ON {{schema}}.audit_evidence
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.derive_evidence();
CREATE TRIGGER derive_file_path AFTER INSERT ON {{schema}}.evidence_files REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.derive_file_path();

CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.audit_plans
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('audit_plans', 'AUD-', '3');
CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.control_tests
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('control_tests', 'CT-', '4');
CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.findings
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('findings', 'F-', '3');
CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.actions
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('actions', 'A-', '3');
CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.audit_evidence
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('audit_evidence', 'EV-', '4');

CREATE TRIGGER member_owner_id BEFORE INSERT OR UPDATE OF owner_id ON {{schema}}.controls
  FOR EACH ROW WHEN (NEW.owner_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('owner_id');
CREATE TRIGGER member_lead_id BEFORE INSERT OR UPDATE OF lead_id ON {{schema}}.audit_plans
  FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('lead_id');
CREATE TRIGGER member_tested_by BEFORE INSERT OR UPDATE OF tested_by ON {{schema}}.control_tests
  FOR EACH ROW WHEN (NEW.tested_by IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('tested_by');
CREATE TRIGGER member_owner_id BEFORE INSERT OR UPDATE OF owner_id ON {{schema}}.findings
  FOR EACH ROW WHEN (NEW.owner_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('owner_id');
CREATE TRIGGER member_owner_id BEFORE INSERT OR UPDATE OF owner_id ON {{schema}}.actions
  FOR EACH ROW WHEN (NEW.owner_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('owner_id');
CREATE TRIGGER member_owner_id BEFORE INSERT OR UPDATE OF owner_id ON {{schema}}.risk_register
  FOR EACH ROW WHEN (NEW.owner_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('owner_id');

REVOKE ALL ON FUNCTION {{schema}}.number_row(), {{schema}}.require_member(), {{schema}}.derive_control_test(),
  {{schema}}.derive_controls(), {{schema}}.derive_action(), {{schema}}.derive_evidence(), {{schema}}.derive_file_path(),
  {{schema}}.note_regulation_source(uuid, jsonb, text, text, text), {{schema}}.note_requirement_sources(jsonb) FROM PUBLIC;
