import { asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { segment } from "./graph.ts";
import type { M365Tenant } from "./m365.ts";

export type AuthMethod = { id: string; kind: string; createdAt: string | null; name: string };

/** Method type → the segment its DELETE goes to ("List authentication methods"); the password has none. */
const SEGMENTS: Record<string, string> = {
  phone: "phoneMethods",
  microsoftAuthenticator: "microsoftAuthenticatorMethods",
  fido2: "fido2Methods",
  softwareOath: "softwareOathMethods",
  temporaryAccessPass: "temporaryAccessPassMethods",
  windowsHelloForBusiness: "windowsHelloForBusinessMethods",
  email: "emailMethods",
  platformCredential: "platformCredentialMethods",
  externalAuthentication: "externalAuthenticationMethods",
};

export async function listAuthMethods(graph: Graph, userObjectId: string): Promise<AuthMethod[]> {
  const rows = await graph.all({ path: `/users/${segment(userObjectId)}/authentication/methods` });
  return rows.flatMap((row) => {
    const kind = /^#microsoft\.graph\.(.+)AuthenticationMethod$/.exec(asText(row["@odata.type"]) ?? "")?.[1];
    if (!kind || kind === "password") return [];
    const name =
      asText(row.displayName) ?? asText(row.phoneNumber) ?? asText(row.model) ?? asText(row.emailAddress) ?? kind;
    return [{ id: String(row.id), kind, createdAt: asText(row.createdDateTime) ?? null, name }];
  });
}

/** `kind` as in the @odata.type: phone, fido2, microsoftAuthenticator, softwareOath … */
export function authMethodDoor(graph: Graph): Pick<M365Tenant, "listAuthMethods" | "deleteAuthMethod"> {
  return {
    listAuthMethods: (userObjectId) => listAuthMethods(graph, userObjectId),
    async deleteAuthMethod(userObjectId, kind, methodId) {
      const part = SEGMENTS[kind];
      if (!part)
        return {
          kind: "refused",
          code: "UnknownMethod",
          reason: `Petra cannot delete a sign-in method of the kind ${kind}`,
          fix: "Delete the method in the Microsoft Entra admin center",
          requestId: undefined,
        };
      return graph.write(
        { method: "DELETE", path: `/users/${segment(userObjectId)}/authentication/${part}/${segment(methodId)}` },
        { byCode: { Request_BadRequest: "It is the default method: delete the user's other methods first" } },
      );
    },
  };
}
