-- PrivacyOps: the record of processing, requests of data subjects, impact assessments, privacy controls.

CREATE TABLE {{schema}}.data_inventory (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  data_type varchar(100) NOT NULL,
  data_source varchar(255) NOT NULL,
  data_category varchar(100),
  sensitivity_level varchar(50),
  processing_purpose varchar(255),
  data_subjects jsonb,
  storage_location varchar(255),
  -- days
  retention_period integer CHECK (retention_period >= 0),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX data_inventory_data_type_id_idx ON {{schema}}.data_inventory (data_type, id);
CREATE INDEX data_inventory_created_by_idx ON {{schema}}.data_inventory (created_by);
CREATE INDEX data_inventory_updated_by_idx ON {{schema}}.data_inventory (updated_by);

CREATE TABLE {{schema}}.dsr_requests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  request_type varchar(50) NOT NULL
  CHECK (request_type IN ('access', 'rectification', 'erasure', 'restriction', 'portability', 'objection', 'automated_decision',
  'complaint')),
  status varchar(20) NOT NULL DEFAULT 'pending'
  CHECK (status IN ('pending', 'identity_check', 'in_progress', 'on_hold', 'fulfilled', 'rejected', 'withdrawn')),
  data_subject_id varchar(255),
  request_details jsonb,
  fulfillment_status varchar(50),
  completed_at timestamptz,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  -- additions to the ERD
  data_inventory_id uuid REFERENCES {{schema}}.data_inventory (id)
);
CREATE INDEX dsr_requests_created_at_id_idx ON {{schema}}.dsr_requests (created_at DESC NULLS LAST, id DESC);
CREATE INDEX dsr_requests_data_inventory_id_idx ON {{schema}}.dsr_requests (data_inventory_id);
CREATE INDEX dsr_requests_created_by_idx ON {{schema}}.dsr_requests (created_by);
CREATE INDEX dsr_requests_updated_by_idx ON {{schema}}.dsr_requests (updated_by);

CREATE TABLE {{schema}}.dpias (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  project_name varchar(255) NOT NULL,
  assessment_type varchar(50),
  status varchar(20) NOT NULL DEFAULT 'in_progress'
  CHECK (status IN ('in_progress', 'evaluation', 'to_be_fixed', 'improvable', 'acceptable', 'signed', 'archived', 'refused')),
  risk_level varchar(50),
  findings jsonb,
  recommendations jsonb,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX dpias_project_name_id_idx ON {{schema}}.dpias (project_name, id);
CREATE INDEX dpias_created_by_idx ON {{schema}}.dpias (created_by);
CREATE INDEX dpias_updated_by_idx ON {{schema}}.dpias (updated_by);

CREATE TABLE {{schema}}.privacy_controls (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  control_type varchar(100) NOT NULL,
  description text,
  implementation_status varchar(50)
  CHECK (implementation_status IN ('not_started', 'planned', 'partial', 'implemented', 'not_applicable')),
  effectiveness_score integer CHECK (effectiveness_score BETWEEN 0 AND 100),
  last_tested date,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX privacy_controls_control_type_id_idx ON {{schema}}.privacy_controls (control_type, id);
CREATE INDEX privacy_controls_created_by_idx ON {{schema}}.privacy_controls (created_by);
CREATE INDEX privacy_controls_updated_by_idx ON {{schema}}.privacy_controls (updated_by);
