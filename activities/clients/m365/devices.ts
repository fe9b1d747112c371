import { asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { segment } from "./graph.ts";
import type { M365Tenant } from "./m365.ts";

/** Devices by directory object id; the deviceId of sign-in logs is another number. */
export function deviceDoor(graph: Graph): Pick<M365Tenant, "readDevice" | "setDeviceEnabled"> {
  return {
    async readDevice(objectId) {
      const row = await graph.find({
        path: `/devices/${segment(objectId)}`,
        query: { $select: "id,deviceId,displayName,accountEnabled" },
      });
      return row
        ? { enabled: row.accountEnabled === true, deviceId: String(row.deviceId), name: asText(row.displayName) ?? "" }
        : null;
    },
    setDeviceEnabled: (objectId, enabled) =>
      graph.write({ method: "PATCH", path: `/devices/${segment(objectId)}`, body: { accountEnabled: enabled } }),
  };
}
