-- When a control is tested next follows from how often it is tested and when it was last, once the date that stands there is reached or
-- followed from them before. Whoever gave a later date of their own keeps it.

CREATE FUNCTION {{schema}}.test_rhythm(p_frequency text) RETURNS interval
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  -- a rhythm without dates (continuous, on event) says nothing of the next test
  SELECT CASE p_frequency WHEN 'daily' THEN interval '1 day' WHEN 'weekly' THEN interval '7 days' WHEN 'monthly' THEN interval '1 month'
    WHEN 'quarterly' THEN interval '3 months' WHEN 'yearly' THEN interval '1 year' END
$$;

CREATE FUNCTION {{schema}}.derive_next_test() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE
  v_next date := (NEW.last_tested + {{schema}}.test_rhythm(NEW.frequency))::date;
BEGIN
  IF v_next IS NOT NULL AND NEW.next_test IS NOT DISTINCT FROM OLD.next_test
    AND (NEW.next_test IS NULL OR NEW.next_test <= NEW.last_tested
      OR NEW.next_test = (OLD.last_tested + {{schema}}.test_rhythm(OLD.frequency))::date) THEN
    NEW.next_test := v_next;
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION {{schema}}.test_rhythm(text), {{schema}}.derive_next_test() FROM PUBLIC;
CREATE TRIGGER derive_row BEFORE UPDATE ON {{schema}}.controls
  FOR EACH ROW WHEN (OLD.last_tested IS DISTINCT FROM NEW.last_tested OR OLD.frequency IS DISTINCT FROM NEW.frequency)
  EXECUTE FUNCTION {{schema}}.derive_next_test();
