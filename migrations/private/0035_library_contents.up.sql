-- The content of the shared library's versions, and the functions that fill the library. Owner only.

CREATE TABLE private.library_contents (
  version_id uuid PRIMARY KEY REFERENCES public.library_versions (id),
  -- the very text that was added; its SHA-256 stands with the version
  content text NOT NULL
);
ALTER TABLE private.library_contents ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.library_contents FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_only ON private.library_contents TO kompl_owner USING (true) WITH CHECK (true);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON private.library_contents
  FOR EACH ROW EXECUTE FUNCTION public.refuse_library_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.library_contents
  FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_library_change();

-- Adds a version, and its item where that is new. The same content under the same version again is the same version; other
-- content under it is refused. Returns the version's id and whether it is new.
CREATE FUNCTION private.add_library_version(p_slug text, p_kind text, p_title text, p_version text, p_content text, p_note text)
RETURNS TABLE (version_id uuid, added boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_hash text := encode(sha256(convert_to(p_content, 'UTF8')), 'hex');
  v_item public.library_items;
  v_found public.library_versions;
BEGIN
  INSERT INTO public.library_items (slug, kind, title) VALUES (p_slug, p_kind, p_title) ON CONFLICT (slug) DO NOTHING;
  -- Locked, so that two additions of one version come one after the other.
  SELECT * INTO v_item FROM public.library_items i WHERE i.slug = p_slug FOR UPDATE;
  IF v_item.kind <> p_kind THEN
    RAISE EXCEPTION 'this item holds another kind of content' USING ERRCODE = '22023';
  END IF;
  SELECT * INTO v_found FROM public.library_versions v WHERE v.item_id = v_item.id AND v.version = p_version;
  IF FOUND THEN
    IF v_found.sha256 <> v_hash THEN
      RAISE EXCEPTION 'this version is there with other content' USING ERRCODE = '55000', CONSTRAINT = 'library_fixed';
    END IF;
    RETURN QUERY SELECT v_found.id, false;
    RETURN;
  END IF;
  INSERT INTO public.library_versions (item_id, version, sha256, size_bytes, note, added_by)
  VALUES (v_item.id, p_version, v_hash, octet_length(p_content), nullif(btrim(p_note), ''), public.current_person())
  RETURNING * INTO v_found;
  INSERT INTO private.library_contents (version_id, content) VALUES (v_found.id, p_content);
  PERFORM private.log_event('library.add', 'library_versions', v_found.id, NULL, NULL,
    jsonb_build_object('item', p_slug, 'version', p_version, 'sha256', v_hash));
  RETURN QUERY SELECT v_found.id, true;
END
$$;

-- A tenant is given a version; from here on it may read just this one. Given again, nothing changes.
CREATE FUNCTION private.give_library_version(p_tenant uuid, p_version uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_version public.library_versions;
  v_before uuid;
BEGIN
  SELECT * INTO v_version FROM public.library_versions v WHERE v.id = p_version;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM public.tenants t WHERE t.id = p_tenant AND NOT t.is_deleted) THEN
    RAISE EXCEPTION 'no such tenant or version' USING ERRCODE = 'P0002';
  END IF;
  SELECT s.version_id INTO v_before FROM public.library_subscriptions s
  WHERE s.tenant_id = p_tenant AND s.item_id = v_version.item_id FOR UPDATE;
  IF v_before = p_version THEN
    RETURN false;
  END IF;
  INSERT INTO public.library_subscriptions (tenant_id, item_id, version_id, given_by)
  VALUES (p_tenant, v_version.item_id, p_version, public.current_person())
  ON CONFLICT (tenant_id, item_id) DO UPDATE SET version_id = excluded.version_id, given_at = now(), given_by = excluded.given_by,
    login = session_user;
  PERFORM private.log_event('library.give', 'library_versions', p_version, p_tenant,
    CASE WHEN v_before IS NULL THEN NULL ELSE jsonb_build_object('version_id', v_before) END,
    jsonb_build_object('version_id', p_version, 'version', v_version.version));
  RETURN true;
END
$$;

REVOKE ALL ON FUNCTION private.add_library_version(text, text, text, text, text, text),
  private.give_library_version(uuid, uuid) FROM PUBLIC;
