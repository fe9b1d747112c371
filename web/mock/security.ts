/** What the mock API answers about second factors; `mock_viewer` "careful" has one and is asked for it, "bare" has none. */
const CODE = "123456";
let proved = false;
let confirmed: string | null = null;

export function resetSecurity(): void {
  proved = false;
  confirmed = null;
}

const problem = (status: number, body: Record<string, unknown>): Response =>
  Response.json({ status, ...body }, { status, headers: { "content-type": "application/problem+json" } });

/** The 403 for a deed of this viewer, until he has shown who he is. */
export function stepUpMock(who: string): Response | undefined {
  const needs = who === "careful" ? "factor" : who === "bare" ? "enrolment" : undefined;
  if (!needs || (proved && needs === "factor")) return undefined;
  return problem(403, { code: "second_factor_required", detail: "Show once more that it is you.", needs });
}

export function securityMock(key: string, who: string, body: Record<string, unknown>): Response | undefined {
  const own = confirmed ?? (who === "careful" ? "Work telephone" : null);
  const view = () =>
    Response.json({
      owes: null,
      factors: own ? [{ id: "f-1", name: own, confirmedAt: "2026-11-02T09:00:00.000Z" }] : [],
      recoveryCodesLeft: own ? 9 : 0,
      hasPassword: true,
      orgRequiresFactor: false,
      factorAt: null,
      passwordAt: null,
    });
  switch (key) {
    case "GET /api/auth/security":
      return view();
    case "POST /api/auth/prove":
      if (body.code !== CODE) return problem(400, { code: "invalid", detail: "This is not the code it shows now." });
      proved = true;
      return view();
    case "POST /api/auth/factors":
      return Response.json({
        uri: "otpauth://totp/Petra:dan%40northgate.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Petra&digits=6&period=30",
        key: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
      });
    case "POST /api/auth/factors/confirm":
      if (body.code !== CODE) return problem(400, { code: "invalid", detail: "This is not the code it shows now." });
      confirmed = "My telephone";
      return Response.json({
        recoveryCodes: Array.from({ length: 10 }, (_, n) => `${n}a1b2-c3d4e-f5061-72839-4a5b6-c7d8e`),
      });
    case "POST /api/settings/security":
      return Response.json({ requiresFactor: body.requiresFactor });
    default:
      return undefined;
  }
}
