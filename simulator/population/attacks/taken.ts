import type { Staff } from "../staff.ts";
import type { Intruder } from "./intruder.ts";

/** Accounts some attack has already taken, so that a cascade does not fall on them. */
export const taken = new WeakMap<Intruder["company"], Set<Staff>>();
