-- Approval with a quorum. A state that needs it is reached only by a record whose very content was approved by enough people of the
-- right functions, none of whom wrote it. The approval is bound to the hash of the content and keeps that content; a later change
-- voids it, visibly, and where the rule says so the record falls back. private.guard_approval puts a table under a rule.

CREATE TABLE {{schema}}.approval_rules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL,
  field varchar(63) NOT NULL,
  step varchar(63) NOT NULL,
  functions text[] NOT NULL CHECK (functions <> '{}' AND functions <@ '{viewer,auditor,compliance,privacy,risk,admin}'),
  quorum integer NOT NULL CHECK (quorum BETWEEN 1 AND 20),
  free text[] NOT NULL DEFAULT '{}',
  back varchar(63),
  parts varchar(63),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  UNIQUE (resource_type, step)
);
CREATE INDEX approval_rules_created_by_idx ON {{schema}}.approval_rules (created_by);
CREATE INDEX approval_rules_updated_by_idx ON {{schema}}.approval_rules (updated_by);

-- Who wrote what a record says since it was last approved.
CREATE TABLE {{schema}}.approval_authors (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL,
  resource_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES public.users (id),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  UNIQUE (resource_id, person_id)
);
CREATE INDEX approval_authors_resource_type_idx ON {{schema}}.approval_authors (resource_type);
CREATE INDEX approval_authors_person_id_idx ON {{schema}}.approval_authors (person_id);
CREATE INDEX approval_authors_created_by_idx ON {{schema}}.approval_authors (created_by);
CREATE INDEX approval_authors_updated_by_idx ON {{schema}}.approval_authors (updated_by);

CREATE TABLE {{schema}}.approvals (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL,
  resource_id uuid NOT NULL,
  step varchar(63) NOT NULL,
  quorum integer NOT NULL CHECK (quorum BETWEEN 1 AND 20),
  status varchar(20) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'granted', 'refused', 'withdrawn', 'void')),
  note text,
  -- the row as it was asked about: its version, the hash of its content, and the content that the asking role reads
  resource_version integer NOT NULL,
  content_sha256 varchar(64) NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
  content jsonb NOT NULL,
  closed_at timestamptz,
  closed_by uuid REFERENCES public.users (id),
  closed_reason text,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT approvals_closed_whole CHECK ((status = 'open') = (closed_at IS NULL))
);
CREATE UNIQUE INDEX approvals_open_key ON {{schema}}.approvals (resource_id, step) WHERE status = 'open';
CREATE INDEX approvals_resource_id_idx ON {{schema}}.approvals (resource_id, created_at DESC, id);
CREATE INDEX approvals_resource_type_idx ON {{schema}}.approvals (resource_type);
CREATE INDEX approvals_status_idx ON {{schema}}.approvals (status, created_at);
CREATE INDEX approvals_closed_by_idx ON {{schema}}.approvals (closed_by);
CREATE INDEX approvals_created_by_idx ON {{schema}}.approvals (created_by);
CREATE INDEX approvals_updated_by_idx ON {{schema}}.approvals (updated_by);

CREATE TABLE {{schema}}.approval_votes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL,
  resource_id uuid NOT NULL,
  approval_id uuid NOT NULL REFERENCES {{schema}}.approvals (id),
  decision varchar(10) NOT NULL CHECK (decision IN ('approve', 'refuse')),
  -- the function that the person decided as
  function varchar(20) NOT NULL,
  reason text,
  withdrawn_at timestamptz,
  withdrawn_reason text,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT approval_votes_refusal_says_why CHECK (decision = 'approve' OR reason IS NOT NULL),
  CONSTRAINT approval_votes_withdrawn_whole CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
CREATE UNIQUE INDEX approval_votes_once_key ON {{schema}}.approval_votes (approval_id, created_by) WHERE withdrawn_at IS NULL;
CREATE INDEX approval_votes_approval_id_idx ON {{schema}}.approval_votes (approval_id);
CREATE INDEX approval_votes_resource_id_idx ON {{schema}}.approval_votes (resource_id);
CREATE INDEX approval_votes_resource_type_idx ON {{schema}}.approval_votes (resource_type);
CREATE INDEX approval_votes_created_by_idx ON {{schema}}.approval_votes (created_by);
CREATE INDEX approval_votes_updated_by_idx ON {{schema}}.approval_votes (updated_by);

-- What of a row is approved: everything but its state, its stamps and what the rule leaves free; and its parts, by their hash.
CREATE FUNCTION {{schema}}.approval_content(p_rule {{schema}}.approval_rules, p_row jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_content jsonb := p_row - (p_rule.free || ARRAY[p_rule.field::text, 'row_version', 'created_at', 'created_by', 'updated_at',
    'updated_by', 'archived_at', 'restricted_root', 'tenant_id']);
  v_parts text;
BEGIN
  IF p_rule.parts IS NOT NULL THEN
    EXECUTE format('SELECT {{schema}}.%I($1)', p_rule.parts) INTO v_parts USING (p_row ->> 'id')::uuid;
    v_content := v_content || jsonb_build_object('#parts', v_parts);
  END IF;
  RETURN v_content;
END
$$;

CREATE FUNCTION {{schema}}.approval_sha256(p_content jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(p_content::text, 'UTF8')), 'hex')
$$;

-- No step into the state without an approval of exactly this content; and where the rule says so, out of it when the content changes.
CREATE FUNCTION {{schema}}.guard_approval() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_field text := TG_ARGV[1];
  v_new jsonb := to_jsonb(NEW);
  v_old jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
  v_rule {{schema}}.approval_rules;
  v_last text;
BEGIN
  IF left(current_setting('role'), 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  -- Falls back before it is asked where it goes.
  IF TG_OP = 'UPDATE' AND v_old ->> v_field = v_new ->> v_field THEN
    SELECT * INTO v_rule FROM {{schema}}.approval_rules r WHERE r.resource_type = TG_ARGV[0] AND r.step = v_new ->> v_field;
    IF v_rule.back IS NOT NULL
      AND {{schema}}.approval_content(v_rule, v_old) IS DISTINCT FROM {{schema}}.approval_content(v_rule, v_new) THEN
      NEW := jsonb_populate_record(NEW, jsonb_build_object(v_field, v_rule.back));
    END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO v_rule FROM {{schema}}.approval_rules r WHERE r.resource_type = TG_ARGV[0] AND r.step = v_new ->> v_field;
  IF v_rule.id IS NULL THEN
    RETURN NEW;
  END IF;
  SELECT a.status INTO v_last FROM {{schema}}.approvals a
  WHERE a.resource_type = TG_ARGV[0] AND a.resource_id = NEW.id AND a.step = v_rule.step AND a.status IN ('granted', 'refused')
    AND a.content_sha256 = {{schema}}.approval_sha256({{schema}}.approval_content(v_rule, v_new))
  ORDER BY a.created_at DESC, a.id DESC LIMIT 1;
  IF v_last IS DISTINCT FROM 'granted' THEN
    RAISE EXCEPTION '%: the step to % needs % approval(s) of this very content', TG_ARGV[0], v_rule.step, v_rule.quorum
      USING ERRCODE = 'KP065', TABLE = TG_ARGV[0], COLUMN = v_field, DETAIL = v_rule.step;
  END IF;
  RETURN NEW;
END
$$;

-- Notes who wrote, and voids what was asked or granted for another content.
CREATE FUNCTION {{schema}}.note_approval() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_rule {{schema}}.approval_rules;
  v_changed boolean := TG_OP = 'INSERT';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    FOR v_rule IN SELECT * FROM {{schema}}.approval_rules r WHERE r.resource_type = TG_ARGV[0] LOOP
      -- the parts are the same before and after; what changes them calls recheck_approvals
      v_rule.parts := NULL;
      v_changed := v_changed OR {{schema}}.approval_content(v_rule, to_jsonb(OLD)) <> {{schema}}.approval_content(v_rule, to_jsonb(NEW));
    END LOOP;
  END IF;
  IF NOT v_changed THEN
    RETURN NULL;
  END IF;
  IF public.current_person() IS NOT NULL THEN
    INSERT INTO {{schema}}.approval_authors (resource_type, resource_id, person_id)
    VALUES (TG_ARGV[0], NEW.id, public.current_person())
    ON CONFLICT (resource_id, person_id) DO UPDATE SET archived_at = NULL WHERE approval_authors.archived_at IS NOT NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    PERFORM {{schema}}.recheck_approvals(TG_ARGV[0], NEW.id);
  END IF;
  RETURN NULL;
END
$$;

-- Voids the approvals of a record whose content is not what they were given for. The triggers of its parts call it too; p_wrote says
-- that the acting person wrote a part.
CREATE FUNCTION {{schema}}.recheck_approvals(p_table text, p_id uuid, p_wrote boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_row jsonb;
BEGIN
  IF p_wrote AND public.current_person() IS NOT NULL THEN
    INSERT INTO {{schema}}.approval_authors (resource_type, resource_id, person_id) VALUES (p_table, p_id, public.current_person())
    ON CONFLICT (resource_id, person_id) DO UPDATE SET archived_at = NULL WHERE approval_authors.archived_at IS NOT NULL;
  END IF;
  IF NOT EXISTS (
    SELECT FROM {{schema}}.approvals a WHERE a.resource_id = p_id AND a.resource_type = p_table AND a.status IN ('open', 'granted')
  ) THEN
    RETURN;
  END IF;
  EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1', p_table) INTO v_row USING p_id;
  UPDATE {{schema}}.approvals a SET status = 'void', closed_at = now(), closed_by = public.current_person()
  FROM {{schema}}.approval_rules r
  WHERE a.resource_id = p_id AND a.resource_type = p_table AND a.status IN ('open', 'granted')
    AND r.resource_type = p_table AND r.step = a.step
    AND a.content_sha256 <> {{schema}}.approval_sha256({{schema}}.approval_content(r, v_row));
END
$$;

-- Asks for the approval of a record as it stands. Who may change such records may ask; p_version is the row that the person saw.
CREATE FUNCTION {{schema}}.request_approval(p_id uuid, p_resource_type text, p_resource_id uuid, p_step text, p_version integer,
  p_note text DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_rule {{schema}}.approval_rules;
  v_row jsonb;
  v_content jsonb;
BEGIN
  SELECT * INTO v_rule FROM {{schema}}.approval_rules r WHERE r.resource_type = p_resource_type AND r.step = p_step;
  IF v_rule.id IS NULL THEN
    RAISE EXCEPTION 'this step needs no approval' USING ERRCODE = '22023';
  END IF;
  IF left(v_role, 39) <> '{{role}}' OR public.current_person() IS NULL
    OR NOT has_any_column_privilege(v_role, format('{{schema}}.%I', p_resource_type), 'UPDATE') THEN
    RAISE EXCEPTION 'this function does not ask for the approval of such records' USING ERRCODE = '42501';
  END IF;
  IF NOT {{schema}}.role_sees(v_role, p_resource_type, p_resource_id) THEN
    RAISE EXCEPTION 'no such record' USING ERRCODE = 'P0002';
  END IF;
  EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1 FOR UPDATE', p_resource_type) INTO v_row USING p_resource_id;
  IF v_row ->> 'archived_at' IS NOT NULL OR v_row ->> v_rule.field = p_step THEN
    RAISE EXCEPTION '%: there is nothing to approve', p_resource_type
      USING ERRCODE = 'KP001', TABLE = p_resource_type, COLUMN = CASE WHEN v_row ->> 'archived_at' IS NULL THEN v_rule.field ELSE 'archived_at' END;
  END IF;
  IF (v_row ->> 'row_version')::integer IS DISTINCT FROM p_version THEN
    RAISE EXCEPTION '%: the record changed since it was read', p_resource_type USING ERRCODE = 'KP067', TABLE = p_resource_type;
  END IF;
  v_content := {{schema}}.approval_content(v_rule, v_row);
  INSERT INTO {{schema}}.approvals (id, resource_type, resource_id, step, quorum, note, resource_version, content_sha256, content)
  VALUES (p_id, p_resource_type, p_resource_id, p_step, v_rule.quorum, nullif(btrim(p_note), ''), p_version,
    {{schema}}.approval_sha256(v_content),
    -- kept to show the difference later: only what the asking role itself reads
    (SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(v_content) e
     WHERE e.key = '#parts' OR has_column_privilege(v_role, format('{{schema}}.%I', p_resource_type), e.key, 'SELECT')));
  RETURN p_id;
END
$$;

-- Approves or refuses, once a person; p_sha256 is the hash of the content that the person looked at. Gives the status after it.
CREATE FUNCTION {{schema}}.decide_approval(p_approval uuid, p_decision text, p_sha256 text, p_reason text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_approval {{schema}}.approvals;
  v_rule {{schema}}.approval_rules;
  v_row jsonb;
BEGIN
  SELECT * INTO v_approval FROM {{schema}}.approvals a WHERE a.id = p_approval;
  IF v_approval.id IS NULL OR NOT {{schema}}.role_sees(v_role, v_approval.resource_type, v_approval.resource_id) THEN
    RAISE EXCEPTION 'no such request' USING ERRCODE = 'P0002';
  END IF;
  SELECT * INTO v_rule FROM {{schema}}.approval_rules r WHERE r.resource_type = v_approval.resource_type AND r.step = v_approval.step;
  IF v_rule.id IS NULL OR public.current_person() IS NULL OR substr(v_role, 41) <> ALL (v_rule.functions) THEN
    RAISE EXCEPTION 'this function does not approve such records' USING ERRCODE = '42501';
  END IF;
  -- The record first, then the request: the order of whoever changes the record.
  EXECUTE format('SELECT to_jsonb(t) FROM {{schema}}.%I t WHERE t.id = $1 FOR UPDATE', v_approval.resource_type)
  INTO v_row USING v_approval.resource_id;
  SELECT * INTO v_approval FROM {{schema}}.approvals a WHERE a.id = p_approval FOR UPDATE;
  IF v_approval.status = 'void' OR v_approval.content_sha256 IS DISTINCT FROM p_sha256
    OR v_approval.content_sha256 <> {{schema}}.approval_sha256({{schema}}.approval_content(v_rule, v_row)) THEN
    RAISE EXCEPTION 'the content changed since the approval was asked for' USING ERRCODE = 'KP067', TABLE = v_approval.resource_type;
  END IF;
  IF v_approval.status <> 'open' OR v_row ->> 'archived_at' IS NOT NULL THEN
    RAISE EXCEPTION 'the request is %', v_approval.status USING ERRCODE = 'KP001', TABLE = 'approvals', COLUMN = 'status';
  END IF;
  IF v_approval.created_by = public.current_person() OR EXISTS (
    SELECT FROM {{schema}}.approval_authors w
    WHERE w.resource_id = v_approval.resource_id AND w.person_id = public.current_person() AND w.archived_at IS NULL
  ) OR (
    -- a record from before the rule: whoever made it or changed it last
    NOT EXISTS (SELECT FROM {{schema}}.approval_authors w WHERE w.resource_id = v_approval.resource_id)
    AND public.current_person() IN ((v_row ->> 'created_by')::uuid, (v_row ->> 'updated_by')::uuid)
  ) THEN
    RAISE EXCEPTION 'nobody approves what they wrote or asked for' USING ERRCODE = 'KP066', TABLE = v_approval.resource_type;
  END IF;
  IF p_decision = 'refuse' AND btrim(coalesce(p_reason, ''), E' \t\r\n') = '' THEN
    RAISE EXCEPTION 'a refusal needs a reason' USING ERRCODE = 'KP006';
  END IF;
  PERFORM set_config('app.reason', btrim(coalesce(p_reason, '')), true);
  INSERT INTO {{schema}}.approval_votes (resource_type, resource_id, approval_id, decision, function, reason)
  VALUES (v_approval.resource_type, v_approval.resource_id, p_approval, p_decision, substr(v_role, 41),
    nullif(btrim(p_reason, E' \t\r\n'), ''));
  IF p_decision = 'refuse' THEN
    UPDATE {{schema}}.approvals SET status = 'refused', closed_at = now(), closed_by = public.current_person(),
      closed_reason = btrim(p_reason) WHERE id = p_approval;
    RETURN 'refused';
  END IF;
  IF (SELECT count(*) FROM {{schema}}.approval_votes v WHERE v.approval_id = p_approval AND v.decision = 'approve' AND v.withdrawn_at IS NULL)
    < v_approval.quorum THEN
    RETURN 'open';
  END IF;
  UPDATE {{schema}}.approvals SET status = 'granted', closed_at = now(), closed_by = public.current_person() WHERE id = p_approval;
  UPDATE {{schema}}.approval_authors SET archived_at = now()
  WHERE resource_id = v_approval.resource_id AND archived_at IS NULL;
  RETURN 'granted';
END
$$;

-- Takes a request back (who asked), or one's own approval (who gave it), with a reason; not once the record is in the state.
CREATE FUNCTION {{schema}}.withdraw_approval(p_approval uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_approval {{schema}}.approvals;
  v_field text;
  v_state text;
BEGIN
  SELECT * INTO v_approval FROM {{schema}}.approvals a WHERE a.id = p_approval;
  IF v_approval.id IS NULL OR NOT {{schema}}.role_sees(current_setting('role'), v_approval.resource_type, v_approval.resource_id) THEN
    RAISE EXCEPTION 'no such request' USING ERRCODE = 'P0002';
  END IF;
  IF btrim(coalesce(p_reason, ''), E' \t\r\n') = '' THEN
    RAISE EXCEPTION 'taking it back needs a reason' USING ERRCODE = 'KP006';
  END IF;
  SELECT r.field INTO v_field FROM {{schema}}.approval_rules r
  WHERE r.resource_type = v_approval.resource_type AND r.step = v_approval.step;
  EXECUTE format('SELECT to_jsonb(t) ->> $2 FROM {{schema}}.%I t WHERE t.id = $1 FOR UPDATE', v_approval.resource_type)
  INTO v_state USING v_approval.resource_id, v_field;
  SELECT * INTO v_approval FROM {{schema}}.approvals a WHERE a.id = p_approval FOR UPDATE;
  IF v_approval.status NOT IN ('open', 'granted') OR v_state = v_approval.step THEN
    RAISE EXCEPTION 'the request is %', v_approval.status USING ERRCODE = 'KP001', TABLE = 'approvals', COLUMN = 'status';
  END IF;
  PERFORM set_config('app.reason', btrim(p_reason), true);
  UPDATE {{schema}}.approval_votes v SET withdrawn_at = now(), withdrawn_reason = btrim(p_reason)
  WHERE v.approval_id = p_approval AND v.created_by = public.current_person() AND v.withdrawn_at IS NULL;
  IF FOUND THEN
    UPDATE {{schema}}.approvals SET status = 'open', closed_at = NULL, closed_by = NULL WHERE id = p_approval AND status = 'granted';
    -- whoever wrote it is its author again
    UPDATE {{schema}}.approval_authors w SET archived_at = NULL
    WHERE w.resource_id = v_approval.resource_id AND w.archived_at >= v_approval.closed_at;
    RETURN 'open';
  END IF;
  IF v_approval.created_by IS DISTINCT FROM public.current_person() THEN
    RAISE EXCEPTION 'it was asked for and given by others' USING ERRCODE = '42501';
  END IF;
  UPDATE {{schema}}.approvals SET status = 'withdrawn', closed_at = now(), closed_by = public.current_person(), closed_reason = btrim(p_reason)
  WHERE id = p_approval;
  RETURN 'withdrawn';
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.approval_content({{schema}}.approval_rules, jsonb), {{schema}}.approval_sha256(jsonb),
  {{schema}}.guard_approval(), {{schema}}.note_approval(), {{schema}}.recheck_approvals(text, uuid, boolean),
  {{schema}}.request_approval(uuid, text, uuid, text, integer, text), {{schema}}.decide_approval(uuid, text, text, text),
  {{schema}}.withdraw_approval(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.request_approval(uuid, text, uuid, text, integer, text),
  {{schema}}.decide_approval(uuid, text, text, text), {{schema}}.withdraw_approval(uuid, text)
  TO {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

DO $guards$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['approval_rules', 'approval_authors', 'approvals', 'approval_votes'] LOOP
    PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', guarded);
    PERFORM private.grant_table('{{schema}}', guarded, '{viewer,auditor,compliance,privacy,risk,admin}', '{}', '{}', '{}');
    EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.%I
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change(%L)', guarded, guarded);
  END LOOP;
  FOREACH guarded IN ARRAY ARRAY['approval_authors', 'approvals', 'approval_votes'] LOOP
    PERFORM private.guard_follower('{{schema}}', guarded);
  END LOOP;
END
$guards$;

-- The trail knows ids only. What hangs on a record that is hidden from the person, or of a kind that the role does not read, is hidden
-- in the trail too; and what somebody has read is told to nobody.
CREATE OR REPLACE FUNCTION {{schema}}.hidden_records() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  WITH hidden AS MATERIALIZED (
    SELECT r.id FROM {{schema}}.restricted_records r
    WHERE r.root_id NOT IN (
      SELECT p.root_id FROM {{schema}}.restricted_people p WHERE p.person_id = public.current_person() AND p.archived_at IS NULL)
  ), closed AS MATERIALIZED (
    SELECT coalesce(array_agg(c.relname::varchar), '{}') AS tables FROM pg_class c
    WHERE c.relnamespace = '{{schema}}'::regnamespace AND c.relkind = 'r' AND left(current_setting('role'), 39) = '{{role}}'
      AND NOT has_any_column_privilege(current_setting('role'), c.oid, 'SELECT')
  )
  SELECT h.id FROM hidden h
  UNION ALL SELECT f.id FROM hidden h JOIN {{schema}}.comments f ON f.resource_id = h.id
  UNION ALL SELECT f.id FROM hidden h JOIN {{schema}}.watchers f ON f.resource_id = h.id
  UNION ALL SELECT f.id FROM hidden h JOIN {{schema}}.attachments f ON f.resource_id = h.id
  UNION ALL SELECT f.id FROM hidden h JOIN {{schema}}.approvals f ON f.resource_id = h.id
  UNION ALL SELECT f.id FROM hidden h JOIN {{schema}}.approval_votes f ON f.resource_id = h.id
  UNION ALL SELECT f.id FROM hidden h JOIN {{schema}}.approval_authors f ON f.resource_id = h.id
  UNION ALL SELECT f.id FROM {{schema}}.comments f WHERE f.resource_type = ANY ((SELECT tables FROM closed)::varchar[])
  UNION ALL SELECT f.id FROM {{schema}}.watchers f WHERE f.resource_type = ANY ((SELECT tables FROM closed)::varchar[])
  UNION ALL SELECT f.id FROM {{schema}}.attachments f WHERE f.resource_type = ANY ((SELECT tables FROM closed)::varchar[])
  UNION ALL SELECT f.id FROM {{schema}}.approvals f WHERE f.resource_type = ANY ((SELECT tables FROM closed)::varchar[])
  UNION ALL SELECT f.id FROM {{schema}}.approval_votes f WHERE f.resource_type = ANY ((SELECT tables FROM closed)::varchar[])
  UNION ALL SELECT f.id FROM {{schema}}.approval_authors f WHERE f.resource_type = ANY ((SELECT tables FROM closed)::varchar[])
$$;
CREATE OR REPLACE FUNCTION {{schema}}.readable_types() RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(c.relname::text), '{}') FROM pg_class c
  WHERE c.relnamespace = '{{schema}}'::regnamespace AND c.relkind = 'r' AND has_any_column_privilege(c.oid, 'SELECT')
    AND c.relname <> 'notice_reads'
$$;
