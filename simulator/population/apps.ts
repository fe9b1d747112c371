/** First-party clients and resources (Microsoft's list of first-party application ids). */
export const CLIENT = {
  officeHome: { id: "4765445b-32c6-49b0-83e6-1d93765276ca", name: "OfficeHome" },
  outlookWeb: { id: "9199bf20-a13f-4107-85dc-02114787ef48", name: "One Outlook Web" },
  outlookMobile: { id: "27922004-5251-4030-b22d-91ecd9a37ea4", name: "Outlook Mobile" },
  office: { id: "d3590ed6-52b3-4102-aeff-aad2292ab01c", name: "Microsoft Office" },
  teams: { id: "1fec8e78-bce4-4aaf-ab1b-5451cc387264", name: "Microsoft Teams" },
  oneDrive: { id: "ab9b8c07-8f02-4f72-87fa-80105867a763", name: "OneDrive SyncEngine" },
  sharePoint: { id: "08e18876-6177-487e-b8b5-cf950c1e598c", name: "SharePoint Online Web Client Extensibility" },
  broker: { id: "29d9ed98-a469-4536-ade2-f981bc1d605e", name: "Microsoft Authentication Broker" },
  iosAccounts: { id: "f8d98a96-0999-43f5-8af3-69971c7bb423", name: "iOS Accounts" },
  azurePowerShell: { id: "1950a258-227b-4e31-a9cf-717495945fc2", name: "Microsoft Azure PowerShell" },
  azureCli: { id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", name: "Microsoft Azure CLI" },
  exchangePowerShell: {
    id: "fb78d390-0c51-40cd-8e17-fdbfab77341b",
    name: "Microsoft Exchange REST API Based Powershell",
  },
  portal: { id: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", name: "Azure Portal" },
  adminCenter: { id: "00000006-0000-0ff1-ce00-000000000000", name: "Microsoft Office 365 Portal" },
  securityInfo: { id: "19db86c3-b2b9-44cc-b339-36da233a3be2", name: "My Signins" },
  exchange: { id: "00000002-0000-0ff1-ce00-000000000000", name: "Office 365 Exchange Online" },
} as const;

export const TARGET = {
  exchange: { appId: "00000002-0000-0ff1-ce00-000000000000", name: "Office 365 Exchange Online" },
  graph: { appId: "00000003-0000-0000-c000-000000000000", name: "Microsoft Graph" },
  sharePoint: { appId: "00000003-0000-0ff1-ce00-000000000000", name: "Office 365 SharePoint Online" },
  devices: { appId: "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", name: "Device Registration Service" },
  directory: { appId: "00000002-0000-0000-c000-000000000000", name: "Windows Azure Active Directory" },
  arm: { appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013", name: "Windows Azure Service Management API" },
} as const;

export interface ThirdParty {
  appId: string;
  name: string;
  scope: string;
  publisher: string | null;
  replyUrl: string;
  ownerTenant: string;
  /** Its service principal here; left out when this company has not met it yet. */
  servicePrincipalId?: string;
}

const TENANT = (n: number): string => `7b1e4c2a-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

/** Applications that many companies use, as their users consent to them. */
export const KNOWN_APPS: readonly ThirdParty[] = [
  {
    appId: "5a8d1b2f-3d2e-4f5a-9f57-2a43f4a6b7c1",
    name: "Zoom",
    scope: "openid profile email User.Read Calendars.ReadWrite offline_access",
    publisher: "Zoom Video Communications, Inc.",
    replyUrl: "https://zoom.us/office365",
    ownerTenant: TENANT(1),
  },
  {
    appId: "0f698dd4-f011-4d23-a33e-b36416dcb1e6",
    name: "Adobe Acrobat",
    scope: "openid profile email User.Read Files.ReadWrite offline_access",
    publisher: "Adobe Inc.",
    replyUrl: "https://documentcloud.adobe.com/auth",
    ownerTenant: TENANT(2),
  },
  {
    appId: "8acd33ea-7197-4a96-bc33-d7cc7101262f",
    name: "Samsung Email",
    scope: "openid profile email EAS.AccessAsUser.All offline_access",
    publisher: null,
    replyUrl: "msauth://com.samsung.android.email.provider",
    ownerTenant: TENANT(3),
  },
  {
    appId: "f8d98a96-0999-43f5-8af3-69971c7bb423",
    name: "Apple Internet Accounts",
    scope: "openid profile email EAS.AccessAsUser.All offline_access",
    publisher: "Apple Inc.",
    replyUrl: "com.apple.preferences.internetaccounts://oauth-redirect",
    ownerTenant: TENANT(4),
  },
  {
    appId: "7b2b7a2e-1f3c-4b6e-8a94-4fd4b7f6d0b1",
    name: "HubSpot",
    scope: "openid profile email User.Read Mail.ReadWrite Mail.Send Contacts.Read offline_access",
    publisher: "HubSpot, Inc.",
    replyUrl: "https://app.hubspot.com/oauth",
    ownerTenant: TENANT(5),
  },
  {
    appId: "4a6c1a20-2c9f-4a41-8a3f-d8a1c2f5b6e7",
    name: "Calendly",
    scope: "openid profile email Calendars.ReadWrite User.Read offline_access",
    publisher: "Calendly LLC",
    replyUrl: "https://calendly.com/oauth/office365",
    ownerTenant: TENANT(6),
  },
  {
    appId: "9199bf21-0000-4f51-93d4-2a1b3c4d5e6f",
    name: "DocuSign",
    scope: "openid profile email User.Read Files.Read offline_access",
    publisher: "Docusign, Inc.",
    replyUrl: "https://account.docusign.com/o365",
    ownerTenant: TENANT(7),
  },
];

/** What attackers' own applications are called and ask for. */
export const ROGUE_APPS: readonly Omit<ThirdParty, "appId" | "ownerTenant">[] = [
  {
    name: "eM Client",
    scope: "openid profile email EWS.AccessAsUser.All offline_access",
    publisher: "eM Client s.r.o.",
    replyUrl: "https://localhost/",
  },
  {
    name: "PERFECTDATA SOFTWARE",
    scope: "openid profile email EWS.AccessAsUser.All offline_access",
    publisher: null,
    replyUrl: "http://localhost:8080/",
  },
  {
    name: "Document Viewer Online",
    scope: "openid profile User.Read Mail.Read Files.Read.All offline_access",
    publisher: null,
    replyUrl: "https://viewer-docs.example/callback",
  },
  {
    name: "Upgrade Storage 365",
    scope: "openid profile User.Read Mail.ReadWrite Mail.Send Contacts.Read offline_access",
    publisher: null,
    replyUrl: "https://o365-upgrade.example/cb",
  },
  {
    name: "Mail Backup Assistant",
    scope: "openid profile Mail.Read MailboxSettings.ReadWrite offline_access",
    publisher: null,
    replyUrl: "https://assist-mail.example/auth",
  },
];

export const LOOK_ALIKES = [
  "Micros0ft Outlook",
  "rnicrosoft 365",
  "Microsoft Outllook",
  "Adobe Acrobat.",
  "DocuSlgn",
  "OneDrive Sharlng",
  "Zoorn",
];
