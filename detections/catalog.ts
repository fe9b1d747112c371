import accountMade from "./account-made/detection.ts";
import aitmSignIn from "./aitm-sign-in/detection.ts";
import appCredentialAdded from "./app-credential-added/detection.ts";
import applicationEntryChanged from "./application-entry-changed/detection.ts";
import applicationsInSeries from "./applications-in-series/detection.ts";
import auditSwitchedOff from "./audit-switched-off/detection.ts";
import type { Detection } from "./define-detection.ts";
import deviceCodeSignIn from "./device-code-sign-in/detection.ts";
import deviceRegistered from "./device-registered/detection.ts";
import disabledAccountTried from "./disabled-account-tried/detection.ts";
import embargoedCountrySignIn from "./embargoed-country-sign-in/detection.ts";
import evidenceDeleted from "./evidence-deleted/detection.ts";
import exchangeRoleGiven from "./exchange-role-given/detection.ts";
import federatedTokenUnexpected from "./federated-token-unexpected/detection.ts";
import filesDestroyed from "./files-destroyed/detection.ts";
import filesOpenedToAnybody from "./files-opened-to-anybody/detection.ts";
import filesTakenInBulk from "./files-taken-in-bulk/detection.ts";
import firstPartyClientAbuse from "./first-party-client-abuse/detection.ts";
import firstSeenApplication from "./first-seen-application/detection.ts";
import hidingRulesInSeries from "./hiding-rules-in-series/detection.ts";
import illicitConsent from "./illicit-consent/detection.ts";
import impossibleTravel from "./impossible-travel/detection.ts";
import inboxRuleHidesMail from "./inbox-rule-hides-mail/detection.ts";
import internalPhish from "./internal-phish/detection.ts";
import legacyProtocolSignIn from "./legacy-protocol-sign-in/detection.ts";
import lookalikeAccount from "./lookalike-account/detection.ts";
import lookalikeApp from "./lookalike-app/detection.ts";
import mailFlowOpened from "./mail-flow-opened/detection.ts";
import mailForwardedOutside from "./mail-forwarded-outside/detection.ts";
import mailProtectionWeakened from "./mail-protection-weakened/detection.ts";
import mailReadInBulk from "./mail-read-in-bulk/detection.ts";
import mailboxDelegated from "./mailbox-delegated/detection.ts";
import mailboxExported from "./mailbox-exported/detection.ts";
import mailboxFolderOpened from "./mailbox-folder-opened/detection.ts";
import mfaFatigue from "./mfa-fatigue/detection.ts";
import paymentSearch from "./payment-search/detection.ts";
import privilegedRolesGiven from "./privileged-roles-given/detection.ts";
import providerAlert from "./provider-alert/detection.ts";
import providerRisk from "./provider-risk/detection.ts";
import recoveryByAnother from "./recovery-by-another/detection.ts";
import secondFactorChanged from "./second-factor-changed/detection.ts";
import secretsFromManyNetworks from "./secrets-from-many-networks/detection.ts";
import sessionInTwoPlaces from "./session-in-two-places/detection.ts";
import sharingOpened from "./sharing-opened/detection.ts";
import signInRulesWeakened from "./sign-in-rules-weakened/detection.ts";
import singleFactorSignIn from "./single-factor-sign-in/detection.ts";
import storedSecretRead from "./stored-secret-read/detection.ts";
import successAfterGuessing from "./success-after-guessing/detection.ts";
import teamsPhish from "./teams-phish/detection.ts";
import tenantTrustChanged from "./tenant-trust-changed/detection.ts";
import toolkitSignIn from "./toolkit-sign-in/detection.ts";
import transportRuleDivertsMail from "./transport-rule-diverts-mail/detection.ts";
import unfamiliarSignIn from "./unfamiliar-sign-in/detection.ts";
import userReportedPrompt from "./user-reported-prompt/detection.ts";
import workloadIdentityStrange from "./workload-identity-strange/detection.ts";

/** Every detection there is. A folder that is not listed here fails the catalogue's test. */
export const CATALOG: readonly Detection[] = [
  successAfterGuessing,
  aitmSignIn,
  sessionInTwoPlaces,
  deviceCodeSignIn,
  mfaFatigue,
  impossibleTravel,
  unfamiliarSignIn,
  toolkitSignIn,
  legacyProtocolSignIn,
  providerRisk,
  inboxRuleHidesMail,
  hidingRulesInSeries,
  mailForwardedOutside,
  transportRuleDivertsMail,
  mailFlowOpened,
  mailboxDelegated,
  illicitConsent,
  lookalikeApp,
  appCredentialAdded,
  secretsFromManyNetworks,
  privilegedRolesGiven,
  lookalikeAccount,
  secondFactorChanged,
  deviceRegistered,
  mailReadInBulk,
  internalPhish,
  evidenceDeleted,
  auditSwitchedOff,
  filesOpenedToAnybody,
  filesTakenInBulk,
  signInRulesWeakened,
  firstPartyClientAbuse,
  federatedTokenUnexpected,
  disabledAccountTried,
  userReportedPrompt,
  singleFactorSignIn,
  firstSeenApplication,
  embargoedCountrySignIn,
  accountMade,
  applicationEntryChanged,
  applicationsInSeries,
  exchangeRoleGiven,
  filesDestroyed,
  mailProtectionWeakened,
  mailboxExported,
  mailboxFolderOpened,
  paymentSearch,
  providerAlert,
  recoveryByAnother,
  sharingOpened,
  storedSecretRead,
  teamsPhish,
  tenantTrustChanged,
  workloadIdentityStrange,
];
