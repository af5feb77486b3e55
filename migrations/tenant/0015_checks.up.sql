-- Values that make no sense, and rows that do not belong together, are refused whoever writes them.

-- Additions to the ERD: states that the domain knows and the ERD does not.
ALTER TABLE {{schema}}.audit_reports ADD COLUMN status varchar(20);
ALTER TABLE {{schema}}.audit_reports ALTER COLUMN status SET DEFAULT 'draft';
UPDATE {{schema}}.audit_reports SET status = 'draft';
ALTER TABLE {{schema}}.audit_reports ALTER COLUMN status SET NOT NULL;
ALTER TABLE {{schema}}.audit_reports ADD CONSTRAINT audit_reports_status_check CHECK (status IN ('draft', 'in_review', 'issued'));
ALTER TABLE {{schema}}.data_inventory ADD COLUMN status varchar(20);
ALTER TABLE {{schema}}.data_inventory ALTER COLUMN status SET DEFAULT 'draft';
UPDATE {{schema}}.data_inventory SET status = 'draft';
ALTER TABLE {{schema}}.data_inventory ALTER COLUMN status SET NOT NULL;
ALTER TABLE {{schema}}.data_inventory ADD CONSTRAINT data_inventory_status_check
  CHECK (status IN ('draft', 'in_review', 'approved', 'deprecated'));
-- A new policy and a new plan wait for their approval; the ERD's default would skip it.
ALTER TABLE {{schema}}.policies ALTER COLUMN status SET DEFAULT 'draft';
ALTER TABLE {{schema}}.business_continuity ALTER COLUMN status SET DEFAULT 'draft';

-- Names are not blank.
ALTER TABLE {{schema}}.regulations ADD CONSTRAINT regulations_name_given CHECK (btrim(name) <> '');
ALTER TABLE {{schema}}.requirements ADD CONSTRAINT requirements_ref_id_given CHECK (btrim(ref_id) <> '');
ALTER TABLE {{schema}}.policies ADD CONSTRAINT policies_name_given CHECK (btrim(name) <> '');
ALTER TABLE {{schema}}.control_sets ADD CONSTRAINT control_sets_name_given CHECK (btrim(name) <> '');
ALTER TABLE {{schema}}.controls ADD CONSTRAINT controls_name_given CHECK (btrim(name) <> '');
ALTER TABLE {{schema}}.audit_plans ADD CONSTRAINT audit_plans_audit_name_given CHECK (btrim(audit_name) <> '');
ALTER TABLE {{schema}}.control_tests ADD CONSTRAINT control_tests_title_given CHECK (btrim(title) <> '');
ALTER TABLE {{schema}}.findings ADD CONSTRAINT findings_title_given CHECK (btrim(title) <> '');
ALTER TABLE {{schema}}.actions ADD CONSTRAINT actions_title_given CHECK (btrim(title) <> '');
ALTER TABLE {{schema}}.audit_evidence ADD CONSTRAINT audit_evidence_title_given CHECK (btrim(title) <> '');
ALTER TABLE {{schema}}.evidence_files ADD CONSTRAINT evidence_files_file_name_given CHECK (btrim(file_name) <> '');
ALTER TABLE {{schema}}.data_inventory ADD CONSTRAINT data_inventory_data_type_given CHECK (btrim(data_type) <> '');
ALTER TABLE {{schema}}.dpias ADD CONSTRAINT dpias_project_name_given CHECK (btrim(project_name) <> '');
ALTER TABLE {{schema}}.privacy_controls ADD CONSTRAINT privacy_controls_control_type_given CHECK (btrim(control_type) <> '');
ALTER TABLE {{schema}}.risk_register ADD CONSTRAINT risk_register_risk_name_given CHECK (btrim(risk_name) <> '');
ALTER TABLE {{schema}}.vulnerabilities ADD CONSTRAINT vulnerabilities_title_given CHECK (btrim(title) <> '');
ALTER TABLE {{schema}}.vendor_assessments ADD CONSTRAINT vendor_assessments_vendor_name_given CHECK (btrim(vendor_name) <> '');
ALTER TABLE {{schema}}.business_continuity ADD CONSTRAINT business_continuity_plan_name_given CHECK (btrim(plan_name) <> '');
ALTER TABLE {{schema}}.documents ADD CONSTRAINT documents_title_given CHECK (btrim(title) <> '');

-- Ranges. Scores of an assessment and of a vendor are percentages; likelihood and impact are 1 to 5, -1 for not rated, and the
-- risk's score is their product.
ALTER TABLE {{schema}}.compliance_assessments ADD CONSTRAINT compliance_assessments_score_range CHECK (score BETWEEN 0 AND 100);
ALTER TABLE {{schema}}.vendor_assessments ADD CONSTRAINT vendor_assessments_risk_score_range CHECK (risk_score BETWEEN 0 AND 100);
ALTER TABLE {{schema}}.risk_register ADD CONSTRAINT risk_register_likelihood_range
  CHECK (likelihood IN ('-1', '1', '2', '3', '4', '5'));
ALTER TABLE {{schema}}.risk_register ADD CONSTRAINT risk_register_impact_range CHECK (impact IN ('-1', '1', '2', '3', '4', '5'));
ALTER TABLE {{schema}}.risk_register ADD CONSTRAINT risk_register_risk_score_product CHECK (risk_score = CASE
  WHEN likelihood IN ('1', '2', '3', '4', '5') AND impact IN ('1', '2', '3', '4', '5') THEN likelihood::integer * impact::integer
  ELSE -1 END);
ALTER TABLE {{schema}}.audit_plans ADD CONSTRAINT audit_plans_dates_in_order CHECK (end_date >= start_date);
-- A test is done when its result stands.
ALTER TABLE {{schema}}.control_tests ADD CONSTRAINT control_tests_done_has_result
  CHECK (status <> 'done' OR test_result <> 'not_tested');
ALTER TABLE {{schema}}.requirements ADD CONSTRAINT requirements_parent_is_another CHECK (parent_id <> id);
ALTER TABLE {{schema}}.embeddings ADD CONSTRAINT embeddings_content_hash_form CHECK (content_hash ~ '^[0-9a-f]{64}$');

-- A requirement hangs below one of its own regulation, and never below itself. Whole statements are checked, so an import may
-- bring a tree in any order; whoever moves a requirement has the regulation's tree to themselves until the end.
CREATE FUNCTION {{schema}}.guard_tree() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_moved uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(n.id) INTO v_moved FROM new_rows n WHERE n.parent_id IS NOT NULL;
  ELSE
    SELECT array_agg(n.id) INTO v_moved FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE n.parent_id IS NOT NULL AND (n.parent_id, n.regulation_id) IS DISTINCT FROM (o.parent_id, o.regulation_id);
  END IF;
  IF v_moved IS NULL THEN
    RETURN NULL;
  END IF;
  IF EXISTS (
    SELECT FROM {{schema}}.requirements c JOIN {{schema}}.requirements p ON p.id = c.parent_id
    WHERE c.id = ANY (v_moved) AND p.regulation_id <> c.regulation_id
  ) THEN
    RAISE EXCEPTION 'a requirement and the one it is part of belong to one regulation'
      USING ERRCODE = '23514', TABLE = 'requirements', COLUMN = 'parent_id', CONSTRAINT = 'requirements_one_regulation';
  END IF;
  PERFORM FROM {{schema}}.regulations g
  WHERE g.id IN (SELECT q.regulation_id FROM {{schema}}.requirements q WHERE q.id = ANY (v_moved)) ORDER BY g.id FOR NO KEY UPDATE;
  IF EXISTS (
    WITH RECURSIVE above AS (
      SELECT q.id AS start, q.parent_id AS at, 1 AS level FROM {{schema}}.requirements q WHERE q.id = ANY (v_moved)
      UNION ALL
      SELECT a.start, q.parent_id, a.level + 1 FROM above a JOIN {{schema}}.requirements q ON q.id = a.at
      WHERE a.at <> a.start AND a.level < 100
    )
    SELECT FROM above WHERE at = start OR level >= 100
  ) THEN
    RAISE EXCEPTION 'a requirement is not part of itself'
      USING ERRCODE = '23514', TABLE = 'requirements', COLUMN = 'parent_id', CONSTRAINT = 'requirements_no_cycle';
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.guard_tree() FROM PUBLIC;
CREATE TRIGGER guard_tree_insert AFTER INSERT ON {{schema}}.requirements REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.guard_tree();
CREATE TRIGGER guard_tree_update AFTER UPDATE ON {{schema}}.requirements
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.guard_tree();

-- The new columns are granted like the others of their tables.
DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
BEGIN
  PERFORM private.grant_table('{{schema}}', 'audit_reports', everyone, '{auditor}', '{auditor}', '{auditor}');
  PERFORM private.grant_table('{{schema}}', 'data_inventory', everyone, '{privacy}', '{privacy}', '{privacy}');
END
$guards$;
