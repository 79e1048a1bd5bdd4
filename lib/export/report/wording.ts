import type { People, Retention } from '../../config.ts'

/** How numbers, sizes, times and counts are written for people; the same on every machine. */

export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

/** In the largest unit of ten that leaves at least one, three digits, cut and not rounded: never more than there is. */
export function bytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']
  const unit = Math.min(units.length - 1, Math.floor(Math.max(0, String(n).length - 1) / 3))
  if (unit === 0) return plural(n, 'byte')
  const hundredths = Math.floor(n / 10 ** (unit * 3 - 2))
  return `${count(Math.floor(hundredths / 100))}.${String(hundredths % 100).padStart(2, '0')} ${units[unit]}`
}

/** RFC 3339 in UTC as `2026-11-26 14:39:59 UTC`. */
export const moment = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`
export const day = (time: string): string => time.slice(0, 10)

/** Time between two moments, in its two largest units. */
export function span(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
  const parts = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3_600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const
  const first = parts.findIndex(([n]) => n > 0)
  if (first === -1) return 'less than a second'
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => plural(n, unit))
    .join(' ')
}

/** `manifest`: who handed it over. */
export type Answerable = {
  people?: People
  retention?: Retention
  manifest?: { party?: string | undefined; receivedAt?: string | undefined }
}

/** Who answers for a run, where its manifest is from and how long its evidence is kept, as far as its configuration says so. */
export function answersOf({ people, retention, manifest }: Answerable): string[] {
  const said: string[] = []
  if (manifest?.party !== undefined)
    said.push(
      `By its configuration, the manifest of the run was handed over by ${manifest.party}${manifest.receivedAt === undefined ? '' : ` and received on ${moment(manifest.receivedAt)}`}.`,
    )
  if (people !== undefined)
    said.push(
      `By its configuration, the run is operated by ${people.operator}${people.reviewer === undefined ? '' : ` and reviewed by ${people.reviewer}`}. Nobody signs anything here with a key of their own.`,
    )
  if (retention !== undefined)
    said.push(
      `By its configuration, the evidence of the run is kept for at least ${plural(retention.years, 'year')} from the date of each statement (${retention.basis}).`,
    )
  return said
}

/** Parts of a whole in hundredths of a percent; what is there is never shown as nothing, and a part never as the whole. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '–'
  const hundredths = Number((BigInt(part) * 10_000n) / BigInt(whole))
  if (part > 0 && hundredths === 0) return '< 0.01 %'
  return hundredths === 10_000
    ? '100 %'
    : `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')} %`
}
