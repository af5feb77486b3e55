-- Rounds ask only people who can answer: a suspended or removed person is not asked. What reminded a person is settled with their answer.

CREATE OR REPLACE FUNCTION {{schema}}.people_asked(p_round {{schema}}.policy_rounds) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
  SELECT DISTINCT m.user_id FROM public.tenant_memberships m JOIN public.users u ON u.id = m.user_id, {{schema}}.policy_versions v
  WHERE m.tenant_id = '{{tenant_id}}'::uuid AND (m.expires_at IS NULL OR m.expires_at > now()) AND v.id = p_round.version_id
    AND u.status = 'active' AND NOT u.is_deleted
    AND (p_round.audience <> 'functions' OR m.function = ANY (p_round.functions))
    AND (p_round.audience <> 'people' OR m.user_id::text = ANY (p_round.people))
    AND NOT EXISTS (
      SELECT FROM {{schema}}.policy_acknowledgements a JOIN {{schema}}.policy_versions w ON w.id = a.version_id
      WHERE a.policy_id = v.policy_id AND a.person_id = m.user_id AND w.major = v.major
        AND (a.status = 'acknowledged' OR (a.status = 'open' AND a.version_id = v.id)))
$$;

CREATE FUNCTION {{schema}}.settle_reminders() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  UPDATE {{schema}}.comments c SET resolved = true
  WHERE c.resource_type = 'policy_acknowledgements' AND c.resource_id = NEW.id AND c.parent_id IS NULL AND NOT c.resolved
    AND c.archived_at IS NULL AND c.mentions = ARRAY[NEW.person_id];
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.settle_reminders() FROM PUBLIC;

CREATE TRIGGER settle_reminders AFTER UPDATE ON {{schema}}.policy_acknowledgements
  FOR EACH ROW WHEN (NEW.status <> 'open' AND OLD.status = 'open') EXECUTE FUNCTION {{schema}}.settle_reminders();
