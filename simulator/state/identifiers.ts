/** Well-known ids of the Microsoft cloud (Entra built-in roles reference; first-party application ids). */
export const ROLE = {
  globalAdministrator: "62e90394-69f5-4237-9190-012177145e10",
  exchangeAdministrator: "29232cdf-9323-42fd-ade2-1d097af3e4de",
  userAdministrator: "fe930be7-5e62-47db-91af-98c3a49a38b1",
  privilegedAuthenticationAdministrator: "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
  securityReader: "5d6b6bb7-de71-4623-b4af-96380a352509",
  globalReader: "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
  helpdeskAdministrator: "729827e3-9c14-49f7-bb1b-9608f156bbb8",
} as const;

export const ROLE_NAMES: Record<string, string> = {
  [ROLE.globalAdministrator]: "Global Administrator",
  [ROLE.exchangeAdministrator]: "Exchange Administrator",
  [ROLE.userAdministrator]: "User Administrator",
  [ROLE.privilegedAuthenticationAdministrator]: "Privileged Authentication Administrator",
  [ROLE.securityReader]: "Security Reader",
  [ROLE.globalReader]: "Global Reader",
  [ROLE.helpdeskAdministrator]: "Helpdesk Administrator",
};

export const MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

export const RESOURCE = {
  graph: {
    appId: "00000003-0000-0000-c000-000000000000",
    audience: "https://graph.microsoft.com",
    name: "Microsoft Graph",
  },
  management: {
    appId: "c5393580-f805-4401-95e8-94b7a6ef2fc2",
    audience: "https://manage.office.com",
    name: "Office 365 Management APIs",
  },
  exchange: {
    appId: "00000002-0000-0ff1-ce00-000000000000",
    audience: "https://outlook.office365.com",
    name: "Office 365 Exchange Online",
  },
  partner: {
    appId: "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
    audience: "https://api.partnercenter.microsoft.com",
    name: "Microsoft Partner Center",
  },
} as const;

export const APP = {
  officeHome: { id: "4765445b-32c6-49b0-83e6-1d93765276ca", name: "OfficeHome" },
  outlookWeb: { id: "9199bf20-a13f-4107-85dc-02114787ef48", name: "One Outlook Web" },
  outlookMobile: { id: "27922004-5251-4030-b22d-91ecd9a37ea4", name: "Outlook Mobile" },
  office: { id: "d3590ed6-52b3-4102-aeff-aad2292ab01c", name: "Microsoft Office" },
  teams: { id: "1fec8e78-bce4-4aaf-ab1b-5451cc387264", name: "Microsoft Teams" },
  sharePoint: { id: "08e18876-6177-487e-b8b5-cf950c1e598c", name: "SharePoint Online Web Client Extensibility" },
  broker: { id: "29d9ed98-a469-4536-ade2-f981bc1d605e", name: "Microsoft Authentication Broker" },
  azureCli: { id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", name: "Microsoft Azure CLI" },
  azurePowerShell: { id: "1950a258-227b-4e31-a9cf-717495945fc2", name: "Microsoft Azure PowerShell" },
  adminCenter: { id: "00000006-0000-0ff1-ce00-000000000000", name: "Microsoft Office 365 Portal" },
} as const;

/** Application ids nobody may disable or delete through this cloud. */
export const FIRST_PARTY_APP_IDS: ReadonlySet<string> = new Set([
  ...Object.values(RESOURCE).map((r) => r.appId),
  ...Object.values(APP).map((a) => a.id),
  "8bd644d1-64a1-4d4b-ae52-2e0cbf64e373",
]);

export const SKU = {
  businessPremium: { id: "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", part: "SPB" },
  businessStandard: { id: "f245ecc8-75af-4f8e-b61f-27d8114de5f3", part: "O365_BUSINESS_PREMIUM" },
  flowFree: { id: "f30db892-07e9-47e9-837c-80727f46fd3d", part: "FLOW_FREE" },
  entraP2: { id: "84a661c4-e949-4bd2-a560-ed7766fcaf2b", part: "AAD_PREMIUM_P2" },
  exchangeOnline2: { id: "19ec0d23-8335-4cbd-94ac-6050e30712fa", part: "EXCHANGEENTERPRISE" },
} as const;

export const PLAN_P1 = { id: "41781fb2-bc02-4b7c-bd55-b576c07bb09d", name: "AAD_PREMIUM" };
export const PLAN_P2 = { id: "eec0eb4f-6444-4f95-aba0-50c24d67f998", name: "AAD_PREMIUM_P2" };
export const PLAN_EXCHANGE = { id: "efb87545-963c-4e0d-99df-69c6916d9eb0", name: "EXCHANGE_S_ENTERPRISE" };
