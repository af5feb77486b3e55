-- RiskOps: the risk register, vulnerabilities, vendors, continuity plans.

CREATE TABLE {{schema}}.risk_register (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  risk_name varchar(255) NOT NULL,
  risk_category varchar(100),
  risk_type varchar(50),
  likelihood varchar(50),
  impact varchar(50),
  risk_score integer,
  mitigation_strategy text,
  owner_id uuid REFERENCES public.users (id),
  -- The ERD's default 'active' is no state of a risk; a new risk is open.
  status varchar(20) NOT NULL DEFAULT 'open'
  CHECK (status IN ('open', 'mitigating', 'accepted', 'transferred', 'avoided', 'closed')),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX risk_register_risk_score_id_idx ON {{schema}}.risk_register (risk_score DESC NULLS LAST, id DESC);
CREATE INDEX risk_register_owner_id_idx ON {{schema}}.risk_register (owner_id);
CREATE INDEX risk_register_created_by_idx ON {{schema}}.risk_register (created_by);
CREATE INDEX risk_register_updated_by_idx ON {{schema}}.risk_register (updated_by);

CREATE TABLE {{schema}}.vulnerabilities (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  vulnerability_id varchar(100) NOT NULL,
  title varchar(255) NOT NULL,
  severity varchar(50) CHECK (severity IN ('none', 'low', 'medium', 'high', 'critical')),
  cvss_score numeric CHECK (cvss_score BETWEEN 0 AND 10),
  description text,
  remediation text,
  status varchar(20) NOT NULL DEFAULT 'open'
  CHECK (status IN ('open', 'in_progress', 'mitigated', 'fixed', 'not_exploitable', 'unaffected', 'risk_accepted')),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  -- additions to the ERD
  risk_id uuid REFERENCES {{schema}}.risk_register (id)
);
CREATE INDEX vulnerabilities_cvss_score_id_idx ON {{schema}}.vulnerabilities (cvss_score DESC NULLS LAST, id DESC);
CREATE INDEX vulnerabilities_vulnerability_id_idx ON {{schema}}.vulnerabilities (vulnerability_id);
CREATE INDEX vulnerabilities_risk_id_idx ON {{schema}}.vulnerabilities (risk_id);
CREATE INDEX vulnerabilities_created_by_idx ON {{schema}}.vulnerabilities (created_by);
CREATE INDEX vulnerabilities_updated_by_idx ON {{schema}}.vulnerabilities (updated_by);

CREATE TABLE {{schema}}.vendor_assessments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  vendor_name varchar(255) NOT NULL,
  assessment_date date NOT NULL,
  risk_score integer,
  findings jsonb,
  recommendations jsonb,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX vendor_assessments_vendor_name_assessment_date_id_idx
  ON {{schema}}.vendor_assessments (vendor_name, assessment_date DESC NULLS LAST, id);
CREATE INDEX vendor_assessments_created_by_idx ON {{schema}}.vendor_assessments (created_by);
CREATE INDEX vendor_assessments_updated_by_idx ON {{schema}}.vendor_assessments (updated_by);

CREATE TABLE {{schema}}.business_continuity (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  plan_name varchar(255) NOT NULL,
  plan_type varchar(50) CHECK (plan_type IN ('bcp', 'drp', 'crisis', 'backup')),
  status varchar(20) NOT NULL DEFAULT 'active' CHECK (status IN ('draft', 'in_review', 'active', 'retired')),
  -- minutes
  rto integer CHECK (rto >= 0),
  rpo integer CHECK (rpo >= 0),
  test_results jsonb,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX business_continuity_plan_name_id_idx ON {{schema}}.business_continuity (plan_name, id);
CREATE INDEX business_continuity_created_by_idx ON {{schema}}.business_continuity (created_by);
CREATE INDEX business_continuity_updated_by_idx ON {{schema}}.business_continuity (updated_by);
