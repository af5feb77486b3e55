DROP FUNCTION public.person_for_sign_in(text);
DROP FUNCTION public.note_sign_in();
DROP FUNCTION public.schema_versions();
DROP FUNCTION public.my_workspaces();
DROP FUNCTION public.me();
DROP FUNCTION public.current_person();
