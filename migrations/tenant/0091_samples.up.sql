-- Samples that another machine draws again: the population's hash, the method, the seed and the algorithm's version stand here; the
-- population itself never does, only the items that were drawn. What was drawn never changes; what its test showed is filled in.

CREATE SEQUENCE {{schema}}.samples_ref_seq;
CREATE TABLE {{schema}}.samples (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  ref varchar(30) NOT NULL,
  control_test_id uuid NOT NULL REFERENCES {{schema}}.control_tests (id),
  title varchar(255) NOT NULL CHECK (btrim(title) <> ''),
  method varchar(20) NOT NULL CHECK (method IN ('random', 'systematic', 'monetary_unit', 'attribute', 'stratified')),
  algorithm varchar(40) NOT NULL CHECK (algorithm ~ '^kompl-sample-[0-9]+$'),
  seed varchar(64) NOT NULL CHECK (seed ~ '^[0-9a-f]{64}$'),
  population_name varchar(255) NOT NULL,
  population_sha256 varchar(64) NOT NULL CHECK (population_sha256 ~ '^[0-9a-f]{64}$'),
  content_sha256 varchar(64) NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
  population_rows integer NOT NULL CHECK (population_rows >= 1),
  sheet varchar(255),
  key_column varchar(255) NOT NULL,
  amount_column varchar(255),
  stratum_column varchar(255),
  population_total varchar(30) CHECK (population_total ~ '^-?[0-9]{1,15}(\.[0-9]{1,4})?$'),
  sample_size integer NOT NULL CHECK (sample_size BETWEEN 1 AND 10000),
  parameters jsonb NOT NULL,
  conclusion text,
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX samples_created_by_idx ON {{schema}}.samples (created_by);
CREATE INDEX samples_updated_by_idx ON {{schema}}.samples (updated_by);
CREATE UNIQUE INDEX samples_ref_key ON {{schema}}.samples (ref);
CREATE INDEX samples_control_test_id_idx ON {{schema}}.samples (control_test_id);
CREATE INDEX samples_created_at_id_idx ON {{schema}}.samples (created_at DESC NULLS LAST, id DESC);

CREATE TABLE {{schema}}.sample_items (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  sample_id uuid NOT NULL REFERENCES {{schema}}.samples (id),
  control_test_id uuid NOT NULL REFERENCES {{schema}}.control_tests (id),
  position integer NOT NULL CHECK (position >= 1),
  item_key varchar(500) NOT NULL,
  amount varchar(30) CHECK (amount ~ '^-?[0-9]{1,15}(\.[0-9]{1,4})?$'),
  stratum varchar(255),
  details jsonb,
  result varchar(20) NOT NULL DEFAULT 'open' CHECK (result IN ('open', 'pass', 'exception', 'not_applicable')),
  audited_amount varchar(30) CHECK (audited_amount ~ '^-?[0-9]{1,15}(\.[0-9]{1,4})?$'),
  note text,
  evidence_id uuid REFERENCES {{schema}}.audit_evidence (id),
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX sample_items_created_by_idx ON {{schema}}.sample_items (created_by);
CREATE INDEX sample_items_updated_by_idx ON {{schema}}.sample_items (updated_by);
CREATE UNIQUE INDEX sample_items_position_key ON {{schema}}.sample_items (sample_id, position);
CREATE UNIQUE INDEX sample_items_item_key ON {{schema}}.sample_items (sample_id, item_key);
CREATE INDEX sample_items_sample_id_idx ON {{schema}}.sample_items (sample_id);
CREATE INDEX sample_items_control_test_id_idx ON {{schema}}.sample_items (control_test_id);
CREATE INDEX sample_items_evidence_id_idx ON {{schema}}.sample_items (evidence_id);
CREATE INDEX sample_items_position_id_idx ON {{schema}}.sample_items (position, id);

-- What went otherwise than the control says, found in a sample's item or elsewhere in the test.
CREATE TABLE {{schema}}.test_exceptions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  control_test_id uuid NOT NULL REFERENCES {{schema}}.control_tests (id),
  sample_item_id uuid REFERENCES {{schema}}.sample_items (id),
  finding_id uuid REFERENCES {{schema}}.findings (id),
  title varchar(255) NOT NULL CHECK (btrim(title) <> ''),
  kind varchar(20) NOT NULL CHECK (kind IN ('not_performed', 'late', 'incomplete', 'unauthorised', 'wrong_amount', 'other')),
  description text,
  cause text,
  restricted_root uuid,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX test_exceptions_created_by_idx ON {{schema}}.test_exceptions (created_by);
CREATE INDEX test_exceptions_updated_by_idx ON {{schema}}.test_exceptions (updated_by);
CREATE INDEX test_exceptions_control_test_id_idx ON {{schema}}.test_exceptions (control_test_id);
CREATE INDEX test_exceptions_sample_item_id_idx ON {{schema}}.test_exceptions (sample_item_id);
CREATE INDEX test_exceptions_finding_id_idx ON {{schema}}.test_exceptions (finding_id);
CREATE INDEX test_exceptions_created_at_id_idx ON {{schema}}.test_exceptions (created_at, id);

-- Draws a sample: itself and all its items at once, or nothing. No role writes these rows otherwise, so that what stands there was
-- drawn whole. p_sample and p_items hold columns by their names. Returns the sample's id.
CREATE FUNCTION {{schema}}.draw_sample(p_sample jsonb, p_items jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_test uuid := p_sample ->> 'control_test_id';
  v_standing text := {{schema}}.team_standing({{schema}}.plan_of('samples', p_sample));
  v_id uuid;
  v_items integer;
BEGIN
  IF current_setting('role') <> '{{role}}_auditor' OR public.current_person() IS NULL THEN
    RAISE EXCEPTION 'this function does not draw samples' USING ERRCODE = '42501';
  END IF;
  IF v_standing IN ('observer', 'none') THEN
    RAISE EXCEPTION 'samples: % in this audit', v_standing USING ERRCODE = 'KP090', TABLE = 'samples';
  END IF;
  -- guard_part asks for the audit's state, the test's approval and who may see it
  INSERT INTO {{schema}}.samples (id, control_test_id, title, method, algorithm, seed, population_name, population_sha256, content_sha256,
    population_rows, sheet, key_column, amount_column, stratum_column, population_total, sample_size, parameters)
  SELECT r.id, r.control_test_id, r.title, r.method, r.algorithm, r.seed, r.population_name, r.population_sha256, r.content_sha256,
    r.population_rows, r.sheet, r.key_column, r.amount_column, r.stratum_column, r.population_total, r.sample_size, r.parameters
  FROM jsonb_to_record(p_sample) AS r (id uuid, control_test_id uuid, title text, method text, algorithm text, seed text,
    population_name text, population_sha256 text, content_sha256 text, population_rows integer, sheet text, key_column text,
    amount_column text, stratum_column text, population_total text, sample_size integer, parameters jsonb)
  RETURNING id INTO v_id;
  INSERT INTO {{schema}}.sample_items (id, sample_id, control_test_id, position, item_key, amount, stratum, details)
  SELECT r.id, v_id, v_test, r.position, r.item_key, r.amount, r.stratum, nullif(r.details, 'null'::jsonb)
  FROM jsonb_to_recordset(p_items) AS r (id uuid, position integer, item_key text, amount text, stratum text, details jsonb)
  ORDER BY r.position;
  GET DIAGNOSTICS v_items = ROW_COUNT;
  IF v_items <> (p_sample ->> 'sample_size')::integer
    OR (SELECT max(i.position) FROM {{schema}}.sample_items i WHERE i.sample_id = v_id) <> v_items THEN
    RAISE EXCEPTION 'samples: % items of %', v_items, p_sample ->> 'sample_size'
      USING ERRCODE = '23514', TABLE = 'samples', COLUMN = 'sample_size', CONSTRAINT = 'samples_drawn_whole';
  END IF;
  RETURN v_id;
END
$$;

-- An exception of an item belongs to the item's test.
CREATE FUNCTION {{schema}}.guard_exception() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM {{schema}}.sample_items i WHERE i.id = NEW.sample_item_id AND i.control_test_id <> NEW.control_test_id) THEN
    RAISE EXCEPTION 'test_exceptions: the item belongs to another test'
      USING ERRCODE = '23514', TABLE = 'test_exceptions', COLUMN = 'sample_item_id', CONSTRAINT = 'test_exceptions_one_test';
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.draw_sample(jsonb, jsonb), {{schema}}.guard_exception() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.draw_sample(jsonb, jsonb) TO {{role}}_auditor;

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  audit text[] := '{auditor}';
BEGIN
  PERFORM {{schema}}.guard_audit_part('samples', 'work', '{control_tests,control_test_id}');
  PERFORM private.grant_table('{{schema}}', 'samples', everyone, '{}', audit, audit, '{ref,control_test_id,method,algorithm,seed,population_name,population_sha256,content_sha256,population_rows,sheet,key_column,amount_column,stratum_column,population_total,sample_size,parameters}');
  PERFORM {{schema}}.guard_audit_part('sample_items', 'work', '{samples,sample_id,control_tests,control_test_id}');
  PERFORM private.grant_table('{{schema}}', 'sample_items', everyone, '{}', audit, '{}', '{sample_id,control_test_id,position,item_key,amount,stratum,details}');
  PERFORM {{schema}}.guard_audit_part('test_exceptions', 'work', '{control_tests,control_test_id}');
  PERFORM private.grant_table('{{schema}}', 'test_exceptions', everyone, audit, audit, audit, '{}', '{control_test_id,sample_item_id}');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'samples', '{ref,title,population_name}', 'ref', 'title');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'sample_items', '{item_key,note}', NULL, 'item_key');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'test_exceptions', '{title,description}', NULL, 'title');
END
$guards$;
CREATE TRIGGER guard_exception BEFORE INSERT OR UPDATE ON {{schema}}.test_exceptions
  FOR EACH ROW WHEN (NEW.sample_item_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.guard_exception();
CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.samples
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('samples', 'SA-', '3');
