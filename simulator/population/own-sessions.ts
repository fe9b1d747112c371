import { HOUR } from "../clock.ts";
import type { Rng } from "../random.ts";
import { newTokenId } from "../records/sign-in.ts";
import type { Address } from "../scenarios/networks.ts";
import { browser, IOS_MAIL, IPHONE, OUTLOOK_DESKTOP } from "./agents.ts";
import { CLIENT } from "./apps.ts";
import { addressIn, rangesOf } from "./networks.ts";
import type { Session } from "./pen.ts";
import { type Company, type Day, equipmentOn, gatewayOn, type Staff } from "./staff.ts";

/** The plan of day `d`, of the last day for what comes after the period. */
function dayPlan(staff: Staff, d: number): Day {
  const day = staff.days[Math.min(d, staff.days.length - 1)];
  if (!day) throw new Error(`${staff.user.upn} has no days`);
  return day;
}

/** Where the person's computer is seen from on that day. */
function computerAddress(company: Company, staff: Staff, d: number, rng: Rng): Address {
  const day = dayPlan(staff, d);
  const gateway = gatewayOn(company, d);
  if (day.privateVpn && staff.vpn && day.mode !== "office") return addressIn(staff.vpn, rng);
  switch (day.mode) {
    case "office":
      return staff.office ?? day.home;
    case "trip":
    case "light":
      return day.trip ? (gateway && rng.chance(0.4) ? gateway : day.trip.hotel) : day.home;
    case "field":
      return addressIn(staff.carrier, rng);
    default:
      return gateway && rng.chance(0.7) ? gateway : day.home;
  }
}

/** Where the telephone is: the mobile carrier's shared addresses, or the network of the house. */
function phoneAddress(staff: Staff, d: number, rng: Rng): Address {
  const day = dayPlan(staff, d);
  if (day.trip) {
    // a roaming telephone comes out at home, a local card abroad
    const local = rangesOf("mobile", day.trip.country);
    const card =
      local.length > 0 && staff.user.id < "8" ? addressIn(rng.pick(local), rng) : addressIn(staff.carrier, rng);
    return rng.chance(0.5) ? day.trip.hotel : card;
  }
  if (day.mode === "office" && staff.office && rng.chance(0.5)) return staff.office;
  return rng.chance(0.35) ? day.home : addressIn(staff.carrier, rng, { v6: rng.chance(0.4) });
}

/** The person's computer as it works on day `d`: in the browser or in Outlook. */
export function computer(company: Company, staff: Staff, d: number, rng: Rng, where?: Address): Session {
  const day = dayPlan(staff, d);
  const agent = browser(staff.browser, d);
  return {
    id: day.computerSession,
    token: newTokenId(rng),
    from: where ?? computerAddress(company, staff, d, rng),
    agent,
    device: equipmentOn(staff, d).computer,
    client: `Client=OWA;${agent.userAgent};`,
    app: CLIENT.outlookWeb,
  };
}

/** On some days the computer changes its network under a running session: home to office, a hot spot, the VPN on or off. */
export function midDayMove(company: Company, staff: Staff, d: number, rng: Rng): { after: number; to: Address } | null {
  if (!equipmentOn(staff, d).computer || !rng.chance(0.15)) return null;
  const day = dayPlan(staff, d);
  const gateway = gatewayOn(company, d);
  const abroad = day.trip ? rangesOf("mobile", day.trip.country) : [];
  const hotSpot = addressIn(abroad.length > 0 ? rng.pick(abroad) : staff.carrier, rng, { v6: rng.chance(0.3) });
  const to = rng.pick([
    hotSpot,
    day.trip ? day.trip.hotel : day.home,
    gateway ?? hotSpot,
    day.trip ? hotSpot : (staff.office ?? day.home),
    staff.vpn && day.mode !== "office" ? addressIn(staff.vpn, rng) : hotSpot,
  ]);
  return { after: rng.int(HOUR, 7 * HOUR), to };
}

/** The same computer, seen through Outlook for Windows. */
export const inOutlook = (session: Session): Session => ({
  ...session,
  agent: OUTLOOK_DESKTOP,
  client: "Client=MSExchangeRPC",
  app: CLIENT.office,
});

export function phone(staff: Staff, d: number, rng: Rng): Session | null {
  const day = staff.days[d];
  const { phone: agent, phoneDevice } = equipmentOn(staff, d);
  if (!agent || !day) return null;
  const native = staff.nativeMail && agent === IPHONE;
  return {
    id: day.phoneSession,
    token: newTokenId(rng),
    from: phoneAddress(staff, d, rng),
    agent: native ? IOS_MAIL : agent,
    device: phoneDevice,
    client: native
      ? "Client=ActiveSync;Apple-iPhone17C2/2303.102;"
      : `Client=OutlookService;${agent === IPHONE ? "Outlook-iOS" : "Outlook-Android"}/2.0;`,
    app: native ? CLIENT.iosAccounts : CLIENT.outlookMobile,
  };
}
