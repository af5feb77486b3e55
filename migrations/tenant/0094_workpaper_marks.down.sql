CREATE OR REPLACE FUNCTION {{schema}}.signed_parts(p_test uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
BEGIN
  RETURN jsonb_build_object(
    'evidence_filed', (
      SELECT jsonb_object_agg(e.ref, jsonb_build_object('title', e.title, 'files', (
        SELECT coalesce(jsonb_agg(f.sha256 ORDER BY f.sha256), '[]') FROM {{schema}}.evidence_files f WHERE f.evidence_id = e.id AND f.archived_at IS NULL)))
      FROM {{schema}}.audit_evidence e WHERE e.control_test_id = p_test AND e.finding_id IS NULL AND e.archived_at IS NULL),
    'samples', (
      SELECT jsonb_object_agg(s.ref, jsonb_strip_nulls(jsonb_build_object('seed', s.seed, 'method', s.method, 'content', s.content_sha256,
        'conclusion', s.conclusion, 'items', (
          SELECT jsonb_object_agg(i.position, concat_ws(' · ', i.result, i.audited_amount, i.note)) FROM {{schema}}.sample_items i
          WHERE i.sample_id = s.id AND (i.result <> 'open' OR i.note IS NOT NULL OR i.audited_amount IS NOT NULL)))))
      FROM {{schema}}.samples s WHERE s.control_test_id = p_test AND s.archived_at IS NULL),
    'exceptions', (
      SELECT jsonb_object_agg(x.id, concat_ws(' · ', x.title, x.kind, x.description, x.cause)) FROM {{schema}}.test_exceptions x
      WHERE x.control_test_id = p_test AND x.archived_at IS NULL));
END
$$;
DROP TRIGGER carry_to_ticks ON {{schema}}.control_tests;
DROP TRIGGER carry_to_cross_references ON {{schema}}.control_tests;
SELECT private.drop_searched('{{schema}}', 'ticks');
SELECT private.drop_searched('{{schema}}', 'tick_marks');
SELECT private.drop_searched('{{schema}}', 'cross_references');
DROP TABLE {{schema}}.ticks;
DROP TABLE {{schema}}.tick_marks;
DROP TABLE {{schema}}.cross_references;
DROP FUNCTION {{schema}}.mark_reference();
