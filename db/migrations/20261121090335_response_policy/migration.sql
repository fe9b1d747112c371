CREATE TABLE "approvals" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid,
	"step_id" text,
	"plan_version" integer NOT NULL,
	"member_id" uuid NOT NULL,
	"by" jsonb NOT NULL,
	"command_id" uuid,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "approvals_pkey" PRIMARY KEY("incident_id","step_id","command_id")
);
--> statement-breakpoint
CREATE TABLE "kill_switches" (
	"org_id" uuid PRIMARY KEY,
	"is_on" boolean NOT NULL,
	"by" jsonb NOT NULL,
	"reason" text,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "msp_questions" (
	"id" uuid PRIMARY KEY,
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"question" text NOT NULL,
	"by" jsonb NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"answer" text,
	"answered_by" jsonb,
	"answered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"version" integer NOT NULL,
	"document" jsonb NOT NULL,
	"by" jsonb NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "policies_version" UNIQUE NULLS NOT DISTINCT("org_id","tenant_id","version")
);
--> statement-breakpoint
CREATE TABLE "policy_exceptions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"account_object_id" uuid NOT NULL,
	"account_name" text NOT NULL,
	"countries" jsonb NOT NULL,
	"addresses" jsonb NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"reason" text NOT NULL,
	"by" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"ended_by" jsonb,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "queue_claims" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid PRIMARY KEY,
	"member_id" uuid NOT NULL,
	"name" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "incident_steps" ADD COLUMN "decision" jsonb;--> statement-breakpoint
ALTER TABLE "incidents" ADD COLUMN "notable" jsonb;--> statement-breakpoint
CREATE INDEX "msp_questions_incident" ON "msp_questions" ("incident_id","asked_at");--> statement-breakpoint
CREATE INDEX "policy_exceptions_tenant" ON "policy_exceptions" ("tenant_id","ends_at");