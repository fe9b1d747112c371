/** The one clock port (D23): every time written by Petra comes from here, so a test can move it. */
export type Clock = { now(): Date };
