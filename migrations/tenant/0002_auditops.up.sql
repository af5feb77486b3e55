-- AuditOps: plans, tests, findings, actions, evidence, reports. The refs that people quote come from one sequence a table.
-- The *_list_idx indexes serve the order people expect of refs: numbers padded to twelve digits, so that AC-2 comes before
-- AC-10 (the same expression as naturalOrder in src/main/entities/columns.ts).

CREATE SEQUENCE {{schema}}.audit_plans_ref_seq;
CREATE SEQUENCE {{schema}}.control_tests_ref_seq;
CREATE SEQUENCE {{schema}}.findings_ref_seq;
CREATE SEQUENCE {{schema}}.actions_ref_seq;
CREATE SEQUENCE {{schema}}.audit_evidence_ref_seq;

CREATE TABLE {{schema}}.audit_plans (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  audit_name varchar(255) NOT NULL,
  audit_type varchar(50) CHECK (audit_type IN ('internal', 'external', 'certification', 'supplier', 'follow_up')),
  scope text,
  start_date date,
  end_date date,
  status varchar(20) NOT NULL DEFAULT 'planned'
  CHECK (status IN ('planned', 'fieldwork', 'review', 'reported', 'closed', 'cancelled')),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  -- additions to the ERD
  ref varchar(30) NOT NULL UNIQUE,
  regulation_id uuid REFERENCES {{schema}}.regulations (id),
  objective text,
  lead_id uuid REFERENCES public.users (id)
);
CREATE INDEX audit_plans_list_idx ON {{schema}}.audit_plans (start_date DESC NULLS LAST,
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C") DESC NULLS LAST,
  id DESC);
CREATE INDEX audit_plans_regulation_id_idx ON {{schema}}.audit_plans (regulation_id);
CREATE INDEX audit_plans_lead_id_idx ON {{schema}}.audit_plans (lead_id);
CREATE INDEX audit_plans_created_by_idx ON {{schema}}.audit_plans (created_by);
CREATE INDEX audit_plans_updated_by_idx ON {{schema}}.audit_plans (updated_by);

CREATE TABLE {{schema}}.control_tests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  control_id uuid REFERENCES {{schema}}.controls (id),
  test_date date NOT NULL,
  -- from the two axes below
  test_result varchar(20) NOT NULL DEFAULT 'not_tested'
  CHECK (test_result IN ('not_tested', 'effective', 'partially_effective', 'ineffective', 'not_applicable')),
  test_notes text,
  -- the list of evidence as it stood when the test was done
  evidence jsonb,
  tested_by uuid REFERENCES public.users (id),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  -- additions to the ERD
  ref varchar(30) NOT NULL UNIQUE,
  audit_plan_id uuid REFERENCES {{schema}}.audit_plans (id),
  requirement_id uuid REFERENCES {{schema}}.requirements (id),
  title varchar(255) NOT NULL,
  family varchar(60),
  status varchar(20) NOT NULL DEFAULT 'to_do' CHECK (status IN ('to_do', 'in_progress', 'in_review', 'done')),
  procedure text,
  design_effectiveness varchar(20)
  CHECK (design_effectiveness IN ('effective', 'partially_effective', 'ineffective', 'not_applicable')),
  design_notes text,
  operating_effectiveness varchar(20)
  CHECK (operating_effectiveness IN ('effective', 'partially_effective', 'ineffective', 'not_applicable')),
  operating_notes text
);
CREATE INDEX control_tests_list_idx ON {{schema}}.control_tests (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C"), id);
CREATE INDEX control_tests_newest_idx ON {{schema}}.control_tests (control_id, test_date DESC, created_at DESC);
CREATE INDEX control_tests_audit_plan_id_ref_idx ON {{schema}}.control_tests (audit_plan_id, ref);
CREATE INDEX control_tests_tested_by_idx ON {{schema}}.control_tests (tested_by);
CREATE INDEX control_tests_requirement_id_idx ON {{schema}}.control_tests (requirement_id);
CREATE INDEX control_tests_created_by_idx ON {{schema}}.control_tests (created_by);
CREATE INDEX control_tests_updated_by_idx ON {{schema}}.control_tests (updated_by);

CREATE TABLE {{schema}}.findings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  ref varchar(30) NOT NULL UNIQUE,
  title varchar(255) NOT NULL,
  kind varchar(30) NOT NULL
  CHECK (kind IN ('major_nonconformity', 'minor_nonconformity', 'observation', 'opportunity')),
  severity varchar(20) NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  status varchar(20) NOT NULL DEFAULT 'identified'
  CHECK (status IN ('identified', 'confirmed', 'assigned', 'in_progress', 'resolved', 'verified', 'closed', 'dismissed',
  'risk_accepted')),
  audit_plan_id uuid REFERENCES {{schema}}.audit_plans (id),
  control_test_id uuid REFERENCES {{schema}}.control_tests (id),
  control_id uuid REFERENCES {{schema}}.controls (id),
  owner_id uuid REFERENCES public.users (id),
  due_date date,
  criteria text,
  condition text,
  cause text,
  effect text,
  recommendation text,
  management_response text,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX findings_list_idx ON {{schema}}.findings (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C") DESC NULLS LAST,
  id DESC);
CREATE INDEX findings_status_due_date_idx ON {{schema}}.findings (status, due_date);
CREATE INDEX findings_due_date_id_idx ON {{schema}}.findings (due_date, id);
CREATE INDEX findings_audit_plan_id_idx ON {{schema}}.findings (audit_plan_id);
CREATE INDEX findings_control_test_id_idx ON {{schema}}.findings (control_test_id);
CREATE INDEX findings_control_id_idx ON {{schema}}.findings (control_id);
CREATE INDEX findings_owner_id_idx ON {{schema}}.findings (owner_id);
CREATE INDEX findings_created_by_idx ON {{schema}}.findings (created_by);
CREATE INDEX findings_updated_by_idx ON {{schema}}.findings (updated_by);

CREATE TABLE {{schema}}.actions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  ref varchar(30) NOT NULL UNIQUE,
  title varchar(255) NOT NULL,
  description text,
  finding_id uuid REFERENCES {{schema}}.findings (id),
  owner_id uuid REFERENCES public.users (id),
  due_date date,
  status varchar(20) NOT NULL DEFAULT 'to_do' CHECK (status IN ('to_do', 'in_progress', 'done', 'cancelled')),
  -- set while the state is done
  completed_at timestamptz,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX actions_list_idx ON {{schema}}.actions (due_date,
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C"), id);
CREATE INDEX actions_finding_id_idx ON {{schema}}.actions (finding_id);
CREATE INDEX actions_owner_id_idx ON {{schema}}.actions (owner_id);
CREATE INDEX actions_created_by_idx ON {{schema}}.actions (created_by);
CREATE INDEX actions_updated_by_idx ON {{schema}}.actions (updated_by);

CREATE TABLE {{schema}}.audit_evidence (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  audit_plan_id uuid REFERENCES {{schema}}.audit_plans (id),
  evidence_type varchar(50)
  CHECK (evidence_type IN ('photo', 'document', 'export', 'screenshot', 'interview', 'other')),
  description text,
  -- of the newest file, in the vault
  file_path varchar(500),
  uploaded_by uuid REFERENCES public.users (id),
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  -- additions to the ERD
  ref varchar(30) NOT NULL UNIQUE,
  title varchar(255) NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'draft'
  CHECK (status IN ('requested', 'draft', 'in_review', 'accepted', 'rejected', 'expired')),
  effective_date date,
  control_test_id uuid REFERENCES {{schema}}.control_tests (id),
  finding_id uuid REFERENCES {{schema}}.findings (id)
);
CREATE INDEX audit_evidence_uploaded_at_id_idx ON {{schema}}.audit_evidence (uploaded_at DESC NULLS LAST, id DESC);
CREATE INDEX audit_evidence_audit_plan_id_idx ON {{schema}}.audit_evidence (audit_plan_id);
CREATE INDEX audit_evidence_uploaded_by_idx ON {{schema}}.audit_evidence (uploaded_by);
CREATE INDEX audit_evidence_control_test_id_idx ON {{schema}}.audit_evidence (control_test_id);
CREATE INDEX audit_evidence_finding_id_idx ON {{schema}}.audit_evidence (finding_id);
CREATE INDEX audit_evidence_created_by_idx ON {{schema}}.audit_evidence (created_by);
CREATE INDEX audit_evidence_updated_by_idx ON {{schema}}.audit_evidence (updated_by);

-- A file of an evidence record: name, size, hash. The bytes lie sealed in a vault, never here. Never changed.
CREATE TABLE {{schema}}.evidence_files (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  evidence_id uuid NOT NULL REFERENCES {{schema}}.audit_evidence (id),
  file_name varchar(255) NOT NULL,
  media_type varchar(127) NOT NULL,
  size_bytes bigint NOT NULL CHECK (size_bytes BETWEEN 0 AND 9007199254740991),
  sha256 varchar(64) NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  version_number integer NOT NULL CHECK (version_number >= 1),
  device_id varchar(64) NOT NULL,
  captured_at timestamptz,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX evidence_files_created_at_id_idx ON {{schema}}.evidence_files (created_at, id);
CREATE UNIQUE INDEX evidence_files_content_key ON {{schema}}.evidence_files (evidence_id, sha256) WHERE archived_at IS NULL;
CREATE INDEX evidence_files_evidence_id_idx ON {{schema}}.evidence_files (evidence_id);
CREATE INDEX evidence_files_created_by_idx ON {{schema}}.evidence_files (created_by);
CREATE INDEX evidence_files_updated_by_idx ON {{schema}}.evidence_files (updated_by);

CREATE TABLE {{schema}}.audit_reports (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  audit_plan_id uuid REFERENCES {{schema}}.audit_plans (id),
  report_type varchar(50),
  findings jsonb,
  recommendations jsonb,
  overall_rating varchar(50)
  CHECK (overall_rating IN ('satisfactory', 'needs_improvement', 'unsatisfactory')),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX audit_reports_created_at_id_idx ON {{schema}}.audit_reports (created_at DESC NULLS LAST, id DESC);
CREATE INDEX audit_reports_audit_plan_id_idx ON {{schema}}.audit_reports (audit_plan_id);
CREATE INDEX audit_reports_created_by_idx ON {{schema}}.audit_reports (created_by);
CREATE INDEX audit_reports_updated_by_idx ON {{schema}}.audit_reports (updated_by);
