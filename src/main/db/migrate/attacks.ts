/** For tests only: what an attacker tries on every table, and a way to try much in one round trip. */

/** Every table of a tenant but the trail and the ledger. */
export const TABLES = [
  ...['regulations', 'requirements', 'compliance_assessments', 'policies', 'control_sets', 'controls', 'control_requirements'],
  ...['audit_plans', 'control_tests', 'findings', 'actions', 'audit_evidence', 'evidence_files', 'audit_reports'],
  ...['data_inventory', 'dsr_requests', 'dpias', 'privacy_controls', 'risk_register', 'vulnerabilities', 'vendor_assessments'],
  ...['business_continuity', 'documents', 'chunks', 'embeddings', 'similarity_scores', 'source_keys', 'library_receipts'],
  ...['requirement_mappings'],
  ...['comments', 'watchers', 'attachments', 'notice_reads', 'approval_rules', 'approval_authors', 'approvals', 'approval_votes'],
  ...['saved_views'],
  ...['import_mappings'],
  ...['requirement_assessments', 'assessment_controls', 'assessment_evidence'],
  ...['record_templates'],
  ...['samples', 'sample_items', 'test_exceptions', 'evidence_requests', 'audit_team', 'audit_milestones', 'time_entries'],
  ...['cross_references', 'tick_marks', 'ticks', 'review_notes'],
  ...['report_files', 'report_blocks', 'report_templates', 'finding_extensions'],
  ...['policy_versions', 'policy_requirements', 'policy_controls', 'policy_rounds', 'policy_acknowledgements'],
];
/** Marks that every person sets for themselves, whatever their function. */
export const OWN_MARKS = ['watchers', 'notice_reads', 'saved_views'];
/** The server's own columns. */
export const SYSTEM_COLUMNS = ['id', 'tenant_id', 'row_version', 'created_at', 'created_by', 'updated_at', 'updated_by'];

/** One round trip for many attempts: fails (P0001) at the first that is not denied. */
export function allDenied(statements: readonly string[]): string {
  return `DO $attack$
    DECLARE attempt text;
    BEGIN
      FOREACH attempt IN ARRAY ARRAY[${statements.map((sql) => `'${sql.replaceAll("'", "''")}'`).join(', ')}] LOOP
        BEGIN
          EXECUTE attempt;
        EXCEPTION WHEN insufficient_privilege THEN CONTINUE;
        END;
        RAISE EXCEPTION 'went through: %', attempt;
      END LOOP;
    END $attack$`;
}
