ALTER TABLE "actions" ADD COLUMN "claimed_by" uuid;--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "claimed_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "block_group_id" uuid;