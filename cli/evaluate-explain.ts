/** Why what is not found is not found, by set and episode or by rule and case. A miss without a line here says so. */
const WHY: Record<"episode" | "case", Record<string, string>> = {
  episode: {},
  case: {
    "Azure.Audit.OIDC.Changed/Non-OIDC Policy Change":
      "any change to how people may prove who they are is a signal here, an added method as much as a foreign issuer; alone it is a line under Uncommon Activity.",
    "Azure.Audit.ManyFailedSignIns/Failed Sign-In":
      "an application's own secret is refused ten times. Failed attacks are told per account of a person; applications without an owner's session are only watched for signing in strangely.",
    "Microsoft365.External.Document.Sharing/External user":
      "one file shared with one guest is daily work. The rule's other cases differ from it by the author's own lists of allowed names alone.",
  },
};

/** A list of reasons, one a miss. */
export function explain(kind: "episode" | "case", missed: readonly string[]): string[] {
  if (missed.length === 0) return [];
  return [...missed.map((name) => `- ${name}: ${WHY[kind][name] ?? "not explained yet"}`), ""];
}
