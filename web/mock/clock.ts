/** All times of the invented night are relative to the start of the mock, so that ages look right whenever it runs. */
export const NOW = Date.now();
export const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();
export const inFuture = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;
