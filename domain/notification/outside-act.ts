import { compose, type Message } from "./message.ts";

/** Petra's own application did something in a tenant that Petra never ordered (S49). */
export function outsideActMessage(input: {
  tenantName: string;
  operation: string;
  target: string;
  occurredAt: string;
  url: string;
}): Message {
  return compose(
    "Petra: its application acted without Petra",
    "Microsoft's audit log shows an act by Petra's application that Petra's own ledger does not know. Somebody may hold Petra's key, or went around Petra. Stop everything automatic with the kill switch, renew the application's secret, and look at what was done.",
    [
      { label: "Tenant", value: input.tenantName },
      { label: "What", value: input.operation },
      { label: "On", value: input.target },
      { label: "When", value: input.occurredAt },
    ],
    { label: "Open the tenant", url: input.url },
  );
}
