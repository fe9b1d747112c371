/** Why what is not found is not found, by set and episode or by rule and case. A miss without a line here says so. */
const WHY: Record<"episode" | "case", Record<string, string>> = {
  episode: {
    "sentinel_training_lab/T4":
      "two rules an account made from an address of Microsoft's own, with no other record of that account: Uncommon Activity. One inbox rule alone is no takeover.",
    "sentinel_training_lab/T6":
      "the rows carry no time and are placed at the end of the log. That one account gave several applications secrets from several networks would tell if it was known to be within hours; without times it is not, and each secret alone is a line under Uncommon Activity.",
  },
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
