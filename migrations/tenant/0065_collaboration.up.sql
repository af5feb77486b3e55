-- What people say and keep beside any record: comments with mentions, who watches, files and links, and which notices somebody has
-- read. A row names its record by table and id and is seen by exactly those who see that record: the policy asks the record's own
-- table as the acting role, so every guard that the record has, or gets later, holds for what hangs on it.

-- May the acting role see this very record? Definer's functions of the owner see all and ask role_sees instead.
CREATE FUNCTION {{schema}}.sees_record(p_table text, p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE COST 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_table regclass := to_regclass('{{schema}}.' || quote_ident(p_table));
  v_seen boolean;
BEGIN
  IF v_table IS NULL OR p_id IS NULL OR NOT coalesce(has_column_privilege(v_table, 'id', 'SELECT'), false) THEN
    RETURN false;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM {{schema}}.%I t WHERE t.id = $1)', p_table) INTO v_seen USING p_id;
  RETURN v_seen;
END
$$;

-- The same of a role that is named, for the acting person, asked by functions of the owner.
CREATE FUNCTION {{schema}}.role_sees(p_role text, p_table text, p_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_table regclass := to_regclass('{{schema}}.' || quote_ident(p_table));
  v_there boolean;
BEGIN
  -- nothing hangs on what itself hangs on a record
  IF v_table IS NULL OR p_id IS NULL OR left(p_role, 39) IS DISTINCT FROM '{{role}}'
    OR p_table IN ('comments', 'watchers', 'attachments', 'notice_reads', 'approvals', 'approval_votes', 'approval_authors', 'approval_rules')
    OR NOT coalesce(has_column_privilege(p_role, v_table, 'id', 'SELECT'), false) OR {{schema}}.is_hidden(p_id) THEN
    RETURN false;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM {{schema}}.%I t WHERE t.id = $1)', p_table) INTO v_there USING p_id;
  RETURN v_there;
END
$$;

-- Who of the tenant's active people may see a record: one of their functions reads such records, and they are named where it is
-- restricted. For mentions; answers nobody to whoever does not see the record.
CREATE FUNCTION {{schema}}.people_who_see(p_table text, p_id uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF NOT {{schema}}.role_sees(current_setting('role'), p_table, p_id) THEN
    RETURN;
  END IF;
  RETURN QUERY
  SELECT DISTINCT m.user_id FROM public.tenant_memberships m
  JOIN public.users u ON u.id = m.user_id AND u.status = 'active' AND NOT u.is_deleted
  WHERE m.tenant_id = '{{tenant_id}}'::uuid AND (m.expires_at IS NULL OR m.expires_at > now())
    AND has_column_privilege('{{role}}_' || m.function, to_regclass('{{schema}}.' || quote_ident(p_table)), 'id', 'SELECT')
    AND NOT EXISTS (
      SELECT FROM {{schema}}.restricted_records r WHERE r.id = p_id AND NOT EXISTS (
        SELECT FROM {{schema}}.restricted_people n WHERE n.root_id = r.root_id AND n.person_id = m.user_id AND n.archived_at IS NULL));
END
$$;

CREATE TABLE {{schema}}.comments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL,
  resource_id uuid NOT NULL,
  -- the comment that this one answers; threads have one level
  parent_id uuid REFERENCES {{schema}}.comments (id),
  body text NOT NULL CHECK (btrim(body, E' \t\r\n') <> '' AND length(body) <= 20000),
  mentions uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(mentions) <= 50),
  resolved boolean NOT NULL DEFAULT false,
  resolved_at timestamptz,
  resolved_by uuid REFERENCES public.users (id),
  edited_at timestamptz,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX comments_resource_id_idx ON {{schema}}.comments (resource_id, created_at, id);
CREATE INDEX comments_resource_type_idx ON {{schema}}.comments (resource_type);
CREATE INDEX comments_parent_id_idx ON {{schema}}.comments (parent_id);
CREATE INDEX comments_mentions_idx ON {{schema}}.comments USING gin (mentions);
CREATE INDEX comments_resolved_by_idx ON {{schema}}.comments (resolved_by);
CREATE INDEX comments_created_by_idx ON {{schema}}.comments (created_by);
CREATE INDEX comments_updated_by_idx ON {{schema}}.comments (updated_by);

-- watching false: somebody who would watch as owner, author or by a mention does not want to.
CREATE TABLE {{schema}}.watchers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL,
  resource_id uuid NOT NULL,
  person_id uuid NOT NULL DEFAULT public.current_person() REFERENCES public.users (id),
  watching boolean NOT NULL,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  UNIQUE (resource_id, person_id)
);
CREATE INDEX watchers_resource_type_idx ON {{schema}}.watchers (resource_type);
CREATE INDEX watchers_person_id_idx ON {{schema}}.watchers (person_id, watching);
CREATE INDEX watchers_created_by_idx ON {{schema}}.watchers (created_by);
CREATE INDEX watchers_updated_by_idx ON {{schema}}.watchers (updated_by);

-- The bytes of a file lie sealed in the vault of the laptop that took them, under the row's id.
CREATE TABLE {{schema}}.attachments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL,
  resource_id uuid NOT NULL,
  kind varchar(10) NOT NULL CHECK (kind IN ('file', 'link')),
  name varchar(255) NOT NULL CHECK (btrim(name) <> ''),
  url varchar(2000) CHECK (url ~ '^https://[^\s]+$'),
  media_type varchar(127),
  size_bytes bigint CHECK (size_bytes BETWEEN 0 AND 9007199254740991),
  sha256 varchar(64) CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  device_id varchar(64),
  captured_at timestamptz,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  CONSTRAINT attachments_whole CHECK (CASE kind
    WHEN 'link' THEN url IS NOT NULL AND sha256 IS NULL AND size_bytes IS NULL
    ELSE url IS NULL AND sha256 IS NOT NULL AND size_bytes IS NOT NULL AND media_type IS NOT NULL AND device_id IS NOT NULL END)
);
CREATE INDEX attachments_resource_id_idx ON {{schema}}.attachments (resource_id, created_at, id);
CREATE UNIQUE INDEX attachments_content_key ON {{schema}}.attachments (resource_id, sha256) WHERE archived_at IS NULL;
CREATE INDEX attachments_resource_type_idx ON {{schema}}.attachments (resource_type);
CREATE INDEX attachments_created_by_idx ON {{schema}}.attachments (created_by);
CREATE INDEX attachments_updated_by_idx ON {{schema}}.attachments (updated_by);

-- Notices are computed from the records; a row here says that somebody has read one. The key is the same wherever it is computed,
-- so two laptops never make two of it.
CREATE TABLE {{schema}}.notice_reads (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  person_id uuid NOT NULL DEFAULT public.current_person() REFERENCES public.users (id),
  notice_key varchar(200) NOT NULL CHECK (btrim(notice_key) <> ''),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  UNIQUE (person_id, notice_key)
);
CREATE INDEX notice_reads_created_by_idx ON {{schema}}.notice_reads (created_by);
CREATE INDEX notice_reads_updated_by_idx ON {{schema}}.notice_reads (updated_by);

-- A comment hangs on a record that is not archived, answers a comment of the same record that is itself no answer, and mentions only
-- people who may see the record. Its words are its author's; anybody who may comment settles a thread.
CREATE FUNCTION {{schema}}.guard_comment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_person uuid := public.current_person();
  v_archived boolean;
BEGIN
  IF left(current_setting('role'), 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NOT {{schema}}.role_sees(current_setting('role'), NEW.resource_type, NEW.resource_id) THEN
      RAISE EXCEPTION 'comments: no such record' USING ERRCODE = 'P0002', TABLE = 'comments', COLUMN = 'resource_id';
    END IF;
    EXECUTE format('SELECT t.archived_at IS NOT NULL FROM {{schema}}.%I t WHERE t.id = $1 FOR SHARE', NEW.resource_type)
    INTO v_archived USING NEW.resource_id;
    IF v_archived THEN
      RAISE EXCEPTION 'comments: the record is archived' USING ERRCODE = 'KP001', TABLE = 'comments', COLUMN = 'archived_at';
    END IF;
    IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM {{schema}}.comments p
      WHERE p.id = NEW.parent_id AND p.resource_type = NEW.resource_type AND p.resource_id = NEW.resource_id AND p.parent_id IS NULL
    ) THEN
      RAISE EXCEPTION 'comments: what it answers is no thread of this record'
        USING ERRCODE = '23503', TABLE = 'comments', COLUMN = 'parent_id';
    END IF;
  ELSIF OLD.created_by IS DISTINCT FROM v_person
    AND (OLD.body, OLD.mentions, OLD.archived_at) IS DISTINCT FROM (NEW.body, NEW.mentions, NEW.archived_at) THEN
    RAISE EXCEPTION 'comments: the words are their author''s' USING ERRCODE = '42501', TABLE = 'comments', COLUMN = 'body';
  END IF;
  IF TG_OP = 'INSERT' OR NEW.mentions IS DISTINCT FROM OLD.mentions THEN
    NEW.mentions := ARRAY(SELECT DISTINCT m FROM unnest(NEW.mentions) m WHERE m IS NOT NULL ORDER BY m);
    IF EXISTS (
      SELECT FROM unnest(NEW.mentions) m
      WHERE m NOT IN (SELECT p FROM {{schema}}.people_who_see(NEW.resource_type, NEW.resource_id) p)
        AND (TG_OP = 'INSERT' OR m <> ALL (OLD.mentions))
    ) THEN
      RAISE EXCEPTION 'comments: somebody mentioned may not see the record'
        USING ERRCODE = '23503', TABLE = 'comments', COLUMN = 'mentions';
    END IF;
  END IF;
  IF NEW.resolved AND NEW.parent_id IS NOT NULL THEN
    RAISE EXCEPTION 'comments: a thread is settled at its first comment' USING ERRCODE = '23514', TABLE = 'comments', COLUMN = 'resolved';
  END IF;
  NEW.edited_at := CASE WHEN TG_OP = 'UPDATE' THEN CASE WHEN NEW.body IS DISTINCT FROM OLD.body THEN now() ELSE OLD.edited_at END END;
  IF TG_OP = 'INSERT' OR NEW.resolved IS DISTINCT FROM OLD.resolved THEN
    NEW.resolved_at := CASE WHEN NEW.resolved THEN now() END;
    NEW.resolved_by := CASE WHEN NEW.resolved THEN v_person END;
  END IF;
  RETURN NEW;
END
$$;

-- A file or link hangs on a record that its bringer may change and that stands open; who brought it takes it off again.
CREATE FUNCTION {{schema}}.guard_attachment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_role text := current_setting('role');
  v_archived boolean;
BEGIN
  IF left(v_role, 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  IF NOT {{schema}}.role_sees(v_role, NEW.resource_type, NEW.resource_id) THEN
    RAISE EXCEPTION 'attachments: no such record' USING ERRCODE = 'P0002', TABLE = 'attachments', COLUMN = 'resource_id';
  END IF;
  IF NOT has_any_column_privilege(v_role, format('{{schema}}.%I', NEW.resource_type), 'UPDATE') THEN
    RAISE EXCEPTION 'attachments: this function does not change such records' USING ERRCODE = '42501', TABLE = 'attachments';
  END IF;
  EXECUTE format('SELECT t.archived_at IS NOT NULL FROM {{schema}}.%I t WHERE t.id = $1 FOR SHARE', NEW.resource_type)
  INTO v_archived USING NEW.resource_id;
  IF v_archived OR {{schema}}.is_approved(NEW.resource_id) THEN
    RAISE EXCEPTION 'attachments: the record is archived or approved'
      USING ERRCODE = 'KP001', TABLE = 'attachments', COLUMN = CASE WHEN v_archived THEN 'archived_at' ELSE 'status' END;
  END IF;
  RETURN NEW;
END
$$;

-- A person watches, and has read, for themselves.
CREATE FUNCTION {{schema}}.guard_own() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) = '{{role}}' AND NEW.person_id IS DISTINCT FROM public.current_person() THEN
    RAISE EXCEPTION '%: nobody does it for another', TG_ARGV[0] USING ERRCODE = '42501', TABLE = TG_ARGV[0], COLUMN = 'person_id';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER guard_comment BEFORE INSERT OR UPDATE ON {{schema}}.comments
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_comment();
CREATE TRIGGER guard_attachment BEFORE INSERT OR UPDATE ON {{schema}}.attachments
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_attachment();
CREATE TRIGGER guard_own BEFORE INSERT OR UPDATE ON {{schema}}.watchers
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_own('watchers');
CREATE TRIGGER guard_own BEFORE INSERT OR UPDATE ON {{schema}}.notice_reads
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.guard_own('notice_reads');
CREATE TRIGGER count_storage_insert AFTER INSERT ON {{schema}}.attachments REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.count_storage();
CREATE TRIGGER count_storage_delete AFTER DELETE ON {{schema}}.attachments REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.count_storage();

-- The comments in which the acting person is mentioned, newest first: row security keeps an index over the mentions from being used,
-- so the owner asks; what comes back is ids, and reading them is guarded as ever.
CREATE FUNCTION {{schema}}.my_mentions(p_limit integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT c.id FROM {{schema}}.comments c
  WHERE c.mentions @> ARRAY[public.current_person()] AND c.archived_at IS NULL
  ORDER BY c.created_at DESC, c.id DESC LIMIT least(p_limit, 500)
$$;

REVOKE ALL ON FUNCTION {{schema}}.sees_record(text, uuid), {{schema}}.role_sees(text, text, uuid),
  {{schema}}.people_who_see(text, uuid), {{schema}}.guard_comment(), {{schema}}.guard_attachment(), {{schema}}.guard_own(),
  {{schema}}.my_mentions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.sees_record(text, uuid), {{schema}}.people_who_see(text, uuid), {{schema}}.my_mentions(integer)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  working text[] := '{auditor,compliance,privacy,risk,admin}';
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['comments', 'watchers', 'attachments', 'notice_reads'] LOOP
    PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', guarded);
    EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{schema}}.%I
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.note_change(%L)', guarded, guarded);
  END LOOP;
  FOREACH guarded IN ARRAY ARRAY['comments', 'watchers', 'attachments'] LOOP
    PERFORM private.guard_follower('{{schema}}', guarded);
  END LOOP;
  PERFORM private.grant_table('{{schema}}', 'comments', everyone, working, working, working,
    '{resolved_at,resolved_by,edited_at}', '{resource_type,resource_id,parent_id}');
  PERFORM private.grant_table('{{schema}}', 'watchers', everyone, everyone, everyone, '{}', '{}', '{resource_type,resource_id,person_id}');
  PERFORM private.grant_table('{{schema}}', 'attachments', everyone, working, '{}', working);
  PERFORM private.grant_table('{{schema}}', 'notice_reads', everyone, everyone, '{}', '{}');
END
$guards$;

-- What one has read is nobody else's.
CREATE POLICY own_only ON {{schema}}.notice_reads AS RESTRICTIVE
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin
  USING (person_id = public.current_person()) WITH CHECK (person_id = public.current_person());

-- A person who only reads has a ledger too: for what they watch and have read.
GRANT SELECT, INSERT (op_id, device_id, device_seq, body_sha256, entity, entity_id, result), UPDATE (result) ON {{schema}}.sync_ops
  TO {{role}}_viewer;
