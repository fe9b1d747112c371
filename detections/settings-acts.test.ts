import { expect, it } from "vitest";
import { factsOf } from "#activities/enrich/index.ts";
import recovery from "./recovery-by-another/detection.ts";
import { at, event, HOME, HOSTING, usual } from "./testing/case-kit.ts";
import { buildWorld } from "./world/world.ts";

const reset = (day: number, ip = HOME) =>
  event("user.password.reset", at(day, "10:00"), {
    ip,
    target: { kind: "User", id: `id-${day}`, upn: `u${day}@fabrikam.example` },
  });

it("what somebody did on several days before is his work, until he does it from a strange place", () => {
  const days = [3, 5, 8, 12];
  const find = (last: ReturnType<typeof reset>) =>
    recovery
      .find(buildWorld({ events: [...usual(), ...days.map((d) => reset(d)), last], factsOf, asOf: at(30, "00:00") }))
      .map((f) => f.dedup.split(":")[1]);
  expect(find(reset(15))).toEqual(["u3@fabrikam.example", "u5@fabrikam.example"]);
  expect(find(reset(16, HOSTING))).toContain("u16@fabrikam.example");
});
