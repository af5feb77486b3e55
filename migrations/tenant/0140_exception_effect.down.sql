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
      WHERE x.control_test_id = p_test AND x.archived_at IS NULL),
    'cross_references', (
      SELECT jsonb_object_agg(c.id, concat_ws(' · ', c.mark, c.place, c.note)) FROM {{schema}}.cross_references c
      WHERE c.control_test_id = p_test AND c.archived_at IS NULL),
    'ticks', (
      SELECT jsonb_object_agg(k.id, concat_ws(' · ', l.symbol, k.place, k.note)) FROM {{schema}}.ticks k JOIN {{schema}}.tick_marks l ON l.id = k.tick_mark_id
      WHERE k.control_test_id = p_test AND k.archived_at IS NULL));
END
$$;

ALTER TABLE {{schema}}.test_exceptions DROP COLUMN effect;
