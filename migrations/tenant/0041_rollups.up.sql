-- The figures of the first page, kept up to date by the changes themselves.
--
-- Writers only add: a statement leaves the difference that it made in rollup_deltas, in its own transaction, and waits for nobody.
-- Now and then somebody folds the differences into rollups. What is read is always the sum of both, so it is right directly after
-- a change, right after a rollback, and the same before and after a fold.

CREATE TABLE {{schema}}.rollups (
  measure text NOT NULL,
  key text NOT NULL,
  n bigint NOT NULL,
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  PRIMARY KEY (measure, key)
);
CREATE TABLE {{schema}}.rollup_deltas (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  measure text NOT NULL,
  key text NOT NULL,
  n bigint NOT NULL,
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid)
);
-- What is known of each requirement: whether it counts, how many live controls are mapped to it, and how many of these fail.
CREATE TABLE {{schema}}.requirement_standings (
  requirement_id uuid PRIMARY KEY,
  counted bigint NOT NULL DEFAULT 0,
  mapped bigint NOT NULL DEFAULT 0,
  failing bigint NOT NULL DEFAULT 0,
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid)
);
DO $guards$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['rollups', 'rollup_deltas', 'requirement_standings'] LOOP
    EXECUTE format('ALTER TABLE {{schema}}.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE {{schema}}.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY tenant_only ON {{schema}}.%I TO kompl_owner USING (tenant_id = ''{{tenant_id}}''::uuid)
      WITH CHECK (tenant_id = ''{{tenant_id}}''::uuid)', v_table);
  END LOOP;
END
$guards$;
-- Whoever holds this row folds; everybody else goes on.
INSERT INTO {{schema}}.rollups (measure, key, n) VALUES ('fold', '', 0);

-- The measures:
--   controls          '<k or ->|<last result>|<family>'  live controls that are not deprecated
--   plan.tests        '<plan>'                           live tests of a plan that are not restricted; plan.tested: those with a
--                                              result. Restricted ones are few: readers count those they see
--   verified          '<first day of the quarter>|<finding>'  times it became verified in that quarter
--   requirements      'total', 'met'                     folded from the three below
--   counted, mapped, failing  '<requirement>'            only as differences
--   stale             ''                                 not 0: joined figures must be rebuilt (see rollup_isolation)

CREATE VIEW {{schema}}.current_rollups WITH (security_barrier) AS
WITH waiting AS MATERIALIZED (SELECT d.measure, d.key, sum(d.n) AS n FROM {{schema}}.rollup_deltas d GROUP BY d.measure, d.key),
moved AS (
  SELECT w.key::uuid AS requirement_id, coalesce(sum(w.n) FILTER (WHERE w.measure = 'counted'), 0) AS counted,
    coalesce(sum(w.n) FILTER (WHERE w.measure = 'mapped'), 0) AS mapped, coalesce(sum(w.n) FILTER (WHERE w.measure = 'failing'), 0) AS failing
  FROM waiting w WHERE w.measure IN ('counted', 'mapped', 'failing') GROUP BY w.key
),
turned AS (
  SELECT (coalesce(s.counted, 0) + m.counted > 0)::integer - (coalesce(s.counted, 0) > 0)::integer AS total,
    (coalesce(s.counted, 0) + m.counted > 0 AND coalesce(s.mapped, 0) + m.mapped > 0 AND coalesce(s.failing, 0) + m.failing = 0)::integer
      - (coalesce(s.counted, 0) > 0 AND coalesce(s.mapped, 0) > 0 AND coalesce(s.failing, 0) = 0)::integer AS met
  FROM moved m LEFT JOIN {{schema}}.requirement_standings s ON s.requirement_id = m.requirement_id
)
SELECT a.measure, a.key, sum(a.n)::bigint AS n
FROM (
  SELECT r.measure, r.key, r.n FROM {{schema}}.rollups r
  UNION ALL SELECT w.measure, w.key, w.n FROM waiting w WHERE w.measure NOT IN ('counted', 'mapped', 'failing')
  UNION ALL SELECT 'requirements', 'total', t.total FROM turned t
  UNION ALL SELECT 'requirements', 'met', t.met FROM turned t
) a
GROUP BY a.measure, a.key HAVING sum(a.n) <> 0;

-- The figures of the first page: those of current_rollups, of 'verified' since p_quarter (its first day) those of findings that the
-- acting person may see, and beside the tests of a plan the restricted ones that they may see. A function, so that a session plans it once.
CREATE FUNCTION {{schema}}.figures(p_quarter text) RETURNS TABLE (measure text, key text, n bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 200 SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
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

-- Folds the differences in; how many there were, null where somebody else is at it.
CREATE FUNCTION {{schema}}.fold_rollups() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_folded bigint;
BEGIN
  PERFORM FROM {{schema}}.rollups WHERE measure = 'fold' AND key = '' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  WITH gone AS (DELETE FROM {{schema}}.rollup_deltas RETURNING measure, key, n),
  summed AS (SELECT measure, key, sum(n) AS n FROM gone GROUP BY measure, key HAVING sum(n) <> 0),
  moved AS (
    SELECT key::uuid AS requirement_id, coalesce(sum(n) FILTER (WHERE measure = 'counted'), 0) AS counted,
      coalesce(sum(n) FILTER (WHERE measure = 'mapped'), 0) AS mapped, coalesce(sum(n) FILTER (WHERE measure = 'failing'), 0) AS failing
    FROM summed WHERE measure IN ('counted', 'mapped', 'failing') GROUP BY key
  ),
  -- every part of one statement sees the standings as they were before it
  turned AS (
    SELECT coalesce(sum((coalesce(s.counted, 0) + m.counted > 0)::integer - (coalesce(s.counted, 0) > 0)::integer), 0) AS total,
      coalesce(sum((coalesce(s.counted, 0) + m.counted > 0 AND coalesce(s.mapped, 0) + m.mapped > 0
          AND coalesce(s.failing, 0) + m.failing = 0)::integer
        - (coalesce(s.counted, 0) > 0 AND coalesce(s.mapped, 0) > 0 AND coalesce(s.failing, 0) = 0)::integer), 0) AS met
    FROM moved m LEFT JOIN {{schema}}.requirement_standings s ON s.requirement_id = m.requirement_id
  ),
  stand AS (
    INSERT INTO {{schema}}.requirement_standings AS s (requirement_id, counted, mapped, failing)
    SELECT requirement_id, counted, mapped, failing FROM moved
    ON CONFLICT (requirement_id) DO UPDATE
    SET counted = s.counted + excluded.counted, mapped = s.mapped + excluded.mapped, failing = s.failing + excluded.failing
  ),
  figures AS (
    INSERT INTO {{schema}}.rollups AS r (measure, key, n)
    SELECT measure, key, n FROM summed WHERE measure NOT IN ('counted', 'mapped', 'failing')
    UNION ALL SELECT 'requirements', f.key, f.n FROM turned t CROSS JOIN LATERAL (VALUES ('total', t.total), ('met', t.met)) f (key, n)
    ON CONFLICT (measure, key) DO UPDATE SET n = r.n + excluded.n
  )
  SELECT count(*) INTO v_folded FROM gone;
  RETURN v_folded;
END
$$;

-- Every figure anew from the records. Waits for those who are writing, and they for it.
CREATE FUNCTION {{schema}}.rebuild_rollups() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  -- A writer adds to rollup_deltas before it can commit, so behind this lock there is nobody half-way.
  LOCK TABLE {{schema}}.rollup_deltas IN SHARE ROW EXCLUSIVE MODE;
  PERFORM {{schema}}.fold_rollups();
  DELETE FROM {{schema}}.rollups WHERE measure NOT IN ('fold', 'verified');
  DELETE FROM {{schema}}.requirement_standings;
  INSERT INTO {{schema}}.rollups (measure, key, n)
  SELECT 'controls', CASE WHEN c.key_control THEN 'k|' ELSE '-|' END || coalesce(c.last_result, 'not_tested') || '|' || coalesce(c.family, ''),
    count(*)
  FROM {{schema}}.controls c WHERE c.archived_at IS NULL AND c.status <> 'deprecated' GROUP BY 2;
  INSERT INTO {{schema}}.rollups (measure, key, n)
  SELECT f.measure, t.audit_plan_id::text, sum(f.n)
  FROM {{schema}}.control_tests t
  CROSS JOIN LATERAL (VALUES ('plan.tests', 1), ('plan.tested', (t.test_result <> 'not_tested')::integer)) f (measure, n)
  WHERE t.archived_at IS NULL AND t.restricted_root IS NULL AND t.audit_plan_id IS NOT NULL GROUP BY 1, 2 HAVING sum(f.n) <> 0;
  INSERT INTO {{schema}}.requirement_standings (requirement_id, counted, mapped, failing)
  SELECT q.id, (q.assessable AND q.archived_at IS NULL AND g.archived_at IS NULL AND g.status <> 'retired')::integer,
    coalesce(m.mapped, 0), coalesce(m.failing, 0)
  FROM {{schema}}.requirements q JOIN {{schema}}.regulations g ON g.id = q.regulation_id
  LEFT JOIN (
    SELECT cr.requirement_id, count(*) AS mapped,
      count(*) FILTER (WHERE coalesce(c.last_result, 'not_tested') NOT IN ('effective', 'not_applicable')) AS failing
    FROM {{schema}}.control_requirements cr JOIN {{schema}}.controls c ON c.id = cr.control_id
    WHERE cr.archived_at IS NULL AND cr.relation <> 'not_related' AND c.archived_at IS NULL AND c.status <> 'deprecated'
    GROUP BY cr.requirement_id
  ) m ON m.requirement_id = q.id;
  INSERT INTO {{schema}}.rollups (measure, key, n)
  SELECT 'requirements', f.key, f.n
  FROM (SELECT count(*) AS total, count(*) FILTER (WHERE s.mapped > 0 AND s.failing = 0) AS met
        FROM {{schema}}.requirement_standings s WHERE s.counted > 0) t
  CROSS JOIN LATERAL (VALUES ('total', t.total), ('met', t.met)) f (key, n);
END
$$;

-- Figures that join two tables lock the row they depend on and then look at what is committed. Under REPEATABLE READ a
-- transaction cannot see what was committed meanwhile: it says that the joined figures need a rebuild, and readers count by
-- themselves until then.
CREATE FUNCTION {{schema}}.rollup_isolation() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    INSERT INTO {{schema}}.rollup_deltas (measure, key, n) VALUES ('stale', '', 1);
  END IF;
END
$$;

-- After every two hundred differences or so.
CREATE FUNCTION {{schema}}.rollup_upkeep(p_added bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_added > 0 AND currval('{{schema}}.rollup_deltas_id_seq') % 200 < p_added
    AND current_setting('transaction_isolation') = 'read committed' THEN
    PERFORM {{schema}}.fold_rollups();
  END IF;
END
$$;

-- The trigger functions, one a table. Each takes the contribution of the rows as they are and takes back that of the rows as
-- they were; what did not change cancels out. The text of the three statements of a table differs in where the rows come from.
DO $triggers$
DECLARE
  v_measures constant jsonb := jsonb_build_object(
    'controls', $measure$
      SELECT 'controls' AS measure, CASE WHEN r.key_control THEN 'k|' ELSE '-|' END || coalesce(r.last_result, 'not_tested') || '|'
        || coalesce(r.family, '') AS key, r.sign AS n
      FROM changed r WHERE r.archived_at IS NULL AND r.status <> 'deprecated'
      UNION ALL
      SELECT f.measure, m.requirement_id::text, r.sign * f.n
      FROM changed r JOIN {{schema}}.control_requirements m ON m.control_id = r.id
      CROSS JOIN LATERAL (VALUES ('mapped', 1),
        ('failing', (coalesce(r.last_result, 'not_tested') NOT IN ('effective', 'not_applicable'))::integer)) f (measure, n)
      WHERE r.known AND r.archived_at IS NULL AND r.status <> 'deprecated' AND m.archived_at IS NULL AND m.relation <> 'not_related'
      $measure$,
    'control_tests', $measure$
      SELECT f.measure, r.audit_plan_id::text AS key, r.sign * f.n AS n
      FROM changed r
      CROSS JOIN LATERAL (VALUES ('plan.tests', 1), ('plan.tested', (r.test_result <> 'not_tested')::integer)) f (measure, n)
      WHERE r.archived_at IS NULL AND r.restricted_root IS NULL AND r.audit_plan_id IS NOT NULL $measure$,
    'requirements', $measure$
      SELECT 'counted' AS measure, r.id::text AS key, r.sign AS n
      FROM changed r JOIN {{schema}}.regulations g ON g.id = r.regulation_id
      WHERE r.assessable AND r.archived_at IS NULL AND g.archived_at IS NULL AND g.status <> 'retired' $measure$,
    'regulations', $measure$
      SELECT 'counted' AS measure, q.id::text AS key, r.sign AS n
      FROM changed r JOIN {{schema}}.requirements q ON q.regulation_id = r.id
      WHERE r.known AND q.assessable AND q.archived_at IS NULL AND r.archived_at IS NULL AND r.status <> 'retired' $measure$,
    'control_requirements', $measure$
      SELECT f.measure, r.requirement_id::text AS key, r.sign * f.n AS n
      FROM changed r JOIN {{schema}}.controls c ON c.id = r.control_id
      CROSS JOIN LATERAL (VALUES ('mapped', 1),
        ('failing', (coalesce(c.last_result, 'not_tested') NOT IN ('effective', 'not_applicable'))::integer)) f (measure, n)
      WHERE r.archived_at IS NULL AND r.relation <> 'not_related' AND c.archived_at IS NULL AND c.status <> 'deprecated' $measure$);
  -- the rows that a joined figure depends on, held until the end of the transaction
  v_locks constant jsonb := jsonb_build_object(
    'requirements', 'PERFORM FROM {{schema}}.regulations g WHERE g.id IN (SELECT regulation_id FROM %I) ORDER BY g.id FOR SHARE;',
    'control_requirements', 'PERFORM FROM {{schema}}.controls c WHERE c.id IN (SELECT control_id FROM %I) ORDER BY c.id FOR SHARE;');
  v_table text;
  v_measure text;
  v_operation text;
  v_changed text;
  v_body text;
BEGIN
  FOR v_table, v_measure IN SELECT * FROM jsonb_each_text(v_measures) LOOP
    v_body := '';
    FOREACH v_operation IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
      -- known: the record was there before the statement, so others may refer to it
      v_changed := concat_ws(' UNION ALL ',
        CASE WHEN v_operation <> 'DELETE' THEN
          format('SELECT 1 AS sign, %s AS known, o.* FROM new_rows o', (v_operation = 'UPDATE')::text) END,
        CASE WHEN v_operation <> 'INSERT' THEN 'SELECT -1 AS sign, true AS known, o.* FROM old_rows o' END);
      v_body := v_body || format($branch$
        IF TG_OP = %L THEN
          %s
          WITH changed AS MATERIALIZED (%s)
          INSERT INTO {{schema}}.rollup_deltas (measure, key, n)
          SELECT f.measure, f.key, sum(f.n) FROM (%s) f GROUP BY f.measure, f.key HAVING sum(f.n) <> 0;
          GET DIAGNOSTICS v_added = ROW_COUNT;
        END IF;$branch$, v_operation,
        coalesce(format(v_locks ->> v_table, CASE v_operation WHEN 'DELETE' THEN 'old_rows' ELSE 'new_rows' END), ''), v_changed, v_measure);
    END LOOP;
    EXECUTE format($function$
      CREATE FUNCTION {{schema}}.%I() RETURNS trigger
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $body$
      DECLARE
        v_added bigint := 0;
      BEGIN %s
        IF v_added > 0 AND TG_ARGV[0] <> 'control_tests' THEN
          PERFORM {{schema}}.rollup_isolation();
        END IF;
        PERFORM {{schema}}.rollup_upkeep(v_added);
        RETURN NULL;
      END
      $body$ $function$, 'roll_up_' || v_table, v_body);
    EXECUTE format('REVOKE ALL ON FUNCTION {{schema}}.%I() FROM PUBLIC', 'roll_up_' || v_table);
    EXECUTE format('CREATE TRIGGER roll_up_insert AFTER INSERT ON {{schema}}.%I REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.%I(%L)', v_table, 'roll_up_' || v_table, v_table);
    EXECUTE format('CREATE TRIGGER roll_up_update AFTER UPDATE ON {{schema}}.%I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.%I(%L)', v_table, 'roll_up_' || v_table, v_table);
    EXECUTE format('CREATE TRIGGER roll_up_delete AFTER DELETE ON {{schema}}.%I REFERENCING OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.%I(%L)', v_table, 'roll_up_' || v_table, v_table);
  END LOOP;
END
$triggers$;

-- A finding became verified. Kept apart from the trail, which is filed away.
CREATE FUNCTION {{schema}}.roll_up_findings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_added bigint;
BEGIN
  INSERT INTO {{schema}}.rollup_deltas (measure, key, n)
  SELECT 'verified', to_char(date_trunc('quarter', clock_timestamp() AT TIME ZONE 'UTC'), 'YYYY-MM-DD') || '|' || n.id, 1
  FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.status = 'verified' AND o.status <> 'verified';
  GET DIAGNOSTICS v_added = ROW_COUNT;
  PERFORM {{schema}}.rollup_upkeep(v_added);
  RETURN NULL;
END
$$;
CREATE TRIGGER roll_up_update AFTER UPDATE ON {{schema}}.findings REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.roll_up_findings('findings');

INSERT INTO {{schema}}.rollups (measure, key, n)
SELECT 'verified', to_char(date_trunc('quarter', l.at AT TIME ZONE 'UTC'), 'YYYY-MM-DD') || '|' || l.resource_id, count(*)
FROM {{schema}}.audit_log l
WHERE l.resource_type = 'findings' AND l.action = 'update' AND l.new_values ->> 'status' = 'verified' AND l.resource_id IS NOT NULL
GROUP BY 2;
SELECT {{schema}}.rebuild_rollups();

REVOKE ALL ON FUNCTION {{schema}}.figures(text), {{schema}}.fold_rollups(), {{schema}}.rebuild_rollups(), {{schema}}.rollup_isolation(),
  {{schema}}.rollup_upkeep(bigint), {{schema}}.roll_up_findings() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{schema}}.figures(text)
  TO {{role}}_viewer, {{role}}_auditor, {{role}}_compliance, {{role}}_privacy, {{role}}_risk, {{role}}_admin;
