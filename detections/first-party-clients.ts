/**
 * Microsoft's own public clients whose tokens reach far and which phishing and token tools ask for (family of client
 * ids, command lines, broker). Ids as Microsoft publishes them in "Verify first-party Microsoft applications in sign-in
 * reports" and in the sources of its command lines.
 */
export const TOKEN_CLIENTS: ReadonlyMap<string, { name: string; reach: "broker" | "command-line" | "office" }> =
  new Map([
    ["29d9ed98-a469-4536-ade2-f981bc1d605e", { name: "Microsoft Authentication Broker", reach: "broker" }],
    ["b90d5b8f-5503-4153-b545-b31cecfaece2", { name: "AADJ CSP", reach: "broker" }],
    ["dd762716-544d-4aeb-a526-687b73838a22", { name: "Microsoft Device Registration Client", reach: "broker" }],
    ["04b07795-8ddb-461a-bbee-02f9e1bf7b46", { name: "Azure CLI", reach: "command-line" }],
    ["1950a258-227b-4e31-a9cf-717495945fc2", { name: "Azure PowerShell", reach: "command-line" }],
    ["1b730954-1685-4b74-9bfd-dac224a7b894", { name: "Azure AD PowerShell", reach: "command-line" }],
    ["14d82eec-204b-4c2f-b7e8-296a70dab67e", { name: "Microsoft Graph Command Line Tools", reach: "command-line" }],
    ["fb78d390-0c51-40cd-8e17-fdbfab77341b", { name: "Exchange PowerShell", reach: "command-line" }],
    ["a0c73c16-a7e3-4564-9a95-2bdf47383716", { name: "Exchange Online Remote PowerShell", reach: "command-line" }],
    ["9bc3ab49-b65d-410a-85ad-de819febfddc", { name: "SharePoint Online Management Shell", reach: "command-line" }],
    ["aebc6443-996d-45c2-90f0-388ff96faa56", { name: "Visual Studio Code", reach: "command-line" }],
    ["872cd9fa-d31f-45e0-9eab-6e460a02d1f1", { name: "Visual Studio", reach: "command-line" }],
    ["d3590ed6-52b3-4102-aeff-aad2292ab01c", { name: "Microsoft Office", reach: "office" }],
    ["1fec8e78-bce4-4aaf-ab1b-5451cc387264", { name: "Microsoft Teams", reach: "office" }],
    ["27922004-5251-4030-b22d-91ecd9a37ea4", { name: "Outlook Mobile", reach: "office" }],
    ["ab9b8c07-8f02-4f72-87fa-80105867a763", { name: "OneDrive SyncEngine", reach: "office" }],
    ["00b41c95-dab0-4487-9791-b9d2c32c80f2", { name: "Office 365 Management", reach: "office" }],
  ]);
