import type { LayoutServerLoad } from "./$types";

export const load: LayoutServerLoad = ({ locals }) => ({ zone: locals.zone, theme: locals.theme, now: Date.now() });
