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
CREATE INDEX "recorded_acts_action" ON "recorded_acts" ("action_id");--> statement-breakpoint
CREATE INDEX "recorded_acts_verdict" ON "recorded_acts" ("tenant_id","verdict");
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
