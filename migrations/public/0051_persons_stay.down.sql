DROP TRIGGER keep_persons ON public.users;
DROP TRIGGER keep_person_id ON public.users;
DROP TRIGGER keep_person ON public.users;
DROP FUNCTION public.keep_person();
