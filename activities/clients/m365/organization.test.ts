import { expect, test } from "vitest";
import type { Exchange } from "./exchange.ts";
import type { Graph } from "./graph.ts";
import { organizationDoor } from "./organization.ts";

test("a domain that somebody added and never proved to own is not the company's own", async () => {
  const answers: Record<string, object[]> = {
    "/organization": [{ id: "t", displayName: "Fabrikam", verifiedDomains: [{ name: "fabrikam.example" }] }],
    "/domains": [
      { id: "fabrikam.example", authenticationType: "Managed", isVerified: true },
      { id: "fabrikam.test", authenticationType: "Managed", isVerified: true },
      { id: "fabr1kam.example", authenticationType: "Managed", isVerified: false },
      { id: "fabrikam-pay.example", authenticationType: "Managed" },
    ],
    "/subscribedSkus": [],
  };
  const graph = { all: async ({ path }: { path: string }) => answers[path] } as unknown as Graph;
  const { domains } = await organizationDoor(graph, {} as Exchange).readOrganization();
  expect(domains).toEqual(["fabrikam.example", "fabrikam.test"]);
});
