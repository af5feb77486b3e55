-- State machines, locked states and archived rows in the database: what the service refuses, psql is refused with the same
-- meaning. The machines are those of src/shared/entities/machines.ts; a test compares every word.

-- A step that is not listed, a start that is none, a step without the reason it needs. KP005 and KP006 are our own SQLSTATEs.
CREATE FUNCTION {{schema}}.guard_state() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  machine jsonb := TG_ARGV[1]::jsonb;
  field text := machine ->> 'field';
  v_from text := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) ->> field END;
  v_to text := to_jsonb(NEW) ->> field;
  allowed jsonb;
BEGIN
  -- A new row of the owner's is restored or loaded and comes in the state that it had.
  IF TG_OP = 'INSERT' AND left(current_user::text, 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  allowed := CASE WHEN v_from IS NULL THEN machine -> 'start' ELSE coalesce(machine -> 'steps' -> v_from, '[]') END;
  IF v_to IS NULL OR NOT allowed ? v_to THEN
    RAISE EXCEPTION '%: no step from % to %', TG_ARGV[0], coalesce(v_from, 'nothing'), coalesce(v_to, 'nothing')
      USING ERRCODE = 'KP005', DETAIL = 'allowed: ' || allowed::text, TABLE = TG_ARGV[0], COLUMN = field;
  END IF;
  IF machine -> 'reason' ? v_to AND btrim(coalesce(current_setting('app.reason', true), ''), E' \t\r\n') = '' THEN
    RAISE EXCEPTION '%: the step to % needs a reason', TG_ARGV[0], v_to
      USING ERRCODE = 'KP006', HINT = 'SET LOCAL app.reason = ''...''', TABLE = TG_ARGV[0], COLUMN = field;
  END IF;
  RETURN NEW;
END
$$;

-- In a locked state only the state itself changes, and whether the row is archived. Functions of the owner derive as before.
CREATE FUNCTION {{schema}}.guard_locked() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  free text[] := ARRAY[TG_ARGV[1], 'archived_at', 'row_version', 'updated_at', 'updated_by', 'created_at', 'created_by',
    'restricted_root'];
  was jsonb;
  v_field text;
BEGIN
  IF left(current_user::text, 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  was := to_jsonb(OLD) - free;
  -- generated columns are not there yet
  SELECT n.key INTO v_field FROM jsonb_each(to_jsonb(NEW) - free) n
  WHERE n.value IS DISTINCT FROM was -> n.key AND right(n.key, 7) <> '_masked' LIMIT 1;
  IF v_field IS NOT NULL THEN
    RAISE EXCEPTION '%: % is locked while the state is %', TG_ARGV[0], v_field, to_jsonb(OLD) ->> TG_ARGV[1]
      USING ERRCODE = 'KP001', TABLE = TG_ARGV[0], COLUMN = v_field;
  END IF;
  RETURN NEW;
END
$$;

-- An archived row is restored before it is changed.
CREATE FUNCTION {{schema}}.guard_archived() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF left(current_user::text, 39) <> '{{role}}' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '%: an archived record is restored before it is changed', TG_ARGV[0]
    USING ERRCODE = 'KP001', TABLE = TG_ARGV[0], COLUMN = 'archived_at';
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.guard_state(), {{schema}}.guard_locked(), {{schema}}.guard_archived() FROM PUBLIC;

SELECT private.guard_states('{{schema}}', 'actions', '{
    "field": "status", "start": ["to_do","in_progress","done","cancelled"],
    "reason": ["cancelled"], "locked": [],
    "steps": {
      "to_do": ["in_progress","done","cancelled"],
      "in_progress": ["to_do","done","cancelled"],
      "done": ["in_progress"],
      "cancelled": ["to_do"]
    } }');
SELECT private.guard_states('{{schema}}', 'audit_evidence', '{
    "field": "status", "start": ["draft","in_review","accepted","rejected","requested"],
    "reason": ["rejected"], "locked": [],
    "steps": {
      "requested": ["draft"],
      "draft": ["in_review","accepted","rejected"],
      "in_review": ["accepted","rejected","draft"],
      "accepted": ["expired","in_review"],
      "rejected": ["draft"],
      "expired": ["draft"]
    } }');
SELECT private.guard_states('{{schema}}', 'audit_plans', '{
    "field": "status", "start": ["planned","fieldwork","cancelled"],
    "reason": ["cancelled"], "locked": ["reported","closed","cancelled"],
    "steps": {
      "planned": ["fieldwork","cancelled"],
      "fieldwork": ["review","cancelled"],
      "review": ["fieldwork","reported"],
      "reported": ["review","closed"],
      "closed": [],
      "cancelled": ["planned"]
    } }');
SELECT private.guard_states('{{schema}}', 'audit_reports', '{
    "field": "status", "start": ["draft","in_review"],
    "reason": [], "locked": ["issued"],
    "steps": {
      "draft": ["in_review"],
      "in_review": ["draft","issued"],
      "issued": []
    } }');
SELECT private.guard_states('{{schema}}', 'business_continuity', '{
    "field": "status", "start": ["draft","in_review","retired"],
    "reason": ["retired"], "locked": ["retired"],
    "steps": {
      "draft": ["in_review","retired"],
      "in_review": ["draft","active"],
      "active": ["in_review","retired"],
      "retired": ["draft"]
    } }');
SELECT private.guard_states('{{schema}}', 'compliance_assessments', '{
    "field": "status", "start": ["planned","in_progress","deprecated"],
    "reason": ["deprecated"], "locked": ["done","deprecated"],
    "steps": {
      "planned": ["in_progress","deprecated"],
      "in_progress": ["planned","in_review","deprecated"],
      "in_review": ["in_progress","done"],
      "done": ["in_progress","deprecated"],
      "deprecated": ["planned"]
    } }');
SELECT private.guard_states('{{schema}}', 'control_sets', '{
    "field": "status", "start": ["active","retired","draft"],
    "reason": [], "locked": [],
    "steps": {
      "draft": ["active"],
      "active": ["retired"],
      "retired": ["active"]
    } }');
SELECT private.guard_states('{{schema}}', 'control_tests', '{
    "field": "status", "start": ["to_do","in_progress"],
    "reason": [], "locked": [],
    "steps": {
      "to_do": ["in_progress"],
      "in_progress": ["in_review","to_do","done"],
      "in_review": ["in_progress","done"],
      "done": ["in_progress"]
    } }');
SELECT private.guard_states('{{schema}}', 'controls', '{
    "field": "status", "start": ["to_do","in_progress","on_hold","active","deprecated"],
    "reason": ["degraded","deprecated"], "locked": [],
    "steps": {
      "to_do": ["in_progress","on_hold","active","deprecated"],
      "in_progress": ["to_do","on_hold","active","deprecated"],
      "on_hold": ["to_do","in_progress","active","deprecated"],
      "active": ["in_progress","on_hold","degraded","deprecated"],
      "degraded": ["in_progress","on_hold","active","deprecated"],
      "deprecated": ["to_do"]
    } }');
SELECT private.guard_states('{{schema}}', 'data_inventory', '{
    "field": "status", "start": ["draft","in_review","deprecated"],
    "reason": ["deprecated"], "locked": ["deprecated"],
    "steps": {
      "draft": ["in_review","deprecated"],
      "in_review": ["draft","approved"],
      "approved": ["in_review","deprecated"],
      "deprecated": ["draft"]
    } }');
SELECT private.guard_states('{{schema}}', 'dpias', '{
    "field": "status", "start": ["in_progress","evaluation"],
    "reason": ["refused"], "locked": ["signed","archived","refused"],
    "steps": {
      "in_progress": ["evaluation"],
      "evaluation": ["in_progress","to_be_fixed","improvable","acceptable","refused"],
      "to_be_fixed": ["evaluation","refused"],
      "improvable": ["evaluation","acceptable"],
      "acceptable": ["evaluation","signed"],
      "signed": ["evaluation","archived"],
      "archived": [],
      "refused": ["in_progress","archived"]
    } }');
SELECT private.guard_states('{{schema}}', 'dsr_requests', '{
    "field": "status", "start": ["pending","identity_check","in_progress","rejected","withdrawn"],
    "reason": ["on_hold","rejected"], "locked": ["fulfilled","rejected","withdrawn"],
    "steps": {
      "pending": ["identity_check","in_progress","rejected","withdrawn"],
      "identity_check": ["in_progress","on_hold","rejected","withdrawn"],
      "in_progress": ["identity_check","on_hold","fulfilled","rejected","withdrawn"],
      "on_hold": ["identity_check","in_progress","rejected","withdrawn"],
      "fulfilled": ["in_progress"],
      "rejected": ["in_progress"],
      "withdrawn": ["in_progress"]
    } }');
SELECT private.guard_states('{{schema}}', 'findings', '{
    "field": "status", "start": ["identified","confirmed","dismissed"],
    "reason": ["dismissed","risk_accepted"], "locked": ["closed"],
    "steps": {
      "identified": ["confirmed","dismissed"],
      "confirmed": ["assigned","dismissed","risk_accepted"],
      "assigned": ["in_progress","risk_accepted"],
      "in_progress": ["resolved","assigned","risk_accepted"],
      "resolved": ["verified","in_progress"],
      "verified": ["closed","in_progress"],
      "closed": [],
      "dismissed": ["identified"],
      "risk_accepted": ["assigned","closed"]
    } }');
SELECT private.guard_states('{{schema}}', 'policies', '{
    "field": "status", "start": ["draft","in_review","retired"],
    "reason": ["retired"], "locked": ["retired"],
    "steps": {
      "draft": ["in_review","retired"],
      "in_review": ["draft","approved"],
      "approved": ["active","in_review"],
      "active": ["in_review","retired"],
      "retired": ["draft"]
    } }');
SELECT private.guard_states('{{schema}}', 'privacy_controls', '{
    "field": "implementation_status", "start": ["not_started","planned","partial","implemented","not_applicable"],
    "reason": ["not_applicable"], "locked": [],
    "steps": {
      "not_started": ["planned","partial","implemented","not_applicable"],
      "planned": ["not_started","partial","implemented","not_applicable"],
      "partial": ["planned","implemented","not_applicable"],
      "implemented": ["partial","not_applicable"],
      "not_applicable": ["not_started","planned"]
    } }');
SELECT private.guard_states('{{schema}}', 'regulations', '{
    "field": "status", "start": ["active","superseded","retired","draft"],
    "reason": ["retired"], "locked": [],
    "steps": {
      "draft": ["active","retired"],
      "active": ["superseded","retired"],
      "superseded": ["active","retired"],
      "retired": ["active"]
    } }');
SELECT private.guard_states('{{schema}}', 'risk_register', '{
    "field": "status", "start": ["open","mitigating","accepted","transferred","avoided","closed"],
    "reason": ["accepted","closed"], "locked": ["closed"],
    "steps": {
      "open": ["mitigating","accepted","transferred","avoided","closed"],
      "mitigating": ["open","accepted","transferred","avoided","closed"],
      "accepted": ["open","mitigating","closed"],
      "transferred": ["open","mitigating","closed"],
      "avoided": ["open","closed"],
      "closed": ["open"]
    } }');
SELECT private.guard_states('{{schema}}', 'vulnerabilities', '{
    "field": "status", "start": ["open","in_progress","mitigated","fixed","not_exploitable","unaffected","risk_accepted"],
    "reason": ["not_exploitable","unaffected","risk_accepted"], "locked": [],
    "steps": {
      "open": ["in_progress","mitigated","fixed","not_exploitable","unaffected","risk_accepted"],
      "in_progress": ["open","mitigated","fixed","not_exploitable","unaffected","risk_accepted"],
      "mitigated": ["open","in_progress","fixed"],
      "fixed": ["open"],
      "not_exploitable": ["open"],
      "unaffected": ["open"],
      "risk_accepted": ["open","in_progress","fixed"]
    } }');

DO $guards$
DECLARE
  relation text;
BEGIN
  FOREACH relation IN ARRAY ARRAY[
    'regulations', 'requirements', 'compliance_assessments', 'policies', 'control_sets', 'controls', 'control_requirements',
    'audit_plans', 'control_tests', 'findings', 'actions', 'audit_evidence', 'evidence_files', 'audit_reports', 'data_inventory',
    'dsr_requests', 'dpias', 'privacy_controls', 'risk_register', 'vulnerabilities', 'vendor_assessments', 'business_continuity',
    'documents', 'chunks', 'embeddings', 'similarity_scores'
  ] LOOP
    EXECUTE format('CREATE TRIGGER guard_archived BEFORE UPDATE ON {{schema}}.%I
      FOR EACH ROW WHEN (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NOT NULL)
      EXECUTE FUNCTION {{schema}}.guard_archived(%L)', relation, relation);
  END LOOP;
END
$guards$;
