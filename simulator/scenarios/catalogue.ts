import { aitmMailRule } from "./aitm-mail-rule/scenario.ts";
import { aitmMailRuleTwin } from "./aitm-mail-rule-twin/scenario.ts";
import { forgottenPersistence } from "./forgotten-persistence/scenario.ts";
import { forgottenPersistenceTwin } from "./forgotten-persistence-twin/scenario.ts";
import type { Scenario } from "./scenario.ts";
import { sprayForwardConnector } from "./spray-forward-connector/scenario.ts";
import { sprayForwardConnectorTwin } from "./spray-forward-connector-twin/scenario.ts";

export const SCENARIOS: readonly Scenario[] = [
  aitmMailRule,
  aitmMailRuleTwin,
  sprayForwardConnector,
  sprayForwardConnectorTwin,
  forgottenPersistence,
  forgottenPersistenceTwin,
];

export const scenarioById = (id: string): Scenario | undefined => SCENARIOS.find((s) => s.id === id);
