import { ualTime } from "../clock.ts";
import type { Json, SimUser, Tenant } from "../state/types.ts";

interface OfficeAccess {
  at: number;
  id: string;
  user: SimUser;
  ip: string;
  userAgent: string;
  sessionId: string;
}

const FILE_OPERATIONS = {
  FileAccessed: 6,
  FileModified: 6,
  FileDownloaded: 6,
  FileUploaded: 6,
  FilePreviewed: 6,
} as const;
export type FileOperation = keyof typeof FILE_OPERATIONS;

export function fileOperation(
  tenant: Tenant,
  access: OfficeAccess,
  operation: FileOperation,
  file: { name: string; site: string; folder: string },
): Json {
  const base = `https://${tenant.initialDomain.split(".")[0]}.sharepoint.com/sites/${file.site}/`;
  return {
    AppAccessContext: { AADSessionId: access.sessionId },
    CreationTime: ualTime(access.at),
    Id: access.id,
    Operation: operation,
    OrganizationId: tenant.id,
    RecordType: FILE_OPERATIONS[operation],
    UserKey: `i:0h.f|membership|${access.user.puid.toLowerCase()}@live.com`,
    UserType: 0,
    Version: 1,
    Workload: "SharePoint",
    ClientIP: access.ip,
    ObjectId: `${base}${file.folder}/${file.name}`,
    UserId: access.user.upn,
    ApplicationId: "08e18876-6177-487e-b8b5-cf950c1e598c",
    EventSource: "SharePoint",
    ItemType: "File",
    UserAgent: access.userAgent,
    SiteUrl: base,
    SourceFileExtension: file.name.split(".").pop(),
    SourceFileName: file.name,
    SourceRelativeUrl: file.folder,
  };
}

export function teamsOperation(
  tenant: Tenant,
  access: OfficeAccess,
  operation: "TeamsSessionStarted" | "MessageSent" | "MeetingParticipantDetail",
): Json {
  return {
    AppAccessContext: { AADSessionId: access.sessionId },
    CreationTime: ualTime(access.at),
    Id: access.id,
    Operation: operation,
    OrganizationId: tenant.id,
    RecordType: 25,
    UserKey: access.user.id,
    UserType: 0,
    Version: 1,
    Workload: "MicrosoftTeams",
    ClientIP: access.ip,
    UserId: access.user.upn,
    CommunicationType: operation === "TeamsSessionStarted" ? "None" : "Channel",
    ExtraProperties: [
      { Key: "OsName", Value: "windows" },
      { Key: "Country", Value: tenant.country.toLowerCase() },
      { Key: "ClientName", Value: "skypeteams" },
    ],
    ResourceTenantId: tenant.id,
    ItemName: operation === "TeamsSessionStarted" ? "Windows (6.3)" : "19:general@thread.tacv2",
  };
}
