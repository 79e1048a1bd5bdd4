const pattern = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d+)?(?:[Zz]|([+-])(\d{2}):(\d{2})))?$/

const msOfHour = 60 * 60 * 1000
export const msOfDay = 24 * msOfHour
/** Clocks that are the most are twelve hours behind UTC. */
export const msBehindUtc = 12 * msOfHour
/** So a day ends last there. */
export const msToEndOfDay = msOfDay + msBehindUtc

/**
 * Milliseconds since 1970 of an RFC 3339 date and time, or of the end of a date alone, wherever its day is meant:
 * earlier the transfer may not have happened yet, and when a day ends in UTC it is afternoon or evening in the United States. Absent if it is not
 * one, or names a day or time that does not exist: a time without its offset from UTC is ambiguous and is not accepted.
 */
export function parseTransferTime(text: string): number | undefined {
  return parseUtc(text) ?? parseAnyTime(text)
}

/**
 * The same for a date alone and for whole seconds in UTC, `2026-01-02T03:04:05Z`, as manifests are mostly written; absent for all others, and for
 * what is none.
 */
function parseUtc(text: string): number | undefined {
  const { length } = text
  const isDate = length === 10
  if (!isDate && (length !== 20 || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || text[19] !== 'Z'))
    return undefined
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)]
  // A sum with what is no digit is not a number, which no comparison accepts.
  if (
    !(
      year >= 100 &&
      month >= 1 &&
      month <= 12 &&
      day >= 1 &&
      day <= (month === 2 ? 28 : 30 + ((month + (month >> 3)) & 1))
    )
  )
    return undefined
  if (text[4] !== '-' || text[7] !== '-') return undefined
  const start = daysBefore(year, month, day) * msOfDay
  if (isDate) return start + msToEndOfDay
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)]
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return undefined
  return start + ((hour * 60 + minute) * 60 + second) * 1000
}

/** Days from the first one of 1970 to this one. A year begins in March here, so that what leap years add comes last. */
function daysBefore(year: number, month: number, day: number): number {
  const from = month > 2 ? year : year - 1
  const leapDays = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400)
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day
  return from * 365 + leapDays + dayOfYear - 719_469
}

/** NaN unless both are digits. */
function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 0x30, text.charCodeAt(at + 1) - 0x30]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** The same for all of them. */
export function parseAnyTime(text: string): number | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const fraction = Number(match[7] ?? 0)
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)]
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1) return undefined
  if (match[4] === undefined) return date.getTime() + msToEndOfDay
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute)
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second + fraction) * 1000
}
