-- Policies as versioned documents. A policy is what the document is called and who looks after it; what it says stands in its versions.
-- A version that was approved stays as it is for ever, one version at most is in force, and the policy's state follows from its versions.
-- People acknowledge a version by its hash, each for themselves.

CREATE SEQUENCE {{schema}}.policies_ref_seq;
ALTER TABLE {{schema}}.policies ADD COLUMN ref varchar(30);
ALTER TABLE {{schema}}.policies ADD COLUMN scope text;
ALTER TABLE {{schema}}.policies ADD COLUMN owner_id uuid REFERENCES public.users (id);
ALTER TABLE {{schema}}.policies ADD COLUMN review_date date;
-- the label of the version in force
ALTER TABLE {{schema}}.policies ADD COLUMN version_in_force varchar(20);
ALTER TABLE {{schema}}.policies ADD COLUMN in_force_since date;
-- saying why retires the policy; taking it away begins it anew
ALTER TABLE {{schema}}.policies ADD COLUMN retired_reason text;
UPDATE {{schema}}.policies SET ref = 'POL-' || lpad(nextval('{{schema}}.policies_ref_seq')::text, 3, '0'),
  retired_reason = CASE WHEN status = 'retired' THEN 'Retired before reasons were kept' END;
ALTER TABLE {{schema}}.policies ALTER COLUMN ref SET NOT NULL;
ALTER TABLE {{schema}}.policies ADD CONSTRAINT policies_ref_key UNIQUE (ref);
ALTER TABLE {{schema}}.policies ADD CONSTRAINT policies_retired_says_why
  CHECK ((status = 'retired') = (btrim(coalesce(retired_reason, ''), E' \t\r\n') <> ''));
CREATE INDEX policies_list_idx ON {{schema}}.policies (
  (regexp_replace(regexp_replace(lower(ref), '(\d+)', '000000000000\1', 'g'), '0*(\d{12})(?!\d)', '\1', 'g') COLLATE "C"), id);
CREATE INDEX policies_owner_id_idx ON {{schema}}.policies (owner_id);
CREATE INDEX policies_review_date_id_idx ON {{schema}}.policies (review_date, id);

CREATE TABLE {{schema}}.policy_versions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  policy_id uuid NOT NULL REFERENCES {{schema}}.policies (id),
  -- how it follows the one before: a major version is acknowledged again, a minor one is not
  change varchar(20) NOT NULL DEFAULT 'minor' CHECK (change IN ('major', 'minor')),
  major integer NOT NULL CHECK (major BETWEEN 1 AND 9999),
  minor integer NOT NULL CHECK (minor BETWEEN 0 AND 9999),
  label varchar(20) NOT NULL,
  title varchar(300) NOT NULL,
  change_note text,
  -- Markdown
  content text NOT NULL DEFAULT '' CHECK (length(content) <= 400000),
  -- of the content in UTF-8, so that anybody computes it from an exported file
  content_sha256 varchar(64) NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
  status varchar(20) NOT NULL DEFAULT 'draft'
    CHECK (status IN ('draft', 'in_review', 'approved', 'active', 'superseded', 'withdrawn')),
  -- in force from this day on, and up to the day before the other
  in_force_from date,
  in_force_until date,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  restricted_root uuid,
  CONSTRAINT policy_versions_label_of_numbers CHECK (label = major::text || '.' || minor::text),
  CONSTRAINT policy_versions_label_key UNIQUE (policy_id, major, minor),
  CONSTRAINT policy_versions_in_force_whole CHECK ((status IN ('active', 'superseded')) = (in_force_from IS NOT NULL)),
  CONSTRAINT policy_versions_ended_whole CHECK ((status = 'superseded') = (in_force_until IS NOT NULL)),
  CONSTRAINT policy_versions_period CHECK (in_force_until >= in_force_from)
);
-- One version is worked on, one is in force.
CREATE UNIQUE INDEX policy_versions_open_key ON {{schema}}.policy_versions (policy_id)
  WHERE status IN ('draft', 'in_review', 'approved') AND archived_at IS NULL;
CREATE UNIQUE INDEX policy_versions_in_force_key ON {{schema}}.policy_versions (policy_id) WHERE status = 'active';
CREATE INDEX policy_versions_created_at_id_idx ON {{schema}}.policy_versions (created_at, id);
CREATE INDEX policy_versions_created_by_idx ON {{schema}}.policy_versions (created_by);
CREATE INDEX policy_versions_updated_by_idx ON {{schema}}.policy_versions (updated_by);

CREATE TABLE {{schema}}.policy_requirements (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  policy_id uuid NOT NULL REFERENCES {{schema}}.policies (id),
  requirement_id uuid NOT NULL REFERENCES {{schema}}.requirements (id),
  note varchar(500),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  restricted_root uuid
);
CREATE INDEX policy_requirements_created_at_id_idx ON {{schema}}.policy_requirements (created_at, id);
CREATE UNIQUE INDEX policy_requirements_once_key ON {{schema}}.policy_requirements (policy_id, requirement_id) WHERE archived_at IS NULL;
CREATE INDEX policy_requirements_policy_id_idx ON {{schema}}.policy_requirements (policy_id);
CREATE INDEX policy_requirements_requirement_id_idx ON {{schema}}.policy_requirements (requirement_id);
CREATE INDEX policy_requirements_created_by_idx ON {{schema}}.policy_requirements (created_by);
CREATE INDEX policy_requirements_updated_by_idx ON {{schema}}.policy_requirements (updated_by);

CREATE TABLE {{schema}}.policy_controls (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  policy_id uuid NOT NULL REFERENCES {{schema}}.policies (id),
  control_id uuid NOT NULL REFERENCES {{schema}}.controls (id),
  note varchar(500),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  restricted_root uuid
);
CREATE INDEX policy_controls_created_at_id_idx ON {{schema}}.policy_controls (created_at, id);
CREATE UNIQUE INDEX policy_controls_once_key ON {{schema}}.policy_controls (policy_id, control_id) WHERE archived_at IS NULL;
CREATE INDEX policy_controls_policy_id_idx ON {{schema}}.policy_controls (policy_id);
CREATE INDEX policy_controls_control_id_idx ON {{schema}}.policy_controls (control_id);
CREATE INDEX policy_controls_created_by_idx ON {{schema}}.policy_controls (created_by);
CREATE INDEX policy_controls_updated_by_idx ON {{schema}}.policy_controls (updated_by);

-- A version put to people, and what each of them answered.
CREATE TABLE {{schema}}.policy_rounds (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  policy_id uuid NOT NULL REFERENCES {{schema}}.policies (id),
  version_id uuid NOT NULL REFERENCES {{schema}}.policy_versions (id),
  title varchar(300) NOT NULL,
  audience varchar(20) NOT NULL CHECK (audience IN ('everyone', 'functions', 'people')),
  functions text[] NOT NULL DEFAULT '{}' CHECK (functions <@ '{viewer,auditor,compliance,privacy,risk,admin}'),
  -- ids of people
  people text[] NOT NULL DEFAULT '{}' CHECK (array_to_string(people, ',', '') ~ '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(,|$))*$'),
  due_date date NOT NULL,
  note text,
  status varchar(20) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  asked integer NOT NULL DEFAULT 0 CHECK (asked >= 0),
  acknowledged integer NOT NULL DEFAULT 0 CHECK (acknowledged BETWEEN 0 AND asked),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  restricted_root uuid,
  CONSTRAINT policy_rounds_audience_named CHECK (
    (audience = 'functions') = (functions <> '{}') AND (audience = 'people') = (people <> '{}'))
);
CREATE INDEX policy_rounds_due_date_id_idx ON {{schema}}.policy_rounds (due_date, id);
CREATE INDEX policy_rounds_policy_id_idx ON {{schema}}.policy_rounds (policy_id, created_at);
CREATE INDEX policy_rounds_version_id_idx ON {{schema}}.policy_rounds (version_id);
CREATE INDEX policy_rounds_created_by_idx ON {{schema}}.policy_rounds (created_by);
CREATE INDEX policy_rounds_updated_by_idx ON {{schema}}.policy_rounds (updated_by);

CREATE TABLE {{schema}}.policy_acknowledgements (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  round_id uuid NOT NULL REFERENCES {{schema}}.policy_rounds (id),
  policy_id uuid NOT NULL REFERENCES {{schema}}.policies (id),
  version_id uuid NOT NULL REFERENCES {{schema}}.policy_versions (id),
  title varchar(300) NOT NULL,
  version_sha256 varchar(64) NOT NULL CHECK (version_sha256 ~ '^[0-9a-f]{64}$'),
  person_id uuid NOT NULL REFERENCES public.users (id),
  due_date date NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acknowledged', 'lapsed')),
  -- the hash of the text that the person had before them
  read_sha256 varchar(64),
  acknowledged_at timestamptz,
  -- the workstation that the operation came from; empty where it came from no workstation
  device_id varchar(64),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  restricted_root uuid,
  CONSTRAINT policy_acknowledgements_whole CHECK ((status = 'acknowledged') = (acknowledged_at IS NOT NULL)),
  CONSTRAINT policy_acknowledgements_of_its_text CHECK (status <> 'acknowledged' OR read_sha256 = version_sha256)
);
CREATE UNIQUE INDEX policy_acknowledgements_once_key ON {{schema}}.policy_acknowledgements (round_id, person_id);
CREATE INDEX policy_acknowledgements_due_date_id_idx ON {{schema}}.policy_acknowledgements (due_date, id);
CREATE INDEX policy_acknowledgements_person_id_idx ON {{schema}}.policy_acknowledgements (person_id, status, due_date);
CREATE INDEX policy_acknowledgements_policy_id_idx ON {{schema}}.policy_acknowledgements (policy_id, status);
CREATE INDEX policy_acknowledgements_version_id_idx ON {{schema}}.policy_acknowledgements (version_id);
CREATE INDEX policy_acknowledgements_created_by_idx ON {{schema}}.policy_acknowledgements (created_by);
CREATE INDEX policy_acknowledgements_updated_by_idx ON {{schema}}.policy_acknowledgements (updated_by);

-- The text of a template: {"format": "markdown", "text": ".."}; null where there is none.
CREATE FUNCTION {{schema}}.template_text(p_content jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE jsonb_typeof(p_content) WHEN 'string' THEN p_content #>> '{}' WHEN 'object' THEN p_content ->> 'text' END
$$;

-- A reason retires the policy; without it the policy begins anew. Nobody sets the state otherwise.
CREATE FUNCTION {{schema}}.derive_policy() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.retired_reason := nullif(btrim(coalesce(NEW.retired_reason, ''), E' \t\r\n'), '');
  IF NEW.retired_reason IS NOT NULL AND NEW.status <> 'retired' THEN
    NEW.status := 'retired';
    PERFORM set_config('app.reason', NEW.retired_reason, true);
  ELSIF NEW.retired_reason IS NULL AND NEW.status = 'retired' THEN
    NEW.status := 'draft';
  END IF;
  RETURN NEW;
END
$$;

-- What a version takes from its policy and from the versions before it.
CREATE FUNCTION {{schema}}.derive_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_policy {{schema}}.policies;
  v_major integer;
  v_minor integer;
BEGIN
  IF TG_OP = 'INSERT' OR NEW.change <> OLD.change THEN
    SELECT * INTO v_policy FROM {{schema}}.policies p WHERE p.id = NEW.policy_id FOR NO KEY UPDATE;
    IF left(current_setting('role'), 39) = '{{role}}' AND (v_policy.archived_at IS NOT NULL OR v_policy.status = 'retired') THEN
      RAISE EXCEPTION 'policy_versions: the policy is retired or archived' USING ERRCODE = 'KP001', TABLE = 'policy_versions', COLUMN = 'status';
    END IF;
    IF left(current_setting('role'), 39) = '{{role}}' OR NEW.major IS NULL THEN
      SELECT v.major, v.minor INTO v_major, v_minor FROM {{schema}}.policy_versions v
      WHERE v.policy_id = NEW.policy_id AND v.id <> NEW.id ORDER BY v.major DESC, v.minor DESC LIMIT 1;
      NEW.major := CASE WHEN v_major IS NULL THEN 1 WHEN NEW.change = 'major' THEN v_major + 1 ELSE v_major END;
      NEW.minor := CASE WHEN v_major IS NULL OR NEW.change = 'major' THEN 0 ELSE v_minor + 1 END;
    END IF;
    NEW.label := NEW.major || '.' || NEW.minor;
    NEW.title := coalesce(left(v_policy.name, 255), '') || ' ' || NEW.label;
  END IF;
  NEW.content_sha256 := encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex');
  RETURN NEW;
END
$$;

-- What was approved is never put away; only an approved version of a policy that stands comes into force; only another one, or the end
-- of the policy, ends it.
CREATE FUNCTION {{schema}}.guard_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  IF NEW.status = 'superseded' AND OLD.status <> 'superseded' THEN
    RAISE EXCEPTION 'policy_versions: a version ends when another comes into force' USING ERRCODE = 'KP005', TABLE = 'policy_versions', COLUMN = 'status';
  END IF;
  IF NEW.archived_at IS NOT NULL AND OLD.archived_at IS NULL AND OLD.status IN ('approved', 'active', 'superseded') THEN
    RAISE EXCEPTION 'policy_versions: what was approved is kept' USING ERRCODE = 'KP001', TABLE = 'policy_versions', COLUMN = 'archived_at';
  END IF;
  IF NEW.status = 'active' AND OLD.status <> 'active' AND EXISTS (
    SELECT FROM {{schema}}.policies p WHERE p.id = NEW.policy_id AND (p.status = 'retired' OR p.archived_at IS NOT NULL)
  ) THEN
    RAISE EXCEPTION 'policy_versions: the policy is retired or archived' USING ERRCODE = 'KP001', TABLE = 'policy_versions', COLUMN = 'status';
  END IF;
  RETURN NEW;
END
$$;

-- Runs after the guards: the one in force before ends on the day on which this one begins.
CREATE FUNCTION {{schema}}.put_in_force() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF left(current_setting('role'), 39) <> '{{role}}' AND NEW.in_force_from IS NOT NULL THEN
    RETURN NEW; -- restored or loaded as it was
  END IF;
  PERFORM FROM {{schema}}.policies p WHERE p.id = NEW.policy_id FOR NO KEY UPDATE;
  UPDATE {{schema}}.policy_versions v SET status = 'superseded', in_force_until = current_date
  WHERE v.policy_id = NEW.policy_id AND v.status = 'active' AND v.id <> NEW.id;
  NEW.in_force_from := current_date;
  RETURN NEW;
END
$$;

-- The state of a policy from its versions: what is in force counts before what is worked on.
CREATE FUNCTION {{schema}}.settle_policy(p_policy uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_status text;
  v_label text;
  v_since date;
BEGIN
  SELECT v.status, CASE v.status WHEN 'active' THEN v.label END, CASE v.status WHEN 'active' THEN v.in_force_from END INTO v_status, v_label, v_since
  FROM {{schema}}.policy_versions v
  WHERE v.policy_id = p_policy AND v.archived_at IS NULL AND v.status IN ('active', 'approved', 'in_review', 'draft')
  ORDER BY v.status = 'active' DESC LIMIT 1;
  UPDATE {{schema}}.policies p SET status = CASE p.status WHEN 'retired' THEN p.status ELSE coalesce(v_status, 'draft') END,
    version_in_force = v_label, in_force_since = v_since
  WHERE p.id = p_policy AND (p.version_in_force IS DISTINCT FROM v_label OR p.in_force_since IS DISTINCT FROM v_since
    OR p.status <> CASE p.status WHEN 'retired' THEN p.status ELSE coalesce(v_status, 'draft') END);
END
$$;

-- Whoever is asked in a round: the people of its audience, but for those who acknowledged a version of the same major number, for their
-- word holds.
CREATE FUNCTION {{schema}}.people_asked(p_round {{schema}}.policy_rounds) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT DISTINCT m.user_id FROM public.tenant_memberships m, {{schema}}.policy_versions v
  WHERE m.tenant_id = '{{tenant_id}}'::uuid AND (m.expires_at IS NULL OR m.expires_at > now()) AND v.id = p_round.version_id
    AND (p_round.audience <> 'functions' OR m.function = ANY (p_round.functions))
    AND (p_round.audience <> 'people' OR m.user_id::text = ANY (p_round.people))
    AND NOT EXISTS (
      SELECT FROM {{schema}}.policy_acknowledgements a JOIN {{schema}}.policy_versions w ON w.id = a.version_id
      WHERE a.policy_id = v.policy_id AND a.person_id = m.user_id AND w.major = v.major
        AND (a.status = 'acknowledged' OR (a.status = 'open' AND a.version_id = v.id)))
$$;

CREATE FUNCTION {{schema}}.derive_round() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_version {{schema}}.policy_versions;
  v_stranger text;
BEGIN
  IF left(current_setting('role'), 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  SELECT * INTO v_version FROM {{schema}}.policy_versions v WHERE v.id = NEW.version_id FOR SHARE;
  IF v_version.id IS NULL OR {{schema}}.is_hidden(v_version.id) THEN
    RAISE EXCEPTION 'policy_rounds: no such version' USING ERRCODE = '23503', TABLE = 'policy_rounds', COLUMN = 'version_id';
  END IF;
  -- by a person; a round that follows from a new version is made while that comes into force
  IF NEW.policy_id IS NULL THEN
    IF v_version.status <> 'active' THEN
      RAISE EXCEPTION 'policy_rounds: only the version in force is put to people' USING ERRCODE = 'KP001', TABLE = 'policy_rounds', COLUMN = 'version_id';
    END IF;
    SELECT p INTO v_stranger FROM unnest(NEW.people) p WHERE NOT EXISTS (
      SELECT FROM public.tenant_memberships m
      WHERE m.tenant_id = '{{tenant_id}}'::uuid AND m.user_id::text = p AND (m.expires_at IS NULL OR m.expires_at > now())) LIMIT 1;
    IF v_stranger IS NOT NULL THEN
      RAISE EXCEPTION 'policy_rounds: a person does not belong to this tenant' USING ERRCODE = '23503', TABLE = 'policy_rounds', COLUMN = 'people';
    END IF;
  END IF;
  NEW.asked := (SELECT count(*) FROM {{schema}}.people_asked(NEW));
  IF NEW.asked = 0 AND NEW.policy_id IS NULL THEN
    RAISE EXCEPTION 'policy_rounds: nobody is left to ask' USING ERRCODE = '23514', TABLE = 'policy_rounds', COLUMN = 'audience',
      CONSTRAINT = 'policy_rounds_somebody';
  ELSIF NEW.asked = 0 THEN
    NEW.status := 'closed';
  END IF;
  NEW.policy_id := v_version.policy_id;
  NEW.title := v_version.title;
  RETURN NEW;
END
$$;

CREATE FUNCTION {{schema}}.open_round() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF left(current_setting('role'), 39) = '{{role}}' THEN
    INSERT INTO {{schema}}.policy_acknowledgements (round_id, policy_id, version_id, title, version_sha256, person_id, due_date)
    SELECT NEW.id, NEW.policy_id, v.id, NEW.title, v.content_sha256, p, NEW.due_date
    FROM {{schema}}.policy_versions v, {{schema}}.people_asked(NEW) p WHERE v.id = NEW.version_id ORDER BY p;
  END IF;
  RETURN NULL;
END
$$;

-- What is asked no longer lapses: the round is closed, another version is in force, or the policy is retired.
CREATE FUNCTION {{schema}}.lapse_round() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF left(current_setting('role'), 39) = '{{role}}' THEN
    UPDATE {{schema}}.policy_acknowledgements a SET status = 'lapsed' WHERE a.round_id = NEW.id AND a.status = 'open';
  END IF;
  RETURN NULL;
END
$$;

-- After a version comes into force: the rounds of the one before are closed, and whoever still has to read is asked for the new one,
-- everybody of them where it is a major version.
CREATE FUNCTION {{schema}}.settle_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_round {{schema}}.policy_rounds;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.status = 'active' AND OLD.status <> 'active' THEN
    FOR v_round IN SELECT DISTINCT ON (r.audience, r.functions, r.people) r.* FROM {{schema}}.policy_rounds r
      WHERE r.policy_id = NEW.policy_id AND r.archived_at IS NULL AND r.version_id = (
        SELECT x.version_id FROM {{schema}}.policy_rounds x WHERE x.policy_id = NEW.policy_id AND x.archived_at IS NULL
        ORDER BY x.created_at DESC, x.id DESC LIMIT 1)
      ORDER BY r.audience, r.functions, r.people, r.created_at DESC
    LOOP
      UPDATE {{schema}}.policy_rounds r SET status = 'closed' WHERE r.version_id = v_round.version_id AND r.status = 'open';
      INSERT INTO {{schema}}.policy_rounds (policy_id, version_id, title, audience, functions, people, due_date, note)
      VALUES (NEW.policy_id, NEW.id, NEW.title, v_round.audience, v_round.functions, v_round.people,
        current_date + greatest(v_round.due_date - v_round.created_at::date, 7), v_round.note);
    END LOOP;
  END IF;
  PERFORM {{schema}}.settle_policy(NEW.policy_id);
  RETURN NULL;
END
$$;

-- A retired policy has nothing in force and asks nobody; a new one begins with the text of its template.
CREATE FUNCTION {{schema}}.settle_retired() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF {{schema}}.template_text(NEW.content) IS NOT NULL AND NEW.status = 'draft' THEN
      INSERT INTO {{schema}}.policy_versions (policy_id, change, content) VALUES (NEW.id, 'major', {{schema}}.template_text(NEW.content));
    END IF;
    RETURN NULL;
  END IF;
  IF NEW.status = 'retired' AND OLD.status <> 'retired' THEN
    UPDATE {{schema}}.policy_versions v SET status = 'superseded', in_force_until = current_date
    WHERE v.policy_id = NEW.id AND v.status = 'active';
    UPDATE {{schema}}.policy_rounds r SET status = 'closed' WHERE r.policy_id = NEW.id AND r.status = 'open';
  ELSIF OLD.status = 'retired' AND NEW.status <> 'retired' THEN
    PERFORM {{schema}}.settle_policy(NEW.id);
  END IF;
  -- a template that was offered anew reaches the draft that nobody has touched
  IF NEW.content IS DISTINCT FROM OLD.content AND {{schema}}.template_text(NEW.content) IS NOT NULL THEN
    UPDATE {{schema}}.policy_versions v SET content = {{schema}}.template_text(NEW.content)
    WHERE v.policy_id = NEW.id AND v.status = 'draft' AND v.archived_at IS NULL AND v.content = {{schema}}.template_text(OLD.content);
  END IF;
  RETURN NULL;
END
$$;

-- Only the person asked acknowledges, and only the very text of the version; when and on which device is not theirs to say.
CREATE FUNCTION {{schema}}.guard_acknowledgement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF public.current_person() IS DISTINCT FROM OLD.person_id THEN
    RAISE EXCEPTION 'policy_acknowledgements: somebody else is asked' USING ERRCODE = '42501', TABLE = 'policy_acknowledgements';
  END IF;
  IF NEW.read_sha256 IS DISTINCT FROM OLD.version_sha256 THEN
    RAISE EXCEPTION 'policy_acknowledgements: another text was read' USING ERRCODE = 'KP067', TABLE = 'policy_acknowledgements', COLUMN = 'read_sha256';
  END IF;
  NEW.acknowledged_at := now();
  NEW.device_id := (SELECT o.device_id FROM {{schema}}.sync_ops o
    WHERE o.op_id::text = nullif(current_setting('app.op_id', true), ''));
  RETURN NEW;
END
$$;

-- Whoever is not asked changes nothing of the row, and nobody lets it lapse by hand.
CREATE FUNCTION {{schema}}.guard_asked() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) = '{{role}}' THEN
    IF public.current_person() IS DISTINCT FROM OLD.person_id THEN
      RAISE EXCEPTION 'policy_acknowledgements: somebody else is asked' USING ERRCODE = '42501', TABLE = 'policy_acknowledgements';
    END IF;
    IF NEW.status = 'lapsed' AND OLD.status <> 'lapsed' THEN
      RAISE EXCEPTION 'policy_acknowledgements: it lapses with its round' USING ERRCODE = 'KP005', TABLE = 'policy_acknowledgements', COLUMN = 'status';
    END IF;
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION {{schema}}.count_acknowledged() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF left(current_setting('role'), 39) = '{{role}}' THEN
    UPDATE {{schema}}.policy_rounds r SET acknowledged = r.acknowledged + 1 WHERE r.id = NEW.round_id;
  END IF;
  RETURN NULL;
END
$$;

-- Who may see the policy sees what belongs to it.
CREATE FUNCTION {{schema}}.place_policy_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_root uuid;
BEGIN
  SELECT p.restricted_root INTO v_root FROM {{schema}}.policies p WHERE p.id = NEW.policy_id FOR SHARE;
  NEW.restricted_root := {{schema}}.inherited_root(TG_ARGV[0], 'policy_id', NEW.id, NEW.restricted_root,
    CASE WHEN TG_OP = 'UPDATE' THEN OLD.restricted_root END, v_root, TG_OP = 'INSERT');
  RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.template_text(jsonb), {{schema}}.derive_policy(), {{schema}}.derive_version(), {{schema}}.guard_version(),
  {{schema}}.put_in_force(), {{schema}}.settle_policy(uuid), {{schema}}.people_asked({{schema}}.policy_rounds), {{schema}}.derive_round(),
  {{schema}}.open_round(), {{schema}}.lapse_round(), {{schema}}.settle_version(), {{schema}}.settle_retired(), {{schema}}.guard_acknowledgement(),
  {{schema}}.guard_asked(), {{schema}}.count_acknowledged(), {{schema}}.place_policy_part() FROM PUBLIC;

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  writers text[] := '{compliance}';
  relation text;
BEGIN
  FOREACH relation IN ARRAY ARRAY['policy_versions', 'policy_requirements', 'policy_controls', 'policy_rounds', 'policy_acknowledgements'] LOOP
    PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', relation);
    PERFORM private.guard_restricted('{{schema}}', relation);
    EXECUTE format('CREATE OR REPLACE TRIGGER a_open_tenant BEFORE INSERT OR UPDATE OR DELETE ON {{schema}}.%I
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.require_open(%L, ''regops'')', relation, relation);
    EXECUTE format('CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.%I
      FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL)
      EXECUTE FUNCTION {{schema}}.guard_archived(%L)', relation, relation);
    EXECUTE format('CREATE TRIGGER guard_place BEFORE INSERT OR UPDATE ON {{schema}}.%I
      FOR EACH ROW EXECUTE FUNCTION {{schema}}.place_policy_part(%L)', relation, relation);
    EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.%I
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change(%L)', relation, relation);
  END LOOP;
  PERFORM private.grant_table('{{schema}}', 'policies', everyone, writers, writers, writers,
    '{ref,status,version_in_force,in_force_since}');
  PERFORM private.grant_table('{{schema}}', 'policy_versions', everyone, writers, writers, writers,
    '{major,minor,label,title,content_sha256,in_force_from,in_force_until}', '{policy_id}');
  PERFORM private.grant_table('{{schema}}', 'policy_requirements', everyone, writers, writers, writers, '{}', '{policy_id,requirement_id}');
  PERFORM private.grant_table('{{schema}}', 'policy_controls', everyone, writers, writers, writers, '{}', '{policy_id,control_id}');
  PERFORM private.grant_table('{{schema}}', 'policy_rounds', everyone, writers, writers, '{}', '{policy_id,title,asked,acknowledged}',
    '{version_id,audience,functions,people,due_date}');
  PERFORM private.grant_table('{{schema}}', 'policy_acknowledgements', everyone, '{}', everyone, '{}',
    '{round_id,policy_id,version_id,title,version_sha256,person_id,due_date,acknowledged_at,device_id}');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'policies', '{ref,name,description}', 'ref', 'name');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'policy_versions', '{title,change_note,content}', NULL, 'title');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'policy_requirements', '{note}', NULL, 'note');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'policy_controls', '{note}', NULL, 'note');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'policy_rounds', '{title,note}', NULL, 'title');
  PERFORM private.add_searched('{{schema}}', '{{tenant_id}}', 'policy_acknowledgements', '{title}', NULL, 'title');
END
$guards$;

SELECT private.guard_states('{{schema}}', 'policies', '{
    "field": "status", "start": ["draft","in_review","approved","active","retired"],
    "reason": ["retired"], "locked": [],
    "steps": {
      "draft": ["in_review","approved","active","retired"],
      "in_review": ["draft","approved","active","retired"],
      "approved": ["draft","in_review","active","retired"],
      "active": ["draft","in_review","approved","retired"],
      "retired": ["draft"]
    } }');
SELECT private.guard_states('{{schema}}', 'policy_versions', '{
    "field": "status", "start": ["draft","in_review","withdrawn"],
    "reason": ["withdrawn"], "locked": ["approved","active","superseded","withdrawn"],
    "steps": {
      "draft": ["in_review","withdrawn"],
      "in_review": ["draft","approved","withdrawn"],
      "approved": ["active","withdrawn"],
      "active": ["superseded"],
      "superseded": [],
      "withdrawn": []
    } }');
SELECT private.guard_states('{{schema}}', 'policy_rounds', '{
    "field": "status", "start": ["open","closed"],
    "reason": [], "locked": ["closed"],
    "steps": { "open": ["closed"], "closed": [] } }');
SELECT private.guard_states('{{schema}}', 'policy_acknowledgements', '{
    "field": "status", "start": ["open","acknowledged","lapsed"],
    "reason": [], "locked": ["acknowledged","lapsed"],
    "steps": { "open": ["acknowledged","lapsed"], "acknowledged": [], "lapsed": [] } }');
SELECT private.guard_approval('{{schema}}', '{{tenant_id}}', 'policy_versions',
  '[{"field": "status", "to": "approved", "by": ["compliance", "privacy", "risk", "admin"], "quorum": 2, "free": ["in_force_from", "in_force_until"], "back": null, "parts": null}]');

CREATE TRIGGER derive_policy BEFORE INSERT OR UPDATE ON {{schema}}.policies
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.derive_policy();
CREATE TRIGGER number_row BEFORE INSERT ON {{schema}}.policies
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.number_row('policies', 'POL-', '3');
CREATE TRIGGER member_owner_id BEFORE INSERT OR UPDATE OF owner_id ON {{schema}}.policies
  FOR EACH ROW WHEN (NEW.owner_id IS NOT NULL) EXECUTE FUNCTION {{schema}}.require_member('owner_id');
CREATE TRIGGER settle_retired AFTER INSERT OR UPDATE ON {{schema}}.policies
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.settle_retired();
CREATE TRIGGER carry_restriction AFTER UPDATE ON {{schema}}.policies
  FOR EACH ROW WHEN (OLD.restricted_root IS DISTINCT FROM NEW.restricted_root) EXECUTE FUNCTION {{schema}}.carry_restriction(
    'policy_versions', 'policy_id', 'policy_requirements', 'policy_id', 'policy_controls', 'policy_id', 'policy_rounds', 'policy_id',
    'policy_acknowledgements', 'policy_id');
CREATE TRIGGER derive_version BEFORE INSERT OR UPDATE ON {{schema}}.policy_versions
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.derive_version();
CREATE TRIGGER guard_version BEFORE UPDATE ON {{schema}}.policy_versions
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_version();
CREATE TRIGGER put_in_force BEFORE UPDATE ON {{schema}}.policy_versions
  FOR EACH ROW WHEN (NEW.status = 'active' AND OLD.status <> 'active') EXECUTE FUNCTION {{schema}}.put_in_force();
CREATE TRIGGER settle_version AFTER INSERT OR UPDATE ON {{schema}}.policy_versions
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.settle_version();
CREATE TRIGGER derive_round BEFORE INSERT ON {{schema}}.policy_rounds
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.derive_round();
CREATE TRIGGER open_round AFTER INSERT ON {{schema}}.policy_rounds
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.open_round();
CREATE TRIGGER lapse_round AFTER UPDATE ON {{schema}}.policy_rounds
  FOR EACH ROW WHEN (NEW.status = 'closed' AND OLD.status <> 'closed') EXECUTE FUNCTION {{schema}}.lapse_round();
CREATE TRIGGER guard_asked BEFORE UPDATE ON {{schema}}.policy_acknowledgements
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_asked();
CREATE TRIGGER set_acknowledged BEFORE UPDATE ON {{schema}}.policy_acknowledgements
  FOR EACH ROW WHEN (NEW.status = 'acknowledged' AND OLD.status <> 'acknowledged') EXECUTE FUNCTION {{schema}}.guard_acknowledgement();
CREATE TRIGGER count_acknowledged AFTER UPDATE ON {{schema}}.policy_acknowledgements
  FOR EACH ROW WHEN (NEW.status = 'acknowledged' AND OLD.status <> 'acknowledged') EXECUTE FUNCTION {{schema}}.count_acknowledged();

-- Policies that came from a template before there were versions get their first one.
INSERT INTO {{schema}}.policy_versions (policy_id, change, content)
SELECT p.id, 'major', {{schema}}.template_text(p.content) FROM {{schema}}.policies p
WHERE {{schema}}.template_text(p.content) IS NOT NULL AND p.status IN ('draft', 'in_review');
