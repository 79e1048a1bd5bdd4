import type { Region } from './form.ts'

/** What places are about: one list for each form, and runs of a code that are looked at as a whole. The order is the kernel's. */
export const spotLists = [
  'percent',
  'backslash',
  'entity',
  'quoted-printable',
  'utf-7',
  'iso-2022',
  'doubled-quote',
  'multibyte',
  'utf-16',
  'padded',
  'grouped',
  'scientific',
  'base64',
  'hex',
  'runs',
  'base64-uuid',
  'bytes',
  'rounded',
  'binary-uuid',
  'width',
  'characters',
  'pairs',
  'short-base64',
  'marked',
  'binary-integer',
] as const
export type SpotList = (typeof spotLists)[number]

/** Places that the kernel's sieve let through, by list, as they are in its block. Undefined: too many, or nobody knows. */
export type Sifted = (list: number) => Int32Array | undefined

/**
 * Where in a region something may be written in a form. A place may be left out only if nothing is found there, whatever
 * stands around it.
 */
export type Spots = {
  isEmpty(): boolean
  /** Takes places that are `shift` bytes further in the region; where there are none for a list, all before `to` counts. */
  add(sifted: Sifted, shift: number, to: number): void
  /** The region's first `count` bytes are gone. */
  drop(count: number): void
  /** Ascending; undefined: anything may be anywhere. */
  of(list: SpotList): Int32Array | undefined
}

export function createSpots(): Spots {
  const lists = spotLists.map(() => ({ places: none, count: 0, wholeTo: 0, ascends: true }))
  return {
    isEmpty() {
      for (const { count, wholeTo } of lists) if (count > 0 || wholeTo > 0) return false
      return true
    },
    add(sifted, shift, to) {
      for (let at = 0; at < lists.length; at++) {
        const list = lists[at]!
        const more = sifted(at)
        if (more === undefined) {
          list.wholeTo = to
          continue
        }
        if (more.length === 0) continue
        if (list.count + more.length > list.places.length) {
          const grown = new Int32Array(2 * (list.count + more.length))
          grown.set(list.places.subarray(0, list.count))
          list.places = grown
        }
        for (let i = 0; i < more.length; i++) {
          const place = more[i]! + shift
          if (list.count > 0 && place < list.places[list.count - 1]!) list.ascends = false
          list.places[list.count++] = place
        }
      }
    },
    drop(dropped) {
      for (const list of lists) {
        let kept = 0
        for (let i = 0; i < list.count; i++)
          if (list.places[i]! >= dropped) list.places[kept++] = list.places[i]! - dropped
        list.count = kept
        list.wholeTo = Math.max(0, list.wholeTo - dropped)
      }
    },
    of(name) {
      const list = lists[numbers[name]]!
      if (list.wholeTo > 0) return undefined
      const places = list.places.subarray(0, list.count)
      if (!list.ascends) places.sort()
      list.ascends = true
      return places
    },
  }
}

const none = new Int32Array(0)
const numbers = Object.fromEntries(spotLists.map((name, at) => [name, at])) as Record<SpotList, number>

/** Where alone something of a list may be in a region; undefined: anywhere. */
export function listOf({ spots }: Region, list: SpotList): Int32Array | undefined {
  return spots?.of(list)
}
