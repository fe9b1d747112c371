import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { JWK } from "jose";
import { emptyTenant } from "./empty-tenant.ts";
import type { Tenant } from "./types.ts";
import type { RefreshToken, World } from "./world.ts";

interface Snapshot {
  version: 1;
  offsetMs: number;
  signingKey: JWK;
  tenants: Tenant[];
  effects: World["effects"];
  violations: World["violations"];
  refreshTokens: RefreshToken[];
  partner: World["partner"];
  certificates: World["our"]["certificates"];
  seq: number;
}

export function readSnapshot(path: string): Snapshot | null {
  if (!existsSync(path)) return null;
  const snapshot = JSON.parse(readFileSync(path, "utf8")) as Snapshot;
  if (snapshot.version !== 1)
    throw new Error(`${path} was written by another version of the simulator; delete it to start anew`);
  return snapshot;
}

export function restore(world: World, snapshot: Snapshot): void {
  for (const tenant of snapshot.tenants) world.tenants.set(tenant.id, { ...emptyTenant(tenant.id), ...tenant });
  world.effects = snapshot.effects;
  world.violations = snapshot.violations;
  world.refreshTokens = snapshot.refreshTokens;
  world.partner = snapshot.partner;
  world.our.certificates.push(...snapshot.certificates);
  world.seq = snapshot.seq;
}

/** Writes the whole state beside the file and renames it, so that a kill leaves the old or the new one. */
export function writeSnapshot(world: World, path: string, signingKey: JWK): void {
  const snapshot: Snapshot = {
    version: 1,
    offsetMs: world.clock.offsetMs,
    signingKey,
    tenants: [...world.tenants.values()],
    effects: world.effects,
    violations: world.violations,
    refreshTokens: world.refreshTokens,
    partner: world.partner,
    certificates: world.our.certificates,
    seq: world.seq,
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, JSON.stringify(snapshot), { mode: 0o600 });
  renameSync(`${path}.part`, path);
}
