import { getContext, setContext } from "svelte";

const KEY = Symbol("moment");

/** The viewer's zone and the current second, one for the whole page, so that all ages tick together. */
export class Moment {
  now = $state(0);
  zone = $state("UTC");

  constructor(now: number, zone: string) {
    this.now = now;
    this.zone = zone;
  }

  /** Starts ticking; the caller keeps the returned function as its clean-up. */
  start(): () => void {
    this.now = Date.now();
    const timer = setInterval(() => {
      this.now = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }
}

export const provideMoment = (moment: Moment): Moment => setContext(KEY, moment);
export const useMoment = (): Moment => getContext<Moment>(KEY) ?? new Moment(Date.now(), "UTC");
