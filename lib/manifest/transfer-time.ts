const pattern = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d+)?(?:[Zz]|([+-])(\d{2}):(\d{2})))?$/

const msOfDay = 24 * 60 * 60 * 1000

/**
 * Milliseconds since 1970 of an RFC 3339 date and time, or of the end (UTC) of a date alone: earlier that day the transfer
 * may not have happened yet. Absent if it is not
 * one, or names a day or time that does not exist: a time without its offset from UTC is ambiguous and is not accepted.
 */
export function parseTransferTime(text: string): number | undefined {
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
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  if (match[4] === undefined) return date.getTime() + msOfDay
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute)
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second + fraction) * 1000
}
