-- Personal data: no role reads these columns. Everybody who may read the record reads a mask that only tells whether there is a
-- value; the clear value comes from reveal_… alone, which gives it only when who asks, and why, is already committed in the trail.
-- The trail itself keeps that such a value changed, never the value: it is never erased, and a person has a right to be.

ALTER TABLE {{schema}}.dsr_requests ADD COLUMN data_subject_id_masked text
  GENERATED ALWAYS AS (CASE WHEN data_subject_id IS NULL THEN NULL ELSE '•••' END) STORED;
ALTER TABLE {{schema}}.dsr_requests ADD COLUMN request_details_masked text
  GENERATED ALWAYS AS (CASE WHEN request_details IS NULL THEN NULL ELSE '•••' END) STORED;
ALTER TABLE {{schema}}.data_inventory ADD COLUMN data_subjects_masked text
  GENERATED ALWAYS AS (CASE WHEN data_subjects IS NULL THEN NULL ELSE '•••' END) STORED;

-- The row as the trail keeps it: hashed columns are replaced by their SHA-256; columns marked with ! by the fact that there is a
-- value (a hash of an address could be guessed).
CREATE OR REPLACE FUNCTION {{schema}}.trail_values(p_row jsonb, p_hashed text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  marked text;
  hashed text;
BEGIN
  FOREACH marked IN ARRAY p_hashed LOOP
    hashed := ltrim(marked, '!');
    IF p_row ->> hashed IS NOT NULL THEN
      p_row := p_row || jsonb_build_object(hashed, CASE WHEN hashed <> marked THEN jsonb_build_object('masked', true)
        ELSE jsonb_build_object('sha256', encode(sha256(convert_to(p_row ->> hashed, 'UTF8')), 'hex')) END);
    END IF;
  END LOOP;
  RETURN p_row;
END
$$;

-- May the current role read this kind of record, if not every column of it, and therefore its history?
CREATE OR REPLACE FUNCTION {{schema}}.may_read(p_resource_type text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(has_any_column_privilege(to_regclass('{{schema}}.' || quote_ident(p_resource_type)), 'SELECT'), false)
$$;

-- Who asked to see personal data of which record, why, and in which transaction. Added to by reveal_… alone, never changed.
CREATE TABLE {{schema}}.reveals (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  resource_type varchar(63) NOT NULL,
  resource_id uuid NOT NULL,
  reason text NOT NULL CHECK (length(btrim(reason)) BETWEEN 5 AND 2000),
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX reveals_resource_idx ON {{schema}}.reveals (resource_id, created_by, created_at);
CREATE INDEX reveals_created_by_idx ON {{schema}}.reveals (created_by);
CREATE INDEX reveals_updated_by_idx ON {{schema}}.reveals (updated_by);

-- True where the acting person's request to see this record is committed and not older than five minutes; else the request is
-- recorded now and the answer is false. A caller who rolls back has seen nothing: what this transaction wrote does not count, and
-- what another wrote is visible only once it is committed. So the value and its record cannot be had apart.
CREATE FUNCTION {{schema}}.may_reveal(p_resource_type text, p_id uuid, p_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_person uuid := public.current_person();
BEGIN
  IF v_person IS NULL THEN
    RAISE EXCEPTION 'no person is signed in' USING ERRCODE = '42501';
  END IF;
  IF length(btrim(coalesce(p_reason, ''), E' \t\r\n')) < 5 THEN
    RAISE EXCEPTION 'personal data is shown with a reason of five characters or more' USING ERRCODE = 'KP006';
  END IF;
  IF {{schema}}.is_hidden(p_id) THEN
    RETURN false;
  END IF;
  IF EXISTS (
    SELECT FROM {{schema}}.reveals r
    WHERE r.resource_id = p_id AND r.resource_type = p_resource_type AND r.created_by = v_person
      AND r.created_at > clock_timestamp() - interval '5 minutes' AND r.txid IS DISTINCT FROM pg_current_xact_id_if_assigned()
  ) THEN
    RETURN true;
  END IF;
  INSERT INTO {{schema}}.reveals (resource_type, resource_id, reason) VALUES (p_resource_type, p_id, btrim(p_reason, E' \t\r\n'));
  PERFORM {{schema}}.record_access('reveal', p_resource_type, p_id, NULL, btrim(p_reason, E' \t\r\n'));
  -- The commit that follows must be on disk before anybody can use it; nobody may have switched that off.
  PERFORM set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
  RETURN false;
END
$$;

-- Ask, commit, ask again. The first answer has recorded = true and no values; the second has them. No row: no such request, or one
-- that is restricted.
CREATE FUNCTION {{schema}}.reveal_dsr_request(p_id uuid, p_reason text)
RETURNS TABLE (recorded boolean, data_subject_id text, request_details jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM {{schema}}.dsr_requests d WHERE d.id = p_id) OR {{schema}}.is_hidden(p_id) THEN
    RETURN;
  END IF;
  IF {{schema}}.may_reveal('dsr_requests', p_id, p_reason) THEN
    RETURN QUERY SELECT false, d.data_subject_id::text, d.request_details FROM {{schema}}.dsr_requests d WHERE d.id = p_id;
  ELSE
    RETURN QUERY SELECT true, NULL::text, NULL::jsonb;
  END IF;
END
$$;

CREATE FUNCTION {{schema}}.reveal_data_inventory(p_id uuid, p_reason text) RETURNS TABLE (recorded boolean, data_subjects jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM {{schema}}.data_inventory d WHERE d.id = p_id) OR {{schema}}.is_hidden(p_id) THEN
    RETURN;
  END IF;
  IF {{schema}}.may_reveal('data_inventory', p_id, p_reason) THEN
    RETURN QUERY SELECT false, d.data_subjects FROM {{schema}}.data_inventory d WHERE d.id = p_id;
  ELSE
    RETURN QUERY SELECT true, NULL::jsonb;
  END IF;
END
$$;

REVOKE ALL ON FUNCTION {{schema}}.may_reveal(text, uuid, text), {{schema}}.reveal_dsr_request(uuid, text),
  {{schema}}.reveal_data_inventory(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.reveal_dsr_request(uuid, text), {{schema}}.reveal_data_inventory(uuid, text) TO {{role}}_privacy;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {{schema}}.reveals
  FOR EACH ROW EXECUTE FUNCTION {{schema}}.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {{schema}}.reveals
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.refuse_change();

DO $guards$
DECLARE
  everyone text[] := '{viewer,auditor,compliance,privacy,risk,admin}';
  privacy text[] := '{privacy}';
BEGIN
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'reveals');
  PERFORM private.grant_table('{{schema}}', 'reveals', '{}', '{}', '{}', '{}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'dsr_requests', '{!data_subject_id,!request_details}');
  PERFORM private.grant_table('{{schema}}', 'dsr_requests', everyone, privacy, privacy, privacy, '{}', '{}',
    '{data_subject_id,request_details}');
  PERFORM private.guard_table('{{schema}}', '{{tenant_id}}', 'data_inventory', '{!data_subjects}');
  PERFORM private.grant_table('{{schema}}', 'data_inventory', everyone, privacy, privacy, privacy, '{}', '{}', '{data_subjects}');
END
$guards$;
