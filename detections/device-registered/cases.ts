import { at, type Case, event, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a device is registered",
    events: [...usual(), event("device.register", at(20, "03:20"), { target: { kind: "Device", name: "DESKTOP-1" } })],
    expect: {
      fires: true,
      title: "A device was registered",
      dedupKey: "device-registered:id-ann@fabrikam.example:DESKTOP-1:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "a device is updated",
    events: [...usual(), event("device.update", at(20, "03:20"))],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "registering failed",
    events: [...usual(), event("device.register", at(20, "03:20"), { outcome: "failure" })],
    expect: { fires: false },
  },
];
