-- The rule as it was before.

DROP TRIGGER settle_reminders ON {{schema}}.policy_acknowledgements;
DROP FUNCTION {{schema}}.settle_reminders();

CREATE OR REPLACE FUNCTION {{schema}}.people_asked(p_round {{schema}}.policy_rounds) RETURNS SETOF uuid
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
