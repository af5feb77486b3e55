-- A person's row stays, and stays under its id: tenants' records name it without a foreign key (tenant/0050). Removing a person
-- takes login and name away and keeps the row, as before.
CREATE FUNCTION public.keep_person() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a person is named by the records of tenants and stays' USING ERRCODE = '23503';
END
$$;
REVOKE ALL ON FUNCTION public.keep_person() FROM PUBLIC;
CREATE TRIGGER keep_person BEFORE DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION public.keep_person();
CREATE TRIGGER keep_person_id BEFORE UPDATE OF id ON public.users FOR EACH ROW WHEN (NEW.id <> OLD.id)
  EXECUTE FUNCTION public.keep_person();
CREATE TRIGGER keep_persons BEFORE TRUNCATE ON public.users FOR EACH STATEMENT EXECUTE FUNCTION public.keep_person();
