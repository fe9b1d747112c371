import { randomUUID } from "node:crypto";
import { DAY, MINUTE } from "../clock.ts";
import { contentTypeOf } from "../records/audit-record.ts";
import type { Tenant } from "./types.ts";

const BLOB_RECORDS = 100;
const BLOB_SPAN = 30 * MINUTE;
/** Seen in practice: content stays fetchable longer than it stays listable. */
const BLOB_LIFE = 20 * DAY;

/** Packs the audit records that have become visible since the last time into content blobs of the activity feed. */
export function publishBlobs(tenant: Tenant, now: number): void {
  if (!tenant.auditEnabled) return;
  const fresh = tenant.ual
    .filter(
      (r) =>
        r.availableAt > tenant.publishedUal &&
        r.availableAt <= now &&
        r.availableAt > now - 8 * DAY &&
        r.at >= tenant.auditSince,
    )
    .toSorted((a, b) => a.availableAt - b.availableAt);
  tenant.publishedUal = now;
  const open = new Map<string, { from: number; blob: Tenant["blobs"][number] }>();
  for (const { availableAt, record } of fresh) {
    const contentType = contentTypeOf(record);
    let current = open.get(contentType);
    if (!current || current.blob.records.length >= BLOB_RECORDS || availableAt - current.from > BLOB_SPAN) {
      const id = `${Math.floor(availableAt)}$${randomUUID().replaceAll("-", "")}$${contentType.toLowerCase().replace(".", "_")}`;
      current = {
        from: availableAt,
        blob: { id, contentType, createdAt: availableAt, expiresAt: availableAt + BLOB_LIFE, records: [] },
      };
      open.set(contentType, current);
      tenant.blobs.push(current.blob);
    }
    current.blob.records.push(record);
    current.blob.createdAt = availableAt;
    current.blob.expiresAt = availableAt + BLOB_LIFE;
  }
  tenant.blobs = tenant.blobs.filter((b) => b.expiresAt > now - DAY);
}
