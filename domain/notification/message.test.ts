import { describe, expect, it } from "vitest";
import { escapeHtml, incidentMessage, scanMessage, subjectLine } from "./message.ts";

const incident = {
  account: "vera@client.example",
  tenant: "Client",
  number: 7,
  headline: "A stolen session was used",
  severity: "high",
  responseEnabled: false,
  detectedAt: "2026-11-20T10:00:00.000Z",
  url: "https://portal.example/incidents/1",
};

describe("messages", () => {
  it("an incident's message says whose account, and with Response off that nothing happens by itself [R80]", () => {
    const message = incidentMessage(incident);
    expect(message.subject).toBe("Petra: account compromise — vera@client.example");
    expect(message.text).toContain("Petra Response is off");
    expect(incidentMessage({ ...incident, responseEnabled: true }).text).not.toContain("Response is off");
  });
  it("the scan's message has its exact subject and names what was not visible [R25]", () => {
    const message = scanMessage({
      tenant: "Client",
      incidents: 2,
      records: 10,
      from: "2026-05-24T00:00:00.000Z",
      to: "2026-11-20T00:00:00.000Z",
      blindSpots: ["The audit log was off until 3 November."],
      targeted: ["boss@client.example"],
      url: "https://portal.example/scans/1",
    });
    expect(message.subject).toBe("Petra Scan Complete");
    expect(message.text).toContain("The audit log was off until 3 November.");
    expect(message.text).toContain("boss@client.example");
  });
  it("attackers' words become no markup and no link [S19]", () => {
    const message = incidentMessage({ ...incident, headline: '<a href="https://evil.example">Click</a>' });
    expect(message.html).not.toContain('<a href="https://evil.example"');
    expect(message.html).toContain("&lt;a href=");
    expect(escapeHtml(`"'&`)).toBe("&quot;&#39;&amp;");
  });
  it("a newline in a name adds no header [S22]", () => {
    const subject = subjectLine("Petra: x\r\nBcc: all@evil.example");
    expect(subject).not.toMatch(/[\r\n]/);
    expect(subjectLine("x".repeat(500)).length).toBeLessThanOrEqual(180);
  });
});
