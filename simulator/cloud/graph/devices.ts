import { graphTime } from "../../clock.ts";
import { strike } from "../../state/faults.ts";
import { keepOldView, seen, seenAll } from "../../state/lag.ts";
import type { Device, Json } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, notFound } from "../errors.ts";
import { entity, page } from "../odata.ts";
import { noContent, userOf } from "./find.ts";
import { type GraphRoutes, READ_DIRECTORY } from "./route.ts";

const READ = [["Device.Read.All"], ["Device.ReadWrite.All"], ...READ_DIRECTORY];
const WRITE = [["Device.ReadWrite.All"]];
const PAGE = { defaultSize: 100, maxSize: 999 };

export function deviceRoutes(routes: GraphRoutes): void {
  routes.on("get", "/devices", READ, (call) =>
    page(call, seenAll(call.tenant, "device", call.tenant.devices, call.now).map(deviceJson), PAGE, "devices"),
  );
  routes.on("get", "/devices/:device", READ, (call) => {
    const device = deviceOf(call);
    return entity(call, deviceJson(seen(call.tenant, `device/${device.id}`, device, call.now) ?? device), "devices");
  });
  for (const relation of ["registeredDevices", "ownedDevices"]) {
    routes.on("get", `/users/:user/${relation}`, READ, (call) => {
      const { id } = userOf(call);
      const owned = seenAll(call.tenant, "device", call.tenant.devices, call.now).filter((d) => d.ownerId === id);
      return page(
        call,
        owned.map((d) => ({ "@odata.type": "#microsoft.graph.device", ...deviceJson(d) })),
        PAGE,
        "directoryObjects",
      );
    });
  }
  routes.on("patch", "/devices/:device", WRITE, (call) => {
    const device = deviceOf(call);
    const { accountEnabled } = call.body();
    if (typeof accountEnabled !== "boolean") throw badRequest("The simulated cloud changes accountEnabled only.");
    const before = device.accountEnabled;
    if (
      !strike(call.tenant, "patch-ignored", { method: "PATCH", path: call.c.env.virtualPath }, call.world.rng) &&
      before !== accountEnabled
    ) {
      keepOldView(call.tenant, `device/${device.id}`, device, call.now);
      device.accountEnabled = accountEnabled;
    }
    call.effect({
      effect: accountEnabled ? "enable device" : "disable device",
      target: device.id,
      before,
      after: device.accountEnabled,
    });
    return noContent();
  });
  routes.on("delete", "/devices/:device", WRITE, (call) => {
    const device = deviceOf(call);
    call.tenant.devices = call.tenant.devices.filter((d) => d !== device);
    call.effect({ effect: "delete device", target: device.id, before: deviceJson(device), after: null });
    return noContent();
  });
}

/** The path key is the object id; a deviceId there is a 404, as in the real directory. */
function deviceOf(call: Call): Device {
  const key = decodeURIComponent(call.c.req.param("device") ?? "");
  const device = call.tenant.devices.find((d) =>
    key.startsWith("deviceId=") ? d.deviceId === key.slice(9) : d.id === key,
  );
  if (!device) throw notFound(key);
  return device;
}

function deviceJson(device: Device): Json {
  return {
    id: device.id,
    deviceId: device.deviceId,
    displayName: device.displayName,
    accountEnabled: device.accountEnabled,
    operatingSystem: device.operatingSystem,
    operatingSystemVersion: "10.0.22631",
    trustType: device.trustType,
    profileType: "RegisteredDevice",
    registrationDateTime: graphTime(device.registeredAt),
    approximateLastSignInDateTime: graphTime(device.lastSignInAt),
    isCompliant: device.isCompliant,
    isManaged: device.isManaged,
  };
}
