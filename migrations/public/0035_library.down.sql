DROP TABLE public.library_subscriptions;
DROP TABLE public.library_versions;
DROP TABLE public.library_items;
DROP FUNCTION public.refuse_library_change();
