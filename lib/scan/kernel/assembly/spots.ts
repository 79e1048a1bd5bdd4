import { spotCounts, spots } from './memory'

/**
 * Places in the block where something may be written in a form, in lists: see `lib/scan/forms/spots.ts`. A list that is full
 * stays as it is: then everything is looked at for what it is about.
 */
export const enum List {
  percent = 0,
  backslash = 1,
  entity = 2,
  quotedPrintable = 3,
  utf7 = 4,
  iso2022 = 5,
  doubledQuote = 6,
  multibyte = 7,
  utf16 = 8,
  padded = 9,
  grouped = 10,
  scientific = 11,
  base64 = 12,
  hex = 13,
  runs = 14,
  base64Uuid = 15,
  bytes = 16,
  rounded = 17,
  binaryUuid = 18,
  width = 19,
  characters = 20,
  pairs = 21,
  shortBase64 = 22,
  marked = 23,
  binaryInteger = 24,
}

const listCount: usize = 25
/** `mostSpots` of `lay-out-memory.ts`. */
const mostSpots: u32 = 8192

export function clearSpots(): void {
  for (let list: usize = 0; list < listCount; list++) store<u32>(spotCounts + (list << 2), 0)
}

export function addSpot(list: List, at: i32): void {
  const place = spotCounts + (<usize>list << 2)
  const count = load<u32>(place)
  if (count == mostSpots) return
  store<i32>(spots + ((<usize>list * <usize>mostSpots + <usize>count) << 2), at)
  store<u32>(place, count + 1)
}

/** Whether everything is looked at for what a list is about, so that no more places are worth finding. */
export function isFull(list: List): bool {
  return load<u32>(spotCounts + (<usize>list << 2)) == mostSpots
}
