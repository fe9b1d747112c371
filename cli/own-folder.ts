/** The folder of own detections, as the command line's surroundings name it. */
export const ownFolder = (): string | undefined => process.env.PETRA_OWN_DETECTIONS || undefined;
