const OFFSET = 8 * 60 * 60 * 1000;

/** RFC 3339 in the only offset the real server uses; `at` in milliseconds since the epoch. */
export const beijingTime = (at: number) => `${new Date(at + OFFSET).toISOString().slice(0, 19)}+08:00`;
