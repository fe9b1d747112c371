CREATE TABLE "auth"."recovery_code" (
	"hash" text PRIMARY KEY,
	"user_id" text NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."second_factor" (
	"id" text PRIMARY KEY,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"sealed" bytea NOT NULL,
	"last_step" bigint DEFAULT 0 NOT NULL,
	"confirmed_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "second_words" (
	"id" uuid PRIMARY KEY,
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"incident_id" uuid,
	"capability" text NOT NULL,
	"payload" jsonb NOT NULL,
	"what" text NOT NULL,
	"reason" text NOT NULL,
	"by" jsonb NOT NULL,
	"member_id" uuid NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"state" text NOT NULL,
	"decided_by" jsonb,
	"decided_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "kill_switches" DROP CONSTRAINT "kill_switches_pkey";--> statement-breakpoint
ALTER TABLE "auth"."session" ADD COLUMN "owes_factor" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "auth"."session" ADD COLUMN "factor_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "auth"."session" ADD COLUMN "password_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "requires_factor" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "kill_switches" ADD COLUMN "tenant_id" uuid;--> statement-breakpoint
ALTER TABLE "kill_switches" ADD CONSTRAINT "kill_switches_place" UNIQUE NULLS NOT DISTINCT("org_id","tenant_id");--> statement-breakpoint
CREATE INDEX "recovery_code_user" ON "auth"."recovery_code" ("user_id");--> statement-breakpoint
CREATE INDEX "second_factor_user" ON "auth"."second_factor" ("user_id");--> statement-breakpoint
CREATE INDEX "actions_locks" ON "actions" ("sent_at") WHERE kind = 'disable-account';--> statement-breakpoint
CREATE INDEX "second_words_org" ON "second_words" ("org_id","state");--> statement-breakpoint
ALTER TABLE "auth"."recovery_code" ADD CONSTRAINT "recovery_code_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "auth"."second_factor" ADD CONSTRAINT "second_factor_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;