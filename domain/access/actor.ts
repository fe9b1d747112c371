export const MEMBER_ROLES = ["admin", "full-member", "sales", "billing", "external-guest"] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

/** Who did or asked something; stored on commands, actions and audit rows. */
export type Actor =
  | { kind: "member"; memberId: string; orgId: string; name: string; role: MemberRole }
  | { kind: "analyst"; memberId: string; name: string }
  | { kind: "system"; room: string; workflowId?: string }
  | { kind: "response"; workflowId: string };

/** The three kinds of viewers (D22); row-level security receives exactly this. */
export type Scope =
  | {
      kind: "member";
      orgId: string;
      memberId: string;
      tenantIds: "all" | string[];
      mayViewSensitive: boolean;
      isReadOnly: boolean;
      role: MemberRole;
    }
  | { kind: "guest"; orgId: string; memberId: string; tenantIds: string[]; isReadOnly: boolean }
  | { kind: "operator"; memberId: string }
  | { kind: "worker"; orgId: string; tenantId: string };
