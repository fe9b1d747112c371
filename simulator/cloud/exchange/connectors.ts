import type { Connector } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { type Cmdlet, isTrue, objectNotFound, type Parameters } from "./cmdlet.ts";

type Direction = Connector["direction"];

export const CONNECTOR_CMDLETS: Record<string, Cmdlet> = {
  ...cmdlets("inbound", "InboundConnector"),
  ...cmdlets("outbound", "OutboundConnector"),
};

function cmdlets(direction: Direction, noun: string): Record<string, Cmdlet> {
  return {
    [`Get-${noun}`]: {
      writes: false,
      parameters: ["Identity"],
      run: (call, p) =>
        (p.Identity
          ? [connectorOf(call, direction, p)]
          : call.tenant.connectors.filter((c) => c.direction === direction)
        ).map(connectorJson),
    },
    [`Set-${noun}`]: {
      writes: true,
      parameters: ["Identity", "Enabled", "Name", "Comment"],
      run: (call, p) => {
        const connector = connectorOf(call, direction, p);
        const before = connectorJson(connector);
        if ("Enabled" in p) connector.enabled = isTrue(p.Enabled);
        if (p.Name) connector.name = String(p.Name);
        const changed = before.Enabled !== connector.enabled || before.Name !== connector.name;
        if (changed) connector.whenChanged = new Date(call.now).toISOString();
        call.effect({
          effect: `Set-${noun}`,
          target: connector.identity,
          before,
          after: connectorJson(connector),
          changed,
        });
        return [];
      },
    },
    [`Remove-${noun}`]: {
      writes: true,
      parameters: ["Identity"],
      run: (call, p) => {
        const connector = connectorOf(call, direction, p);
        call.tenant.connectors = call.tenant.connectors.filter((c) => c !== connector);
        call.effect({
          effect: `Remove-${noun}`,
          target: connector.identity,
          before: connectorJson(connector),
          after: null,
        });
        return [];
      },
    },
  };
}

function connectorOf(call: Call, direction: Direction, p: Parameters): Connector {
  const connector = call.tenant.connectors.find(
    (c) => c.direction === direction && (c.identity === p.Identity || c.name === p.Identity),
  );
  if (!connector) throw objectNotFound(p.Identity);
  return connector;
}

const connectorJson = (connector: Connector) => ({
  ...connector.properties,
  Identity: connector.name,
  Guid: connector.identity,
  Name: connector.name,
  Enabled: connector.enabled,
  WhenCreated: connector.whenCreated,
  WhenChanged: connector.whenChanged,
});
