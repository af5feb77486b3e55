-- A workpaper's marks: references to other papers by marks that stay, and the tenant's tick marks beside texts and items.

CREATE TABLE {{schema}}.cross_references (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  control_test_id uuid NOT NULL REFERENCES {{schema}}.control_tests (id),
  mark varchar(12),
  to_test_id uuid REFERENCES {{schema}}.control_tests (id),
  to_evidence_id uuid REFERENCES {{schema}}.audit_evidence (id),
  to_requirement_id uuid REFERENCES {{schema}}.requirements (id),
  to_finding_id uuid REFERENCES {{schema}}.findings (id),
  to_sample_id uuid REFERENCES {{schema}}.samples (id),
  place varchar(20) NOT NULL CHECK (place IN ('procedure', 'design', 'operation', 'notes', 'sample')),
  note varchar(500),
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT cross_references_to_one CHECK (num_nonnulls(to_test_id, to_evidence_id, to_requirement_id, to_finding_id, to_sample_id) = 1),
  CONSTRAINT cross_references_to_another CHECK (to_test_id <> control_test_id)
);
CREATE INDEX cross_references_created_by_idx ON {{schema}}.cross_references (created_by);
CREATE INDEX cross_references_updated_by_idx ON {{schema}}.cross_references (updated_by);
CREATE INDEX cross_references_control_test_id_idx ON {{schema}}.cross_references (control_test_id);
CREATE INDEX cross_references_to_test_id_idx ON {{schema}}.cross_references (to_test_id);
CREATE INDEX cross_references_to_evidence_id_idx ON {{schema}}.cross_references (to_evidence_id);
CREATE INDEX cross_references_to_requirement_id_idx ON {{schema}}.cross_references (to_requirement_id);
CREATE INDEX cross_references_to_finding_id_idx ON {{schema}}.cross_references (to_finding_id);
CREATE INDEX cross_references_to_sample_id_idx ON {{schema}}.cross_references (to_sample_id);
CREATE UNIQUE INDEX cross_references_once_key ON {{schema}}.cross_references (control_test_id, coalesce(to_test_id, to_evidence_id, to_requirement_id, to_finding_id, to_sample_id), place)
  WHERE archived_at IS NULL;
CREATE INDEX cross_references_created_at_id_idx ON {{schema}}.cross_references (created_at, id);

-- The tenant's legend.
CREATE TABLE {{schema}}.tick_marks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  symbol varchar(4) NOT NULL CHECK (btrim(symbol) <> ''),
  meaning varchar(255) NOT NULL CHECK (btrim(meaning) <> ''),
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX tick_marks_created_by_idx ON {{schema}}.tick_marks (created_by);
CREATE INDEX tick_marks_updated_by_idx ON {{schema}}.tick_marks (updated_by);
CREATE UNIQUE INDEX tick_marks_symbol_key ON {{schema}}.tick_marks (symbol) WHERE archived_at IS NULL;
CREATE INDEX tick_marks_created_at_id_idx ON {{schema}}.tick_marks (created_at, id);

CREATE TABLE {{schema}}.ticks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  control_test_id uuid NOT NULL REFERENCES {{schema}}.control_tests (id),
  tick_mark_id uuid NOT NULL REFERENCES {{schema}}.tick_marks (id),
  sample_item_id uuid REFERENCES {{schema}}.sample_items (id),
  place varchar(20) NOT NULL CHECK (place IN ('procedure', 'design', 'operation', 'notes', 'sample')),
  note varchar(500),
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT ticks_item_of_sample CHECK (place = 'sample' OR sample_item_id IS NULL)
);
CREATE INDEX ticks_created_by_idx ON {{schema}}.ticks (created_by);
CREATE INDEX ticks_updated_by_idx ON {{schema}}.ticks (updated_by);
CREATE INDEX ticks_control_test_id_idx ON {{schema}}.ticks (control_test_id);
CREATE INDEX ticks_tick_mark_id_idx ON {{schema}}.ticks (tick_mark_id);
CREATE INDEX ticks_sample_item_id_idx ON {{schema}}.ticks (sample_item_id);
CREATE INDEX ticks_created_at_id_idx ON {{schema}}.ticks (created_at, id);
CREATE UNIQUE INDEX ticks_once_key ON {{schema}}.ticks (control_test_id, tick_mark_id, place, coalesce(sample_item_id, '00000000-0000-0000-0000-000000000000'))
  WHERE archived_at IS NULL;

-- The mark of a reference: a letter for the kind, a number that counts within the audit. The same paper has the same mark on every sheet
-- of an audit, and keeps it for good, archived references included. The plan is locked while a number is drawn; sheets without a plan
-- share their count. What is referred to has to be seen.
CREATE FUNCTION {{schema}}.mark_reference() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_target uuid := coalesce(NEW.to_test_id, NEW.to_evidence_id, NEW.to_requirement_id, NEW.to_finding_id, NEW.to_sample_id);
  v_letter text := CASE WHEN NEW.to_test_id IS NOT NULL THEN 'W' WHEN NEW.to_evidence_id IS NOT NULL THEN 'E'
    WHEN NEW.to_requirement_id IS NOT NULL THEN 'R' WHEN NEW.to_finding_id IS NOT NULL THEN 'F' ELSE 'S' END;
  v_plan uuid;
BEGIN
  IF left(current_setting('role'), 39) = '{{role}}' AND {{schema}}.is_hidden(v_target) THEN
    RAISE EXCEPTION 'cross_references: what is referred to is not there' USING ERRCODE = '23503', TABLE = 'cross_references';
  END IF;
  IF NEW.mark IS NOT NULL THEN
    RETURN NEW;
  END IF;
  SELECT t.audit_plan_id INTO v_plan FROM {{schema}}.control_tests t WHERE t.id = NEW.control_test_id;
  PERFORM FROM {{schema}}.audit_plans p WHERE p.id = v_plan FOR NO KEY UPDATE;
  SELECT max(c.mark) INTO NEW.mark FROM {{schema}}.cross_references c JOIN {{schema}}.control_tests t ON t.id = c.control_test_id
  WHERE coalesce(c.to_test_id, c.to_evidence_id, c.to_requirement_id, c.to_finding_id, c.to_sample_id) = v_target
    AND t.audit_plan_id IS NOT DISTINCT FROM v_plan;
  IF NEW.mark IS NULL THEN
    SELECT v_letter || '-' || (coalesce(max(split_part(c.mark, '-', 2)::integer), 0) + 1) INTO NEW.mark
    FROM {{schema}}.cross_references c JOIN {{schema}}.control_tests t ON t.id = c.control_test_id
    WHERE left(c.mark, 1) = v_letter AND t.audit_plan_id IS NOT DISTINCT FROM v_plan;
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.mark_reference() FROM PUBLIC;

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  audit text[] := '{auditor}';
BEGIN
  PERFORM {{schema}}.guard_audit_part('cross_references', 'work', '{control_tests,control_test_id}');
  PERFORM private.grant_table('{{schema}}', 'cross_references', everyone, audit, audit, audit, '{mark}', '{control_test_id,to_test_id,to_evidence_id,to_requirement_id,to_finding_id,to_sample_id,place}');
  PERFORM {{schema}}.guard_audit_part('ticks', 'work', '{control_tests,control_test_id}');
  PERFORM private.grant_table('{{schema}}', 'ticks', everyone, audit, audit, audit, '{}', '{control_test_id,tick_mark_id,sample_item_id,place}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'tick_marks');
  EXECUTE 'CREATE OR REPLACE TRIGGER a_open_tenant BEFORE INSERT OR UPDATE OR DELETE ON {{schema}}.tick_marks
    FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.require_open(''tick_marks'', ''auditops'')';
  PERFORM private.guard_restricted('{{schema}}', 'tick_marks');
  PERFORM private.grant_table('{{schema}}', 'tick_marks', everyone, audit, audit, audit);
  EXECUTE 'CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.tick_marks
    FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL) EXECUTE FUNCTION {{schema}}.guard_archived(''tick_marks'')';
  EXECUTE 'CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.tick_marks
    FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change(''tick_marks'')';
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'cross_references', '{mark,note}', NULL, 'mark');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'tick_marks', '{symbol,meaning}', NULL, 'symbol');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'ticks', '{note}', NULL, 'note');
END
$guards$;
CREATE TRIGGER mark_reference BEFORE INSERT ON {{schema}}.cross_references FOR EACH ROW EXECUTE FUNCTION {{schema}}.mark_reference();

-- Marks are part of what is signed.
CREATE OR REPLACE FUNCTION {{schema}}.signed_parts(p_test uuid) RETURNS jsonb
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
      WHERE x.control_test_id = p_test AND x.archived_at IS NULL),
    'cross_references', (
      SELECT jsonb_object_agg(c.id, concat_ws(' · ', c.mark, c.place, c.note)) FROM {{schema}}.cross_references c
      WHERE c.control_test_id = p_test AND c.archived_at IS NULL),
    'ticks', (
      SELECT jsonb_object_agg(k.id, concat_ws(' · ', l.symbol, k.place, k.note)) FROM {{schema}}.ticks k JOIN {{schema}}.tick_marks l ON l.id = k.tick_mark_id
      WHERE k.control_test_id = p_test AND k.archived_at IS NULL));
END
$$;
CREATE TRIGGER touch_signed AFTER INSERT OR UPDATE ON {{schema}}.cross_references FOR EACH ROW EXECUTE FUNCTION {{schema}}.touch_signed('cross_references');
CREATE TRIGGER touch_signed AFTER INSERT OR UPDATE ON {{schema}}.ticks FOR EACH ROW EXECUTE FUNCTION {{schema}}.touch_signed('ticks');
