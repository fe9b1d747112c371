CREATE SCHEMA "auth";
--> statement-breakpoint
CREATE TABLE "auth"."account" (
	"id" text PRIMARY KEY,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."session" (
	"id" text PRIMARY KEY,
	"token" text NOT NULL UNIQUE,
	"user_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."user" (
	"id" text PRIMARY KEY,
	"name" text NOT NULL,
	"email" text NOT NULL UNIQUE,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."verification" (
	"id" text PRIMARY KEY,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "actions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"step_id" text NOT NULL,
	"kind" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"target_id" text NOT NULL,
	"target_label" text NOT NULL,
	"artifact_id" uuid,
	"state" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"request_ids" jsonb DEFAULT '[]' NOT NULL,
	"actor" jsonb NOT NULL,
	"command_id" text,
	"plan_version" integer NOT NULL,
	"policy_version" text NOT NULL,
	"is_undoable" boolean DEFAULT false NOT NULL,
	"undone_by" uuid,
	"planned_at" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone,
	"accepted_at" timestamp with time zone,
	"verified_at" timestamp with time zone,
	"undone_at" timestamp with time zone,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"object_id" text,
	"mailbox_object_id" text,
	"mailbox" text,
	"state" text NOT NULL,
	"by_attacker" boolean NOT NULL,
	"why" text NOT NULL,
	"effect" text NOT NULL,
	"record_id" text,
	"detail" jsonb NOT NULL,
	"last_read_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "commands" (
	"id" uuid PRIMARY KEY,
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid,
	"kind" text NOT NULL,
	"input" jsonb NOT NULL,
	"actor" jsonb NOT NULL,
	"plan_version" integer,
	"state" text NOT NULL,
	"reason" text,
	"issued_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"signalled_at" timestamp with time zone,
	"accepted_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"result" jsonb
);
--> statement-breakpoint
CREATE TABLE "detection_signals" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid,
	"dedup_key" text,
	"detection" text NOT NULL,
	"title" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"weight" double precision NOT NULL,
	"attack" jsonb NOT NULL,
	"record_ids" jsonb NOT NULL,
	"available_at" timestamp with time zone,
	"ingested_at" timestamp with time zone,
	"detected_at" timestamp with time zone NOT NULL,
	CONSTRAINT "detection_signals_pkey" PRIMARY KEY("incident_id","dedup_key")
);
--> statement-breakpoint
CREATE TABLE "incident_rows" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid,
	"record_id" text,
	"verdict" text NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "incident_rows_pkey" PRIMARY KEY("incident_id","record_id")
);
--> statement-breakpoint
CREATE TABLE "incident_steps" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid,
	"step_id" text,
	"state" text NOT NULL,
	"authority" text,
	"policy_version" text,
	"asked_at" timestamp with time zone,
	"accepted_at" timestamp with time zone,
	"verified_at" timestamp with time zone,
	"done_at" timestamp with time zone,
	"residual_until" timestamp with time zone,
	"actor" jsonb,
	"reason" text,
	"progress" jsonb,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "incident_steps_pkey" PRIMARY KEY("incident_id","step_id")
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"account_id" uuid NOT NULL,
	"draft_key" text NOT NULL,
	"kind" text NOT NULL,
	"severity" text NOT NULL,
	"confidence" double precision NOT NULL,
	"headline" text NOT NULL,
	"story" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"published_at" timestamp with time zone,
	"published_by" jsonb,
	"response_acts" boolean DEFAULT false NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"last_attacker_at" timestamp with time zone NOT NULL,
	"detectable_at" timestamp with time zone NOT NULL,
	"available_at" timestamp with time zone,
	"ingested_at" timestamp with time zone,
	"detected_at" timestamp with time zone NOT NULL,
	"lock_accepted_at" timestamp with time zone,
	"contained_at" timestamp with time zone,
	"not_contained" boolean DEFAULT false NOT NULL,
	"not_contained_reason" text,
	"residual_until" timestamp with time zone,
	"remediated_at" timestamp with time zone,
	"remediated_by" jsonb,
	"dismissed_at" timestamp with time zone,
	"dismissed_reason" text,
	"linked_incident_id" uuid,
	"link_reason" text,
	"note" text,
	"plan_version" integer DEFAULT 1 NOT NULL,
	"password_proof" text,
	"account_before" jsonb,
	"draft" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "phish_copies" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"phish_id" uuid NOT NULL,
	"mailbox_object_id" text NOT NULL,
	"mailbox" text NOT NULL,
	"message_id" text NOT NULL,
	"folder" text,
	"state" text NOT NULL,
	"moved_message_id" text,
	"error" text,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "phish_messages" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"internet_message_id" text NOT NULL,
	"subject" text,
	"sender" text,
	"direction" text NOT NULL,
	"tagged_by" jsonb NOT NULL,
	"tagged_at" timestamp with time zone NOT NULL,
	"untagged_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sealed_secrets" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"for_member_id" uuid NOT NULL,
	"sealed" bytea NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "watches" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"target" jsonb NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"every_seconds" integer NOT NULL,
	"state" text NOT NULL,
	"last_result" text,
	"last_run_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "coverage" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"scan_id" uuid,
	"source" text,
	"window_start" timestamp with time zone,
	"window_end" timestamp with time zone NOT NULL,
	"state" text NOT NULL,
	"records" integer DEFAULT 0 NOT NULL,
	"reason" text,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "coverage_pkey" PRIMARY KEY("scan_id","source","window_start")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"tenant_key" integer NOT NULL,
	"account_key" integer,
	"source" text,
	"record_id" text,
	"content_hash" text,
	"occurred_at" timestamp with time zone,
	"available_at" timestamp with time zone,
	"ingested_at" timestamp with time zone NOT NULL,
	"detected_at" timestamp with time zone,
	"category" text NOT NULL,
	"action" text NOT NULL,
	"operation" text NOT NULL,
	"outcome" text NOT NULL,
	"ip" inet,
	"asn" integer,
	"as_org" text,
	"country" text,
	"network_kind" text,
	"user_agent" text,
	"app_name" text,
	"session_id" text,
	"subject" text,
	"event" jsonb NOT NULL,
	"raw_page_id" bigint,
	"raw_index" integer,
	CONSTRAINT "events_pkey" PRIMARY KEY("tenant_id","source","record_id","content_hash","occurred_at")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "failed_attacks" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"source_ips" jsonb NOT NULL,
	"countries" jsonb NOT NULL,
	"accounts" jsonb NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"attempts" integer NOT NULL,
	"record_ids" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notables" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"account_id" uuid,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"upn" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"why" text NOT NULL,
	"record_ids" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "quarantine" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "quarantine_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"source" text NOT NULL,
	"raw_page_id" bigint,
	"raw_index" integer,
	"body" bytea NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "raw_pages" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "raw_pages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"source" text NOT NULL,
	"hash" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"records" integer NOT NULL,
	"body" bytea NOT NULL
);
--> statement-breakpoint
CREATE TABLE "scans" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	"blind_spots" jsonb DEFAULT '[]' NOT NULL,
	"summary" jsonb DEFAULT '{}' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "watermarks" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"source" text,
	"cursor" jsonb DEFAULT '{}' NOT NULL,
	"state" text DEFAULT 'ok' NOT NULL,
	"reason" text,
	"last_polled_at" timestamp with time zone,
	"last_event_at" timestamp with time zone,
	CONSTRAINT "watermarks_pkey" PRIMARY KEY("tenant_id","source")
);
--> statement-breakpoint
CREATE TABLE "account_aliases" (
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"account_id" uuid,
	"kind" text,
	"value" text,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_to" timestamp with time zone,
	CONSTRAINT "account_aliases_pkey" PRIMARY KEY("tenant_id","account_id","kind","value")
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"key" integer UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "accounts_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"object_id" uuid,
	"upn" text NOT NULL,
	"mail" text,
	"display_name" text,
	"job_title" text,
	"user_type" text,
	"account_enabled" boolean,
	"is_synced" boolean DEFAULT false NOT NULL,
	"is_federated" boolean DEFAULT false NOT NULL,
	"license_sku_ids" jsonb DEFAULT '[]' NOT NULL,
	"mailbox_kind" text,
	"roles" jsonb DEFAULT '[]' NOT NULL,
	"last_password_change_at" timestamp with time zone,
	"read_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "consent_links" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"state_hash" text NOT NULL UNIQUE,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "member_tenants" (
	"org_id" uuid NOT NULL,
	"member_id" uuid,
	"tenant_id" uuid,
	CONSTRAINT "member_tenants_pkey" PRIMARY KEY("member_id","tenant_id")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid,
	"auth_user_id" text,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"can_manage_tenants" boolean DEFAULT false NOT NULL,
	"can_view_sensitive" boolean DEFAULT false NOT NULL,
	"is_read_only" boolean DEFAULT false NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"name" text NOT NULL,
	"contact_email" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"short_id" text NOT NULL UNIQUE,
	"key" integer UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "tenants_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"org_id" uuid NOT NULL,
	"microsoft_tenant_id" uuid,
	"name" text NOT NULL,
	"domains" jsonb DEFAULT '[]' NOT NULL,
	"phase" text NOT NULL,
	"product" text DEFAULT 'monitoring' NOT NULL,
	"is_scan_only" boolean DEFAULT false NOT NULL,
	"response_enabled" boolean DEFAULT false NOT NULL,
	"is_sensitive" boolean DEFAULT false NOT NULL,
	"onboarded_by" text NOT NULL,
	"capabilities" jsonb DEFAULT '[]' NOT NULL,
	"access_lost_at" timestamp with time zone,
	"access_lost_reason" text,
	"onboarded_at" timestamp with time zone,
	"scan_completed_at" timestamp with time zone,
	"baseline_ends_at" timestamp with time zone,
	"trial_ends_at" timestamp with time zone,
	"paused_at" timestamp with time zone,
	"paused_reason" text,
	"removed_at" timestamp with time zone,
	"last_event_at" timestamp with time zone,
	"break_glass_object_ids" jsonb DEFAULT '[]' NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"incident_id" uuid,
	"at" timestamp with time zone NOT NULL,
	"actor" jsonb NOT NULL,
	"action" text NOT NULL,
	"object" text,
	"detail" jsonb DEFAULT '{}' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_keys" (
	"key_id" text PRIMARY KEY,
	"org_id" uuid,
	"tenant_id" uuid,
	"wrapped" bytea NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notification_methods" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"kind" text NOT NULL,
	"address" text NOT NULL,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"org_id" uuid NOT NULL,
	"tenant_id" uuid,
	"incident_id" uuid,
	"key" text NOT NULL,
	"channel" text NOT NULL,
	"recipient" text NOT NULL,
	"subject" text NOT NULL,
	"text" text NOT NULL,
	"html" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone,
	"error" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "account_user" ON "auth"."account" ("user_id");--> statement-breakpoint
CREATE INDEX "session_user" ON "auth"."session" ("user_id");--> statement-breakpoint
CREATE INDEX "verification_identifier" ON "auth"."verification" ("identifier");--> statement-breakpoint
CREATE UNIQUE INDEX "actions_idempotency" ON "actions" ("org_id","incident_id","idempotency_key");--> statement-breakpoint
CREATE INDEX "actions_incident" ON "actions" ("incident_id","planned_at");--> statement-breakpoint
CREATE UNIQUE INDEX "artifacts_incident_key" ON "artifacts" ("org_id","incident_id","key");--> statement-breakpoint
CREATE INDEX "commands_incident" ON "commands" ("incident_id","issued_at");--> statement-breakpoint
CREATE INDEX "commands_state" ON "commands" ("state");--> statement-breakpoint
CREATE UNIQUE INDEX "incidents_open_account" ON "incidents" ("org_id","tenant_id","account_id") WHERE status = 'open';--> statement-breakpoint
CREATE UNIQUE INDEX "incidents_org_number" ON "incidents" ("org_id","number");--> statement-breakpoint
CREATE INDEX "incidents_tenant" ON "incidents" ("tenant_id","detected_at");--> statement-breakpoint
CREATE UNIQUE INDEX "phish_copies_mailbox" ON "phish_copies" ("org_id","phish_id","mailbox_object_id","message_id");--> statement-breakpoint
CREATE UNIQUE INDEX "phish_messages_incident_id" ON "phish_messages" ("org_id","incident_id","internet_message_id");--> statement-breakpoint
CREATE UNIQUE INDEX "watches_incident_kind" ON "watches" ("org_id","incident_id","kind");--> statement-breakpoint
CREATE INDEX "watches_due" ON "watches" ("state","due_at");--> statement-breakpoint
CREATE INDEX "coverage_tenant" ON "coverage" ("tenant_id");--> statement-breakpoint
CREATE INDEX "events_tenant_time" ON "events" ("tenant_id","occurred_at");--> statement-breakpoint
CREATE INDEX "events_account_time" ON "events" ("account_key","occurred_at");--> statement-breakpoint
CREATE INDEX "failed_attacks_tenant" ON "failed_attacks" ("tenant_id","to_at");--> statement-breakpoint
CREATE INDEX "notables_tenant" ON "notables" ("tenant_id","at");--> statement-breakpoint
CREATE INDEX "raw_pages_tenant" ON "raw_pages" ("tenant_id","source","received_at");--> statement-breakpoint
CREATE INDEX "scans_tenant" ON "scans" ("tenant_id","started_at");--> statement-breakpoint
CREATE INDEX "account_aliases_value" ON "account_aliases" ("tenant_id","value");--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_tenant_object" ON "accounts" ("org_id","tenant_id","object_id");--> statement-breakpoint
CREATE INDEX "accounts_tenant_upn" ON "accounts" ("tenant_id","upn");--> statement-breakpoint
CREATE UNIQUE INDEX "members_email" ON "members" ("email");--> statement-breakpoint
CREATE INDEX "members_org" ON "members" ("org_id");--> statement-breakpoint
CREATE UNIQUE INDEX "tenants_org_microsoft" ON "tenants" ("org_id","microsoft_tenant_id");--> statement-breakpoint
CREATE INDEX "tenants_org" ON "tenants" ("org_id");--> statement-breakpoint
CREATE INDEX "audit_org" ON "audit" ("org_id","at");--> statement-breakpoint
CREATE INDEX "audit_incident" ON "audit" ("incident_id","seq");--> statement-breakpoint
CREATE INDEX "data_keys_tenant" ON "data_keys" ("tenant_id");--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_key" ON "outbox" ("org_id","key");--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" ("state","next_at");--> statement-breakpoint
ALTER TABLE "auth"."account" ADD CONSTRAINT "account_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "auth"."session" ADD CONSTRAINT "session_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_org_id_organizations_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organizations"("id");--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_org_id_organizations_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organizations"("id");