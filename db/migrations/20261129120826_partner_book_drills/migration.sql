CREATE TABLE "drills" (
	"tenant_id" uuid PRIMARY KEY,
	"org_id" uuid NOT NULL,
	"story" text NOT NULL,
	"title" text NOT NULL,
	"response_enabled" boolean NOT NULL,
	"trainee" jsonb NOT NULL,
	"trainee_email" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"attacked_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"discarded_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "audit_tombstones" (
	"org_id" uuid,
	"from_position" bigint,
	"to_position" bigint NOT NULL,
	"hash" text NOT NULL,
	"before" timestamp with time zone NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"key_id" text NOT NULL,
	"signature" text NOT NULL,
	CONSTRAINT "audit_tombstones_pkey" PRIMARY KEY("org_id","from_position")
);
--> statement-breakpoint
CREATE TABLE "partner_sign_ins" (
	"org_id" uuid PRIMARY KEY,
	"partner_tenant_id" uuid NOT NULL,
	"upn" text NOT NULL,
	"sealed" bytea NOT NULL,
	"signed_in_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"lost_at" timestamp with time zone,
	"lost_reason" text
);
--> statement-breakpoint
CREATE TABLE "recorded_acts" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"act_key" text,
	"operation" text NOT NULL,
	"target" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"found_at" timestamp with time zone NOT NULL,
	"verdict" text NOT NULL,
	"action_id" uuid,
	"explained_by" jsonb,
	"explained_reason" text,
	"explained_at" timestamp with time zone,
	CONSTRAINT "recorded_acts_pkey" PRIMARY KEY("tenant_id","act_key")
);
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "is_drill" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "drills_org" ON "drills" ("org_id","started_at");--> statement-breakpoint
CREATE INDEX "recorded_acts_action" ON "recorded_acts" ("action_id");--> statement-breakpoint
CREATE INDEX "recorded_acts_verdict" ON "recorded_acts" ("tenant_id","verdict");
--> statement-breakpoint
-- Members see that somebody signed in; what was sealed then opens only with the installation's key.
CALL petra.protect('partner_sign_ins', $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest'$$,
  'SELECT INSERT UPDATE', 'SELECT UPDATE', 'SELECT');
--> statement-breakpoint
CALL petra.protect('recorded_acts', 'org_id = (SELECT petra.org_id()) AND tenant_id IN (SELECT t.id FROM tenants t)',
  'SELECT', 'SELECT INSERT', 'SELECT');
--> statement-breakpoint
-- A person may add a word to what was found, and change nothing of it.
GRANT UPDATE (explained_by, explained_reason, explained_at) ON recorded_acts TO petra_app, petra_operator;
--> statement-breakpoint
CREATE POLICY petra_app_update ON recorded_acts FOR UPDATE TO petra_app
USING ((SELECT petra.kind()) = 'member' AND org_id = (SELECT petra.org_id()) AND tenant_id IN (SELECT t.id FROM tenants t))
WITH CHECK ((SELECT petra.kind()) = 'member' AND org_id = (SELECT petra.org_id()));
--> statement-breakpoint
CREATE POLICY petra_operator_update ON recorded_acts FOR UPDATE TO petra_operator
USING ((SELECT petra.kind()) = 'operator') WITH CHECK ((SELECT petra.kind()) = 'operator');
--> statement-breakpoint
CALL petra.protect('audit_tombstones', 'org_id = (SELECT petra.org_id())', 'SELECT', 'SELECT INSERT', 'SELECT');
--> statement-breakpoint
-- Positions whose row somebody took away; those that retention dropped are told of by their tombstone.
CREATE OR REPLACE FUNCTION petra.audit_gone(p_org_id uuid, p_limit integer) RETURNS TABLE (gone_position bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT c.position FROM public.audit_chain c
  WHERE c.org_id = p_org_id AND petra.may_read_chain(p_org_id)
    AND NOT EXISTS (SELECT 1 FROM public.audit a WHERE a.seq = c.audit_seq AND a.org_id = c.org_id)
    AND NOT EXISTS (SELECT 1 FROM public.audit_tombstones t
      WHERE t.org_id = c.org_id AND c.position BETWEEN t.from_position AND t.to_position)
  ORDER BY c.position LIMIT p_limit $$;
--> statement-breakpoint
-- Drops the oldest rows, never younger than a year by the database's own clock; the caller leaves the tombstone in the same
-- transaction. It stops at a row that is missing already: what somebody took away is not tidied up.
CREATE FUNCTION petra.retire_audit(p_org_id uuid, p_before timestamptz, p_limit integer)
RETURNS TABLE (from_position bigint, to_position bigint, hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  first_position bigint;
  first_kept bigint;
  last_position bigint;
BEGIN
  IF NOT petra.may_read_chain(p_org_id) THEN RETURN; END IF;
  IF p_before > clock_timestamp() - interval '365 days' THEN
    RAISE EXCEPTION 'Rows of the audit are kept for a year at least.';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('petra.audit'), hashtext(p_org_id::text));
  SELECT coalesce(max(t.to_position), 0) + 1 INTO first_position FROM public.audit_tombstones t WHERE t.org_id = p_org_id;
  SELECT c.position INTO first_kept FROM public.audit_chain c
    LEFT JOIN public.audit a ON a.seq = c.audit_seq AND a.org_id = c.org_id
    WHERE c.org_id = p_org_id AND c.position >= first_position
      AND (a.seq IS NULL OR a.at >= p_before OR EXISTS (
        SELECT 1 FROM public.incidents i WHERE i.id = a.incident_id AND i.status = 'open'))
    ORDER BY c.position LIMIT 1;
  SELECT least(coalesce(first_kept - 1, max(c.position)), first_position + p_limit - 1) INTO last_position
    FROM public.audit_chain c WHERE c.org_id = p_org_id;
  IF last_position IS NULL OR last_position < first_position THEN RETURN; END IF;
  DELETE FROM public.audit a USING public.audit_chain c
    WHERE c.org_id = p_org_id AND c.position BETWEEN first_position AND last_position
      AND a.seq = c.audit_seq AND a.org_id = c.org_id;
  UPDATE public.audit_chain c SET actor_salt = '', body_salt = ''
    WHERE c.org_id = p_org_id AND c.position BETWEEN first_position AND last_position;
  RETURN QUERY SELECT first_position, last_position, c.hash FROM public.audit_chain c
    WHERE c.org_id = p_org_id AND c.position = last_position;
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.retire_audit TO petra_worker;
--> statement-breakpoint
CALL petra.protect('drills',
  $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest' AND tenant_id IN (SELECT t.id FROM tenants t)$$,
  'SELECT INSERT UPDATE', 'SELECT', 'SELECT');
