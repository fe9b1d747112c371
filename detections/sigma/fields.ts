import { alongPath, type Field, joined, mapped, type Raw, type Said, say } from "./record.ts";

/** Field names of one kind of record, lower case, and how each is read. */
export type Fields = {
  /** Members by their names; what lies below an open one may be named with dots. */
  members: ReadonlyMap<string, { name: string; isOpen: boolean }>;
  /** Names that rules use for something else, or that must be worked out. */
  named: ReadonlyMap<string, Field>;
};

/** `name*` is open below. */
function membersOf(list: string): Fields["members"] {
  return new Map(
    list.split(/\s+/).map((word) => {
      const name = word.replace("*", "");
      return [name.toLowerCase(), { name, isOpen: word.endsWith("*") }];
    }),
  );
}

const at = (...path: string[]): Field => alongPath(path);
const fixed =
  (text: string): Field =>
  () => [text];

/** A sign-in's code; 0 is success. */
const code = (record: Raw): Said => {
  const said = at("status", "errorCode")(record);
  return said.length > 0 ? said : at("resultType")(record);
};
const PROTOCOLS: Record<string, string> = { devicecode: "Device Code", ropc: "ROPC" };

/** Entra's sign-in records as Microsoft Graph writes them. */
export const SIGN_IN: Fields = {
  members: membersOf(
    `id createdDateTime userDisplayName userPrincipalName userId appId appDisplayName ipAddress clientAppUsed
    correlationId conditionalAccessStatus isInteractive riskDetail riskLevelAggregated riskLevelDuringSignIn riskState
    riskEventTypes riskEventTypes_v2 resourceDisplayName resourceId resourceTenantId resourceServicePrincipalId status*
    deviceDetail* location* appliedConditionalAccessPolicies* appliedEventListeners* authenticationContextClassReferences*
    authenticationDetails* authenticationMethodsUsed authenticationProcessingDetails* authenticationProtocol
    authenticationRequirement authenticationRequirementPolicies* autonomousSystemNumber crossTenantAccessType
    flaggedForReview homeTenantId homeTenantName incomingTokenType isTenantRestricted mfaDetail* networkLocationDetails*
    originalRequestId originalTransferMethod processingTimeInMilliseconds servicePrincipalId servicePrincipalName
    servicePrincipalCredentialKeyId sessionId sessionLifetimePolicies* signInEventTypes signInIdentifier
    signInIdentifierType signInTokenProtectionStatus tokenIssuerName tokenIssuerType tokenProtectionStatusDetails*
    uniqueTokenIdentifier userAgent userType clientCredentialType federatedCredentialId managedServiceIdentity*`,
  ),
  named: new Map<string, Field>([
    ["resulttype", code],
    ["errorcode", code],
    ["resultdescription", at("status", "failureReason")],
    [
      "status",
      joined(
        mapped(code, (text) => (text === "0" ? "Success" : "Failure")),
        at("status", "failureReason"),
        at("status", "additionalDetails"),
        at("status"),
      ),
    ],
    ["ip", at("ipAddress")],
    ["calleripaddress", at("ipAddress")],
    ["username", at("userPrincipalName")],
    ["user", at("userPrincipalName")],
    ["identity", at("userDisplayName")],
    ["clientapp", at("clientAppUsed")],
    ["location", joined(at("location", "countryOrRegion"), at("location"))],
    ["locationdetails", at("location")],
    ["operationname", fixed("Sign-in activity")],
    ["activitydetails", fixed("Sign-ins")],
    ["category", fixed("SignInLogs")],
    ["conditionalaccesspolicies", at("appliedConditionalAccessPolicies")],
    ["message", mapped(at("authenticationProtocol"), (text) => PROTOCOLS[text.toLowerCase()] ?? text)],
    ["riskeventtype", joined(at("riskEventTypes_v2"), at("riskEventTypes"))],
    ["riskeventtypes", joined(at("riskEventTypes_v2"), at("riskEventTypes"))],
  ]),
};

/** Values that a directory audit wraps in quotes or brackets of JSON, bare as well. */
const bare = (text: string): string => text.replace(/^\[?"?|"?\]?$/g, "");

/** The new value of a changed property, by its name. */
function changed(name: string): Field {
  return (record) => {
    const out: Said = [];
    for (const target of listOf(record.targetResources))
      for (const property of listOf(target.modifiedProperties))
        if (typeof property.displayName === "string" && property.displayName.toLowerCase() === name) {
          say(property.newValue, out);
          if (typeof property.newValue === "string") out.push(bare(property.newValue));
        }
    return out;
  };
}

/** The value of an additional detail, by its key. */
function detail(name: string): Field {
  return (record) => {
    const out: Said = [];
    for (const pair of listOf(record.additionalDetails))
      if (typeof pair.key === "string" && pair.key.toLowerCase() === name) say(pair.value, out);
    return out;
  };
}

const listOf = (value: unknown): Raw[] =>
  Array.isArray(value) ? value.filter((one): one is Raw => typeof one === "object" && one !== null) : [];

/** Entra's directory audit as Microsoft Graph writes it. */
export const DIRECTORY_AUDIT: Fields = {
  members: membersOf(
    `id category correlationId result resultReason activityDisplayName activityDateTime loggedByService operationType
    initiatedBy* targetResources* additionalDetails* userAgent`,
  ),
  named: new Map<string, Field>([
    ["operationname", at("activityDisplayName")],
    ["activitytype", at("activityDisplayName")],
    ["activity", at("activityDisplayName")],
    ["message", joined(at("activityDisplayName"), at("resultReason"))],
    ["status", joined(at("result"), at("resultReason"))],
    ["resulttype", at("result")],
    ["resultdescription", at("resultReason")],
    ["failure_status_reason", at("resultReason")],
    ["aadoperationtype", at("operationType")],
    ["identity", joined(at("initiatedBy", "user", "userPrincipalName"), at("initiatedBy", "app", "displayName"))],
    [
      "initiatedby",
      joined(
        at("initiatedBy", "user", "userPrincipalName"),
        at("initiatedBy", "app", "displayName"),
        at("initiatedBy"),
      ),
    ],
    ["target", joined(at("targetResources", "userPrincipalName"), at("targetResources", "displayName"))],
    ["calleripaddress", at("initiatedBy", "user", "ipAddress")],
    ["ipaddress", at("initiatedBy", "user", "ipAddress")],
  ]),
};

const failed = /^(false|fail|failed|failure|timeout|error|denied)/i;
const result: Field = (record) => {
  const said = at("ResultStatus")(record).filter((text) => text !== null && text !== "");
  if (said.length === 0) return ["Success"];
  return [...said, failed.test(said[0]!) ? "Failure" : "Success"];
};
const alertName: Field = joined(at("Name"), at("AlertDisplayName"));

/** The unified audit log, old and new field names, as the management API and its exports write it. */
export const UAL: Fields = {
  members: membersOf(
    `Id CreationTime Operation OrganizationId RecordType ResultStatus UserKey UserType Version Workload UserId ClientIP
    ClientIPAddress ActorIpAddress Scope ObjectId AppAccessContext* Parameters* OperationProperties* OperationCount
    ExtendedProperties* ModifiedProperties* Actor* Target* ActorContextId TargetContextId InterSystemsId IntraSystemId
    SupportTicketId DeviceProperties* ErrorNumber LogonError ApplicationId ApplicationDisplayName AzureActiveDirectoryEventType
    RequestType ExternalAccess OriginatingServer OrganizationName SessionId ClientInfoString ClientProcessName ClientVersion
    ClientRequestId ClientAppId AppId AppName AppPoolName InternalLogonType LogonType LogonUserSid MailboxGuid MailboxOwnerUPN
    MailboxOwnerSid MailboxOwnerMasterAccountSid Folder* Folders* DestFolder* AffectedItems* Item* CrossMailboxOperation
    SendAsUserSmtp SendOnBehalfOfUserSmtp UserAgent TokenType TokenObjectId ActorInfoString SiteUrl Site SourceFileName
    SourceFileExtension SourceRelativeUrl DestinationFileName DestinationFileExtension DestinationRelativeUrl ItemType
    ListId ListItemUniqueId WebId EventSource EventData TargetUserOrGroupName TargetUserOrGroupType SharingType
    UserSharedWith IsManagedDevice DeviceDisplayName Platform BrowserName BrowserVersion GeoLocation CorrelationId
    CorrelationID MachineDomainInfo MachineId HighPriorityMediaProcessing TeamName TeamGuid ChannelName ChannelGuid
    ChatThreadId ChatName CommunicationType MessageId MessageURLs* Members* ParticipantInfo* AddOnName AddOnType
    AlertId AlertType Name Category Severity Source Status Comments Data* AlertEntityId EntityType AlertLinks* AlertDisplayName
    PolicyId AlertPolicyId InvestigationId InvestigationName InvestigationType DeliveryAction Directionality
    InternetMessageId NetworkMessageId P1Sender P2Sender SenderIp Subject Recipients* Verdict DetectionMethod
    DetectionType AttachmentData* ThreatsAndDetectionTech* PhishConfidenceLevel SubmissionId SubmissionState
    SubmissionType Query QueryText SearchQuery SearchQueryText Case CaseId ExchangeLocations SharepointLocations
    PublicFolderLocations NonPIIParameters CmdletVersion Cmdlet EffectiveOrganization SecurityComplianceCenterEventType
    StartTime ExchangeMetaData* PolicyDetails* SensitiveInfoDetectionIsIncluded SharePointMetaData* Application
    FilePath FileExtension FileType TargetDomain TargetFilePath FlowConnectorNames FlowDetailsUrl FlowName
    FormId FormName BlockedReason ActorUserId ActorUserName TargetUserId TargetUserName`,
  ),
  named: new Map<string, Field>([
    ["eventsource", joined(at("Workload"), at("EventSource"))],
    ["eventname", joined(at("Operation"), alertName)],
    ["status", joined(at("Status"), result)],
    ["officeworkload", at("Workload")],
    ["officeobjectid", at("ObjectId")],
    ["operationname", at("Operation")],
    ["clientip", joined(at("ClientIP"), at("ClientIPAddress"), at("ActorIpAddress"))],
    ["client_ipaddress", at("ClientIPAddress")],
    ["sourceip", joined(at("ClientIP"), at("ClientIPAddress"), at("ActorIpAddress"))],
    ["user", at("UserId")],
    ["userprincipalname", at("UserId")],
    ["useragent", joined(at("UserAgent"), pair("ExtendedProperties", "UserAgent"))],
    ["requesttype", joined(at("RequestType"), pair("ExtendedProperties", "RequestType"))],
    ["applicationid", joined(at("ApplicationId"), at("AppId"), at("ClientAppId"))],
    ["resultstatus", joined(at("ResultStatus"), result)],
    ["payload", (record) => [JSON.stringify(record).slice(0, 32 * 1024)]],
  ]),
};

/** The value of a Name/Value pair in one of the record's lists. */
function pair(list: string, name: string): Field {
  const wanted = name.toLowerCase();
  return (record) => {
    const out: Said = [];
    for (const one of listOf(record[list]))
      if (typeof one.Name === "string" && one.Name.toLowerCase() === wanted) say(one.Value, out);
    return out;
  };
}

const withoutDot = (text: string): string => text.replace(/\.$/, "");

/** What a directory audit's names mean in the unified audit log; less of it is there. */
export const UAL_DIRECTORY: Fields = {
  members: membersOf(""),
  named: new Map<string, Field>([
    ["operationname", mapped(at("Operation"), withoutDot)],
    ["activitydisplayname", mapped(at("Operation"), withoutDot)],
    ["activitytype", mapped(at("Operation"), withoutDot)],
    ["message", mapped(at("Operation"), withoutDot)],
    ["status", result],
    ["result", result],
    ["identity", at("UserId")],
    ["targetresources", joined(at("ModifiedProperties"), at("Target"))],
    ["targetresources.modifiedproperties", at("ModifiedProperties")],
    ["targetresources.modifiedproperties.displayname", at("ModifiedProperties", "Name")],
    ["targetresources.modifiedproperties.newvalue", at("ModifiedProperties", "NewValue")],
  ]),
};

/** What a sign-in's names mean in the unified audit log. */
export const UAL_SIGN_IN: Fields = {
  members: membersOf(""),
  named: new Map<string, Field>([
    ["resulttype", (record) => (record.Operation === "UserLoggedIn" ? ["0"] : at("ErrorNumber")(record))],
    ["errorcode", (record) => (record.Operation === "UserLoggedIn" ? ["0"] : at("ErrorNumber")(record))],
    ["status", (record) => [record.Operation === "UserLoggedIn" ? "Success" : "Failure"]],
    ["useragent", joined(at("UserAgent"), pair("ExtendedProperties", "UserAgent"))],
    ["appid", at("ApplicationId")],
    ["ipaddress", joined(at("ClientIP"), at("ActorIpAddress"))],
    ["calleripaddress", joined(at("ClientIP"), at("ActorIpAddress"))],
    ["userprincipalname", at("UserId")],
    ["username", at("UserId")],
  ]),
};

/** How a field name of a rule is read, or undefined where the records have no such field. */
export function readerOf(fields: Fields, name: string): Field | undefined {
  const lower = name.toLowerCase().replace(/^properties\./, "");
  const named = fields.named.get(lower);
  if (named) return named;
  const [head = "", ...below] = lower.split(".");
  if (head === "consentcontext" && fields === DIRECTORY_AUDIT) return changed(lower);
  const member = fields.members.get(head);
  if (!member || member.name === "") return undefined;
  if (below.length === 0) return at(member.name);
  if (!member.isOpen || below.some((part) => part === "")) return undefined;
  const deeper = at(member.name, ...below);
  return head === "additionaldetails" ? joined(detail(below.join(".")), deeper) : deeper;
}
