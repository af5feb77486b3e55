DROP FUNCTION public.administers_platform();
