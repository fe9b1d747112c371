-- A tagged phish is looked for in the other tenants of its organization by itself (rule R90): nothing is moved by that. Across
-- tenants, so in a function of its own; one mail at a time per organization, so that a campaign is no storm of searches, and
-- none for a mail of a sender and subject already looked for within a week. Drills stay among themselves.
CREATE FUNCTION petra.look_for_tagged_phish(p_now timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  mail record;
  new_id uuid;
  placed integer := 0;
  actor constant jsonb := '{"kind": "system", "room": "remediate"}';
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('petra.look_for_tagged_phish')) THEN RETURN 0; END IF;
  -- Locks come first: nothing is looked for while accounts are being locked (rule L10).
  IF EXISTS (SELECT 1 FROM public.incidents WHERE lock_accepted_at BETWEEN p_now - interval '10 seconds' AND p_now)
    THEN RETURN 0; END IF;
  FOR mail IN
    SELECT DISTINCT ON (m.org_id) m.org_id, m.tenant_id, m.incident_id, m.internet_message_id, m.subject, m.sender
    FROM public.phish_messages m JOIN public.tenants home ON home.id = m.tenant_id
    WHERE m.untagged_at IS NULL AND m.tagged_at > p_now - interval '7 days'
      AND NOT home.is_drill AND home.phase <> 'removed'
      AND NOT EXISTS (SELECT 1 FROM public.phishes p WHERE p.org_id = m.org_id
        AND (p.internet_message_id = m.internet_message_id
          OR (p.subject = m.subject AND p.sender = m.sender AND p.created_at > p_now - interval '7 days')))
      AND NOT EXISTS (SELECT 1 FROM public.commands c WHERE c.org_id = m.org_id AND c.kind = 'find-phish'
        AND c.state IN ('sent', 'accepted', 'running'))
      AND EXISTS (SELECT 1 FROM public.tenants t WHERE t.org_id = m.org_id AND t.id <> m.tenant_id
        AND NOT t.is_drill AND t.phase NOT IN ('consent', 'paused', 'removed') AND t.microsoft_tenant_id IS NOT NULL)
    ORDER BY m.org_id, m.tagged_at DESC, m.id
  LOOP
    new_id := gen_random_uuid();
    INSERT INTO public.phishes (id, org_id, tenant_id, incident_id, internet_message_id, subject, sender,
      fingerprint_state, by, created_at)
    VALUES (new_id, mail.org_id, mail.tenant_id, mail.incident_id, mail.internet_message_id, mail.subject, mail.sender,
      'asked', actor, p_now);
    INSERT INTO public.commands (id, org_id, tenant_id, phish_id, many_id, kind, input, actor, state, issued_at)
    SELECT gen_random_uuid(), t.org_id, t.id, new_id, new_id, 'find-phish',
      jsonb_build_object('kind', 'find-phish', 'phishId', new_id), actor, 'sent', p_now
    FROM public.tenants t
    WHERE t.org_id = mail.org_id AND NOT t.is_drill AND t.phase NOT IN ('consent', 'paused', 'removed')
      AND t.microsoft_tenant_id IS NOT NULL;
    INSERT INTO public.audit (org_id, tenant_id, incident_id, at, actor, action, object, detail)
    VALUES (mail.org_id, mail.tenant_id, mail.incident_id, p_now, actor, 'phish.look', new_id::text,
      jsonb_build_object('mail', mail.internet_message_id));
    placed := placed + 1;
  END LOOP;
  RETURN placed;
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.look_for_tagged_phish TO petra_worker;
