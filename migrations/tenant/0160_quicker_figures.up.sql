-- As in 0041; and where no difference waits to be folded in, what was folded is all there is, and one statement gives it.
CREATE OR REPLACE FUNCTION {{schema}}.figures(p_quarter text) RETURNS TABLE (measure text, key text, n bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 200 SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM {{schema}}.rollup_deltas) THEN
    RETURN QUERY
    SELECT r.measure, r.key, r.n FROM {{schema}}.rollups r
    WHERE r.measure IN ('controls', 'requirements', 'plan.tests', 'plan.tested', 'stale') AND r.n <> 0
    UNION ALL
    SELECT 'verified', '', count(DISTINCT split_part(r.key, '|', 2)) FROM {{schema}}.rollups r
    WHERE r.measure = 'verified' AND r.key >= p_quarter AND NOT {{schema}}.is_hidden(split_part(r.key, '|', 2)::uuid)
    UNION ALL
    SELECT f.measure, t.audit_plan_id::text, sum(f.n)::bigint
    FROM {{schema}}.control_tests t
    CROSS JOIN LATERAL (VALUES ('plan.tests', 1), ('plan.tested', (t.test_result <> 'not_tested')::integer)) f (measure, n)
    WHERE t.restricted_root IS NOT NULL AND t.archived_at IS NULL AND t.audit_plan_id IS NOT NULL AND {{schema}}.may_see(t.restricted_root)
    GROUP BY 1, 2;
    RETURN;
  END IF;
  RETURN QUERY SELECT r.measure, r.key, r.n FROM {{schema}}.current_rollups r
    WHERE r.measure IN ('controls', 'requirements', 'plan.tests', 'plan.tested', 'stale');
  RETURN QUERY SELECT 'verified', '', count(DISTINCT v.finding)
    FROM (SELECT split_part(a.key, '|', 2)::uuid AS finding
          FROM (SELECT d.key FROM {{schema}}.rollup_deltas d WHERE d.measure = 'verified' AND d.key >= p_quarter
                UNION ALL SELECT f.key FROM {{schema}}.rollups f WHERE f.measure = 'verified' AND f.key >= p_quarter) a) v
    WHERE NOT {{schema}}.is_hidden(v.finding);
  RETURN QUERY SELECT f.measure, t.audit_plan_id::text, sum(f.n)
    FROM {{schema}}.control_tests t
    CROSS JOIN LATERAL (VALUES ('plan.tests', 1), ('plan.tested', (t.test_result <> 'not_tested')::integer)) f (measure, n)
    WHERE t.restricted_root IS NOT NULL AND t.archived_at IS NULL AND t.audit_plan_id IS NOT NULL AND {{schema}}.may_see(t.restricted_root)
    GROUP BY 1, 2;
END
$$;
