import type { PolicyOverride } from "#domain/policy/document.ts";
import type { ExceptionKind } from "#domain/policy/exception.ts";

/** A change of a setting, as it is made or kept. */
export type SettingDeed =
  | { kind: "policy"; basedOn: number; document: PolicyOverride; before: PolicyOverride; loosened: string[] }
  | { kind: "kill-switch"; isOn: boolean }
  | {
      kind: "exception";
      exception: ExceptionKind;
      tenantId: string;
      account: { objectId: string; upn: string };
      countries: string[];
      addresses: string[];
      startsAt: string;
      endsAt: string;
    }
  | { kind: "notification-method"; address: string; isEnabled: boolean }
  | { kind: "requires-factor"; requiresFactor: boolean };

/** What takes protection away, kept word for word until a second person agrees: what he saw is what happens (S45). */
export type SecondWordPayload = SettingDeed | { kind: "command"; commandId: string };
