import { adminTakeover } from "./admin-takeover/scenario.ts";
import { adminTakeoverTwin } from "./admin-takeover-twin/scenario.ts";
import { aitmMailRule } from "./aitm-mail-rule/scenario.ts";
import { aitmMailRuleTwin } from "./aitm-mail-rule-twin/scenario.ts";
import { aitmNoMail } from "./aitm-no-mail/scenario.ts";
import { aitmNoMailTwin } from "./aitm-no-mail-twin/scenario.ts";
import { deviceCodePhish } from "./device-code-phish/scenario.ts";
import { deviceCodePhishTwin } from "./device-code-phish-twin/scenario.ts";
import { forgottenPersistence } from "./forgotten-persistence/scenario.ts";
import { forgottenPersistenceTwin } from "./forgotten-persistence-twin/scenario.ts";
import { lookalikeConsents } from "./lookalike-consents/scenario.ts";
import { lookalikeConsentsTwin } from "./lookalike-consents-twin/scenario.ts";
import { mfaFatigue } from "./mfa-fatigue/scenario.ts";
import { mfaFatigueTwin } from "./mfa-fatigue-twin/scenario.ts";
import type { Scenario } from "./scenario.ts";
import { sessionReplay } from "./session-replay/scenario.ts";
import { sessionReplayTwin } from "./session-replay-twin/scenario.ts";
import { slowSprayScenario } from "./slow-spray/scenario.ts";
import { slowSprayTwin } from "./slow-spray-twin/scenario.ts";
import { sprayForwardConnector } from "./spray-forward-connector/scenario.ts";
import { sprayForwardConnectorTwin } from "./spray-forward-connector-twin/scenario.ts";

export const SCENARIOS: readonly Scenario[] = [
  aitmMailRule,
  aitmMailRuleTwin,
  sprayForwardConnector,
  sprayForwardConnectorTwin,
  forgottenPersistence,
  forgottenPersistenceTwin,
  sessionReplay,
  sessionReplayTwin,
  deviceCodePhish,
  deviceCodePhishTwin,
  lookalikeConsents,
  lookalikeConsentsTwin,
  aitmNoMail,
  aitmNoMailTwin,
  adminTakeover,
  adminTakeoverTwin,
  slowSprayScenario,
  slowSprayTwin,
  mfaFatigue,
  mfaFatigueTwin,
];

export const scenarioById = (id: string): Scenario | undefined => SCENARIOS.find((s) => s.id === id);
