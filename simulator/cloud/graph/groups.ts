import { graphTime } from "../../clock.ts";
import { keepOldView, seen } from "../../state/lag.ts";
import type { Group, Json } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, notFound } from "../errors.ts";
import { entity, page } from "../odata.ts";
import { noContent } from "./find.ts";
import { type GraphRoutes, READ_DIRECTORY } from "./route.ts";

const READ = [["Group.Read.All"], ["GroupMember.ReadWrite.All"], ["Group.ReadWrite.All"], ...READ_DIRECTORY];
const WRITE_MEMBERS = [["GroupMember.ReadWrite.All"], ["Group.ReadWrite.All"]];
const PAGE = { defaultSize: 100, maxSize: 999 };

export function groupRoutes(routes: GraphRoutes): void {
  routes.on("get", "/groups", READ, (call) => page(call, call.tenant.groups.map(groupJson), PAGE, "groups"));
  routes.on("get", "/groups/:group", READ, (call) => entity(call, groupJson(groupOf(call)), "groups"));
  routes.on("post", "/groups", [["Group.ReadWrite.All"], ["Group.Create"]], (call) => {
    const body = call.body();
    if (typeof body.displayName !== "string") throw badRequest("displayName is required.");
    const group: Group = { id: call.world.rng.uuid(), displayName: body.displayName, synced: false, members: [] };
    call.tenant.groups.push(group);
    call.effect({ effect: "create group", target: group.id, before: null, after: group });
    return entity(call, groupJson(group), "groups", undefined, 201);
  });
  routes.on("get", "/groups/:group/members", READ, (call) => {
    const group = groupOf(call);
    const visible = seen(call.tenant, `group/${group.id}`, group, call.now) ?? group;
    const value = visible.members.map((id) => {
      const user = call.tenant.users.find((u) => u.id === id);
      return {
        "@odata.type": "#microsoft.graph.user",
        id,
        displayName: user?.displayName ?? null,
        userPrincipalName: user?.upn ?? "",
      };
    });
    return page(call, value, PAGE, "directoryObjects");
  });
  routes.on("post", "/groups/:group/members/$ref", WRITE_MEMBERS, (call) => {
    const group = editable(groupOf(call));
    const id =
      String(call.body()["@odata.id"] ?? "")
        .split("/")
        .pop() ?? "";
    if (!call.tenant.users.some((u) => u.id === id)) throw notFound(id);
    if (group.members.includes(id)) {
      throw badRequest(
        "One or more added object references already exist for the following modified properties: 'members'.",
      );
    }
    const before = [...group.members];
    keepOldView(call.tenant, `group/${group.id}`, group, call.now);
    group.members.push(id);
    call.effect({ effect: "add group member", target: `${group.id}/${id}`, before, after: group.members });
    return noContent();
  });
  routes.on("delete", "/groups/:group/members/:member/$ref", WRITE_MEMBERS, (call) => {
    const group = editable(groupOf(call));
    const id = call.c.req.param("member") ?? "";
    if (!group.members.includes(id)) throw notFound(id);
    const before = [...group.members];
    keepOldView(call.tenant, `group/${group.id}`, group, call.now);
    group.members = group.members.filter((m) => m !== id);
    call.effect({ effect: "remove group member", target: `${group.id}/${id}`, before, after: group.members });
    return noContent();
  });
}

function groupOf(call: Call): Group {
  const id = call.c.req.param("group") ?? "";
  const group = call.tenant.groups.find((g) => g.id === id);
  if (!group) throw notFound(id);
  return group;
}

function editable(group: Group): Group {
  if (group.synced)
    throw badRequest("Unable to update the specified properties for on-premises mastered Directory Sync objects.");
  return group;
}

const groupJson = (group: Group): Json => ({
  id: group.id,
  displayName: group.displayName,
  createdDateTime: graphTime(Date.UTC(2026, 0, 1)),
  description: null,
  groupTypes: [],
  mailEnabled: false,
  mailNickname: group.displayName.toLowerCase().replace(/\W+/g, "-"),
  securityEnabled: true,
  onPremisesSyncEnabled: group.synced ? true : null,
});
