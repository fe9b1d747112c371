CREATE TABLE "never_touch" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"mailbox_object_id" uuid,
	"mailbox" text NOT NULL,
	"reason" text NOT NULL,
	"by" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "never_touch_pkey" PRIMARY KEY("tenant_id","mailbox_object_id")
);
--> statement-breakpoint
CREATE TABLE "phish_matches" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"phish_id" uuid NOT NULL,
	"mailbox_object_id" text NOT NULL,
	"mailbox" text NOT NULL,
	"message_id" text NOT NULL,
	"internet_message_id" text NOT NULL,
	"sender" text,
	"subject" text NOT NULL,
	"folder_id" text NOT NULL,
	"received_at" timestamp with time zone,
	"matched_by" text NOT NULL,
	"why" text NOT NULL,
	"state" text NOT NULL,
	"action_id" uuid,
	"error" text,
	"found_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "phish_orders" (
	"id" uuid PRIMARY KEY,
	"org_id" uuid NOT NULL,
	"phish_id" uuid NOT NULL,
	"act" text NOT NULL,
	"tenant_ids" uuid[] NOT NULL,
	"match_ids" jsonb NOT NULL,
	"mailboxes" integer NOT NULL,
	"preview_hash" text NOT NULL,
	"needs_second" boolean NOT NULL,
	"not_before" timestamp with time zone,
	"state" text NOT NULL,
	"by" jsonb NOT NULL,
	"member_id" uuid NOT NULL,
	"session" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"answered_by" jsonb,
	"answered_by_id" uuid,
	"answered_at" timestamp with time zone,
	"reason" text
);
--> statement-breakpoint
CREATE TABLE "phishes" (
	"id" uuid PRIMARY KEY,
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid,
	"internet_message_id" text NOT NULL,
	"subject" text,
	"sender" text,
	"received_at" timestamp with time zone,
	"fingerprint" jsonb,
	"fingerprint_state" text NOT NULL,
	"by" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "phish_id" uuid;--> statement-breakpoint
ALTER TABLE "commands" ADD COLUMN "phish_id" uuid;--> statement-breakpoint
ALTER TABLE "commands" ADD COLUMN "many_id" uuid;--> statement-breakpoint
ALTER TABLE "actions" ALTER COLUMN "incident_id" DROP NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "actions_phish_idempotency" ON "actions" ("org_id","tenant_id","phish_id","idempotency_key") WHERE phish_id is not null;--> statement-breakpoint
CREATE INDEX "commands_many" ON "commands" ("many_id");--> statement-breakpoint
CREATE INDEX "commands_phish" ON "commands" ("phish_id");--> statement-breakpoint
CREATE UNIQUE INDEX "phish_matches_copy" ON "phish_matches" ("org_id","tenant_id","phish_id","mailbox_object_id","message_id");--> statement-breakpoint
CREATE INDEX "phish_matches_phish" ON "phish_matches" ("phish_id","tenant_id");--> statement-breakpoint
CREATE INDEX "phish_orders_phish" ON "phish_orders" ("phish_id","at");--> statement-breakpoint
CREATE INDEX "phishes_incident" ON "phishes" ("incident_id");--> statement-breakpoint
CREATE INDEX "phishes_org" ON "phishes" ("org_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "phishes_mail" ON "phishes" ("org_id","tenant_id","internet_message_id");--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_one_cause" CHECK ((incident_id is null) <> (phish_id is null));