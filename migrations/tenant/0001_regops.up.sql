-- RegOps: regulations with their requirements, assessments, policies, control sets, controls and what maps to what.
-- The *_list_idx indexes serve the order people expect of refs: numbers padded to twelve digits, so that AC-2 comes before
-- AC-10 (the same expression as naturalOrder in src/main/entities/columns.ts).

CREATE TABLE {{schema}}.regulations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  name varchar(255) NOT NULL,
  description text,
  jurisdiction varchar(100),
  type varchar(50) CHECK (type IN ('law', 'standard', 'framework', 'contract', 'internal')),
  status varchar(20) NOT NULL DEFAULT 'active' CHECK (status IN ('draft', 'active', 'superseded', 'retired')),
  version varchar(50),
  document_url varchar(500),
  parsed_content jsonb,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  -- additions to the ERD
  short_name varchar(60),
  source_format varchar(20),
  source_uuid varchar(64),
  source_sha256 varchar(64) CHECK (source_sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX regulations_name_id_idx ON {{schema}}.regulations (name, id);
CREATE UNIQUE INDEX regulations_name_version_key ON {{schema}}.regulations (name, coalesce(version, ''))
  WHERE archived_at IS NULL;
CREATE INDEX regulations_created_by_idx ON {{schema}}.regulations (created_by);
CREATE INDEX regulations_updated_by_idx ON {{schema}}.regulations (updated_by);

-- One node of a regulation's tree: family, requirement, enhancement or part.
CREATE TABLE {{schema}}.requirements (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  regulation_id uuid NOT NULL REFERENCES {{schema}}.regulations (id),
  parent_id uuid REFERENCES {{schema}}.requirements (id),
  ref_id varchar(100) NOT NULL,
  title varchar(500),
  text text,
  guidance text,
  kind varchar(20) NOT NULL CHECK (kind IN ('group', 'control', 'enhancement', 'part')),
  family varchar(60),
  assessable boolean NOT NULL DEFAULT false,
  order_index integer NOT NULL CHECK (order_index >= 0),
  depth integer NOT NULL CHECK (depth BETWEEN 0 AND 20),
  source_id varchar(255),
  params jsonb,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX requirements_order_index_id_idx ON {{schema}}.requirements (order_index, id);
CREATE INDEX requirements_regulation_order_idx ON {{schema}}.requirements (regulation_id, order_index, id);
CREATE UNIQUE INDEX requirements_regulation_source_key ON {{schema}}.requirements (regulation_id, source_id)
  WHERE archived_at IS NULL AND source_id IS NOT NULL;
CREATE INDEX requirements_parent_id_idx ON {{schema}}.requirements (parent_id);
CREATE INDEX requirements_created_by_idx ON {{schema}}.requirements (created_by);
CREATE INDEX requirements_updated_by_idx ON {{schema}}.requirements (updated_by);

CREATE TABLE {{schema}}.compliance_assessments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  regulation_id uuid REFERENCES {{schema}}.regulations (id),
  assessment_date date NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'in_progress'
    CHECK (status IN ('planned', 'in_progress', 'in_review', 'done', 'deprecated')),
  score integer,
  findings jsonb,
  recommendations jsonb,
  evidence jsonb,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX compliance_assessments_assessment_date_id_idx ON {{schema}}.compliance_assessments (assessment_date DESC NULLS LAST, id DESC);
CREATE INDEX compliance_assessments_regulation_id_idx ON {{schema}}.compliance_assessments (regulation_id);
CREATE INDEX compliance_assessments_created_by_idx ON {{schema}}.compliance_assessments (created_by);
CREATE INDEX compliance_assessments_updated_by_idx ON {{schema}}.compliance_assessments (updated_by);

CREATE TABLE {{schema}}.policies (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  name varchar(255) NOT NULL,
  description text,
  type varchar(50),
  status varchar(20) NOT NULL DEFAULT 'active' CHECK (status IN ('draft', 'in_review', 'approved', 'active', 'retired')),
  version varchar(50),
  content jsonb,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX policies_name_id_idx ON {{schema}}.policies (name, id);
CREATE INDEX policies_created_by_idx ON {{schema}}.policies (created_by);
CREATE INDEX policies_updated_by_idx ON {{schema}}.policies (updated_by);

CREATE TABLE {{schema}}.control_sets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  name varchar(255) NOT NULL,
  version varchar(50),
  description text,
  regulation_id uuid REFERENCES {{schema}}.regulations (id),
  status varchar(20) NOT NULL DEFAULT 'active' CHECK (status IN ('draft', 'active', 'retired')),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX control_sets_name_id_idx ON {{schema}}.control_sets (name, id);
CREATE UNIQUE INDEX control_sets_name_version_key ON {{schema}}.control_sets (name, coalesce(version, ''))
  WHERE archived_at IS NULL;
CREATE INDEX control_sets_regulation_id_idx ON {{schema}}.control_sets (regulation_id);
CREATE INDEX control_sets_created_by_idx ON {{schema}}.control_sets (created_by);
CREATE INDEX control_sets_updated_by_idx ON {{schema}}.control_sets (updated_by);

CREATE TABLE {{schema}}.controls (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  name varchar(255) NOT NULL,
  description text,
  type varchar(50) CHECK (type IN ('preventive', 'detective', 'corrective', 'directive')),
  status varchar(20) NOT NULL DEFAULT 'active'
    CHECK (status IN ('to_do', 'in_progress', 'on_hold', 'active', 'degraded', 'deprecated')),
  policy_id uuid REFERENCES {{schema}}.policies (id),
  control_set_id uuid REFERENCES {{schema}}.control_sets (id),
  validation_criteria jsonb,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  -- additions to the ERD
  ref varchar(60),
  family varchar(60),
  category varchar(20) CHECK (category IN ('policy', 'process', 'technical', 'physical')),
  key_control boolean NOT NULL DEFAULT false,
  owner_id uuid REFERENCES public.users (id),
  frequency varchar(20) CHECK (frequency IN ('continuous', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly', 'on_event')),
  next_test date,
  expires_on date,
  priority integer CHECK (priority BETWEEN 1 AND 4),
  effort varchar(2) CHECK (effort IN ('XS', 'S', 'M', 'L', 'XL')),
  maturity varchar(30)
  CHECK (maturity IN ('none', 'initial', 'managed', 'defined', 'quantitatively_managed', 'optimizing')),
  tags text[] NOT NULL DEFAULT '{}',
  -- from the newest test that has a result
  last_result varchar(20)
    CHECK (last_result IN ('not_tested', 'effective', 'partially_effective', 'ineffective', 'not_applicable')),
  last_tested date
);
CREATE INDEX controls_list_idx ON {{schema}}.controls (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C"), id);
CREATE INDEX controls_next_test_id_idx ON {{schema}}.controls (next_test, id);
CREATE INDEX controls_family_last_result_idx ON {{schema}}.controls (family, last_result);
CREATE UNIQUE INDEX controls_set_ref_key ON {{schema}}.controls (control_set_id, ref)
  WHERE archived_at IS NULL AND control_set_id IS NOT NULL AND ref IS NOT NULL;
CREATE INDEX controls_policy_id_idx ON {{schema}}.controls (policy_id);
CREATE INDEX controls_control_set_id_idx ON {{schema}}.controls (control_set_id);
CREATE INDEX controls_owner_id_idx ON {{schema}}.controls (owner_id);
CREATE INDEX controls_created_by_idx ON {{schema}}.controls (created_by);
CREATE INDEX controls_updated_by_idx ON {{schema}}.controls (updated_by);

-- Which control meets which requirement, how closely, and why.
CREATE TABLE {{schema}}.control_requirements (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  control_id uuid NOT NULL REFERENCES {{schema}}.controls (id),
  requirement_id uuid NOT NULL REFERENCES {{schema}}.requirements (id),
  relation varchar(20) NOT NULL CHECK (relation IN ('equal', 'subset', 'superset', 'intersect', 'not_related')),
  strength integer NOT NULL CHECK (strength BETWEEN 0 AND 10),
  rationale text,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX control_requirements_created_at_id_idx ON {{schema}}.control_requirements (created_at, id);
CREATE UNIQUE INDEX control_requirements_control_requirement_key ON {{schema}}.control_requirements (control_id, requirement_id)
  WHERE archived_at IS NULL;
CREATE INDEX control_requirements_control_id_idx ON {{schema}}.control_requirements (control_id);
CREATE INDEX control_requirements_requirement_id_idx ON {{schema}}.control_requirements (requirement_id);
CREATE INDEX control_requirements_created_by_idx ON {{schema}}.control_requirements (created_by);
CREATE INDEX control_requirements_updated_by_idx ON {{schema}}.control_requirements (updated_by);
