import { twMerge } from "tailwind-merge";

/** Joins class names; the later one wins where two set the same thing. */
export const cx = (...names: (string | false | null | undefined)[]): string => twMerge(names.filter(Boolean).join(" "));
