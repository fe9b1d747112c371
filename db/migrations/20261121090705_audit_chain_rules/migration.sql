-- The audit as a hash chain per organization, appended by the database alone (rule S48; docs/evidence.md gives the bytes).
CALL petra.protect('audit_chain',
  'org_id = (SELECT petra.org_id()) AND EXISTS (SELECT 1 FROM audit a WHERE a.seq = audit_chain.audit_seq)',
  'SELECT', 'SELECT', 'SELECT');
--> statement-breakpoint
CALL petra.protect('audit_pending', 'false', '', '', '');
--> statement-breakpoint
CALL petra.protect('audit_checkpoints', 'org_id = (SELECT petra.org_id())', 'SELECT INSERT', 'SELECT INSERT', 'SELECT INSERT');
--> statement-breakpoint
-- The evidence of an incident holds the cited records as received: whoever may read the events may read their pages.
GRANT SELECT ON raw_pages TO petra_app;
--> statement-breakpoint
CREATE POLICY petra_app_select ON raw_pages FOR SELECT TO petra_app
USING ((SELECT petra.kind()) IN ('member', 'guest') AND org_id = (SELECT petra.org_id())
  AND tenant_id IN (SELECT petra.data_tenants()));
--> statement-breakpoint
-- Without a search path of their own, so that the planner can inline them; every name in them is qualified.
CREATE FUNCTION petra.utc_text(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT pg_catalog.to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
--> statement-breakpoint
CREATE FUNCTION petra.text_hash(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(content, 'UTF8')), 'hex') $$;
--> statement-breakpoint
-- What an audit row says, without who: hashed apart so that an export can leave names out and stay checkable.
CREATE FUNCTION petra.audit_body(a public.audit) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT jsonb_build_object('seq', a.seq, 'orgId', a.org_id, 'tenantId', a.tenant_id, 'incidentId', a.incident_id,
  'at', petra.utc_text(a.at), 'action', a.action, 'object', a.object, 'detail', a.detail)::text $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.utc_text, petra.text_hash, petra.audit_body TO petra_app, petra_worker, petra_operator;
--> statement-breakpoint
CREATE FUNCTION petra.chain_entry(p_org_id uuid, p_seq bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  last_position bigint;
  last_hash text;
  actor_salt text := replace(gen_random_uuid()::text, '-', '');
  body_salt text := replace(gen_random_uuid()::text, '-', '');
  actor_hash text;
  body_hash text;
  entry text;
  moment timestamptz := clock_timestamp();
BEGIN
  SELECT petra.text_hash(E'petra.audit.actor.v1\n' || actor_salt || E'\n' || a.actor::text),
      petra.text_hash(E'petra.audit.body.v1\n' || body_salt || E'\n' || petra.audit_body(a))
    INTO STRICT actor_hash, body_hash FROM public.audit a WHERE a.seq = p_seq AND a.org_id = p_org_id;
  SELECT c.position, c.hash INTO last_position, last_hash
    FROM public.audit_chain c WHERE c.org_id = p_org_id ORDER BY c.position DESC LIMIT 1;
  last_position := coalesce(last_position, 0);
  last_hash := coalesce(last_hash, repeat('0', 64));
  entry := petra.text_hash(E'petra.audit.entry.v1\n' || actor_hash || E'\n' || body_hash);
  INSERT INTO public.audit_chain (org_id, position, audit_seq, recorded_at, actor_salt, body_salt, entry_hash,
      previous_hash, hash)
    VALUES (p_org_id, last_position + 1, p_seq, moment, actor_salt, body_salt, entry, last_hash,
      petra.text_hash(E'petra.audit.link.v1\n' || p_org_id || E'\n' || (last_position + 1) || E'\n'
        || petra.utc_text(moment) || E'\n' || last_hash || E'\n' || entry));
END $$;
--> statement-breakpoint
-- Chains up to 200 rows that wait; the caller holds the organization's lock.
CREATE FUNCTION petra.chain_waiting(p_org_id uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  waiting bigint;
  chained integer := 0;
BEGIN
  FOR waiting IN SELECT p.audit_seq FROM public.audit_pending p JOIN public.audit a ON a.seq = p.audit_seq
      WHERE p.org_id = p_org_id ORDER BY p.audit_seq LIMIT 200 LOOP
    PERFORM petra.chain_entry(p_org_id, waiting);
    DELETE FROM public.audit_pending p WHERE p.org_id = p_org_id AND p.audit_seq = waiting;
    chained := chained + 1;
  END LOOP;
  RETURN chained;
END $$;
--> statement-breakpoint
-- At the commit of an audit row: chain it if the chain is free. If another commit holds it, leave the row for the next one;
-- containment never waits for the chain, and with one holder at a time it cannot fork.
CREATE FUNCTION petra.append_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF current_setting('transaction_isolation') = 'read committed'
      AND pg_try_advisory_xact_lock(hashtext('petra.audit'), hashtext(NEW.org_id::text)) THEN
    PERFORM petra.chain_waiting(NEW.org_id);
    PERFORM petra.chain_entry(NEW.org_id, NEW.seq);
  ELSE
    INSERT INTO public.audit_pending (org_id, audit_seq) VALUES (NEW.org_id, NEW.seq);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER append_audit AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION petra.append_audit();
--> statement-breakpoint
CREATE FUNCTION petra.may_read_chain(p_org_id uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(p_org_id = petra.org_id() OR (session_user = 'petra_operator' AND petra.kind() = 'operator'), false) $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.may_read_chain TO petra_app, petra_worker, petra_operator;
--> statement-breakpoint
-- Waits for the chain and takes along what waits; 0 when nothing is left.
CREATE FUNCTION petra.chain_audit(p_org_id uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT petra.may_read_chain(p_org_id) THEN RETURN 0; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('petra.audit'), hashtext(p_org_id::text));
  RETURN petra.chain_waiting(p_org_id);
END $$;
--> statement-breakpoint
-- Hashes only: they tell nothing about the rows, and let one row be checked without reading the others.
CREATE FUNCTION petra.audit_links(p_org_id uuid, p_from bigint, p_to bigint) RETURNS TABLE (link_position bigint,
  recorded_at text, entry_hash text, previous_hash text, hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT c.position, petra.utc_text(c.recorded_at), c.entry_hash, c.previous_hash, c.hash FROM public.audit_chain c
  WHERE c.org_id = p_org_id AND petra.may_read_chain(p_org_id) AND c.position BETWEEN p_from AND p_to
  ORDER BY c.position $$;
--> statement-breakpoint
CREATE FUNCTION petra.audit_head(p_org_id uuid) RETURNS TABLE (head_position bigint, hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT c.position, c.hash FROM public.audit_chain c
  WHERE c.org_id = p_org_id AND petra.may_read_chain(p_org_id) ORDER BY c.position DESC LIMIT 1 $$;
--> statement-breakpoint
-- Positions whose row somebody took away: the chain remembers that there was one.
CREATE FUNCTION petra.audit_gone(p_org_id uuid, p_limit integer) RETURNS TABLE (gone_position bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT c.position FROM public.audit_chain c
  WHERE c.org_id = p_org_id AND petra.may_read_chain(p_org_id)
    AND NOT EXISTS (SELECT 1 FROM public.audit a WHERE a.seq = c.audit_seq AND a.org_id = c.org_id)
  ORDER BY c.position LIMIT p_limit $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.chain_audit, petra.audit_links, petra.audit_head, petra.audit_gone TO petra_app, petra_worker, petra_operator;
--> statement-breakpoint
-- Every change of the action ledger from `sent` on leaves its image in the audit, whoever writes the ledger: what Microsoft
-- was asked, before, after and the request ids can then no longer be changed quietly.
CREATE FUNCTION petra.audit_action() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NEW.state = 'planned' AND (TG_OP = 'INSERT' OR OLD.state = 'planned') THEN RETURN NULL; END IF;
  INSERT INTO public.audit (org_id, tenant_id, incident_id, at, actor, action, object, detail)
  VALUES (NEW.org_id, NEW.tenant_id, NEW.incident_id,
    greatest(NEW.planned_at, NEW.sent_at, NEW.accepted_at, NEW.verified_at, NEW.undone_at),
    NEW.actor, 'ledger.' || NEW.state, NEW.id::text,
    jsonb_build_object('kind', NEW.kind, 'step', NEW.step_id, 'targetId', NEW.target_id, 'target', NEW.target_label,
      'state', NEW.state, 'before', NEW.before, 'after', NEW.after, 'requestIds', NEW.request_ids,
      'commandId', NEW.command_id, 'planVersion', NEW.plan_version, 'policyVersion', NEW.policy_version,
      'error', NEW.error, 'undoneBy', NEW.undone_by));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_action AFTER INSERT OR UPDATE ON actions
FOR EACH ROW EXECUTE FUNCTION petra.audit_action();
--> statement-breakpoint
INSERT INTO audit_pending (org_id, audit_seq) SELECT org_id, seq FROM audit;
