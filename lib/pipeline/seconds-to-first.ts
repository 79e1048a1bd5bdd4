/** Seconds from now until the first of these times, below zero behind it; nothing where there is none. */
export function secondsToFirst(times: readonly (string | undefined)[], now: Date): number | undefined {
  const known = times.flatMap((time) => (time === undefined ? [] : [(Date.parse(time) - now.getTime()) / 1000]))
  return known.length === 0 ? undefined : Math.min(...known)
}
