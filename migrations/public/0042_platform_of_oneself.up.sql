-- Whether the caller administers the platform, so that their window offers it. The catalogue of roles is closed to persons.
CREATE FUNCTION public.administers_platform() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT public.is_platform_person(public.current_person())
$$;
REVOKE ALL ON FUNCTION public.administers_platform() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.administers_platform() TO PUBLIC;
