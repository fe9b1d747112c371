-- Two hundred accounts attacked at once are locked within a minute and a half on a small machine; half a minute of giving way let
-- the phish of the first be moved before the last was locked. Three minutes after its own lock an incident waits for nobody.
CREATE OR REPLACE FUNCTION petra.gives_way_to_locks(p_incident_id uuid, p_now timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT 1 FROM public.incidents
    WHERE id = p_incident_id AND coalesce(lock_accepted_at, detected_at) > p_now - interval '3 minutes'
  ) AND (EXISTS (
    SELECT 1 FROM public.incidents
    WHERE id <> p_incident_id AND lock_accepted_at BETWEEN p_now - interval '2 seconds' AND p_now
  ) OR EXISTS (
    SELECT 1 FROM public.incidents i
    JOIN public.tenants t ON t.id = i.tenant_id
    LEFT JOIN public.incident_steps s ON s.incident_id = i.id AND s.step_id = 'revoke-and-lock'
    WHERE i.id <> p_incident_id AND i.status = 'open' AND i.response_acts AND t.response_enabled
      AND i.published_at IS NOT NULL AND i.lock_accepted_at IS NULL
      AND i.detected_at BETWEEN p_now - interval '30 seconds' AND p_now
      AND coalesce(s.state, 'waiting') IN ('waiting', 'running') AND coalesce(s.authority, 'auto') = 'auto'
  ))
$$;
