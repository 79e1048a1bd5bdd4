import { kindsOf, outsideRun } from './kinds'
import { mayHold } from './tokens'

/**
 * The memory: constants, zeros, the bytes that are looked at with 64 spaces behind them, the runs, tables. What is constant is loaded from it,
 * since it would be put together anew for every group otherwise: see `text-kernel.ts`, which writes it.
 */
const block: usize = 272
const runs: usize = block + 256 * 1024 + 64

let control: i32 = 0
let isAscii: bool = true
let hasKey: bool = false
let hasEscape: bool = false
let runCount: i32 = 0
/** Where the bytes end. */
let last: usize = 0

/**
 * Looks at `length` bytes, 64 at a time. Returns how many runs there are of at least `shortest` characters, 47 or more, that runs are
 * made of: they are listed by their first byte and the one behind their last, but for those that surely hold nothing.
 */
export function look(length: i32, shortest: i32): i32 {
  const columns = v128.load(0)
  const rows = v128.load(0, 16)
  const low = v128.load(0, 32)
  const runBits = v128.load(0, 48)
  const lastControl = v128.load(0, 64)
  const zero = v128.load(0, 80)
  const lowerCase = v128.load(0, 96)
  const gi = v128.load(0, 112)
  const eg = v128.load(0, 128)
  const dollar = v128.load(0, 144)
  const it = v128.load(0, 176)
  const lo = v128.load(0, 192)
  const ob = v128.load(0, 208)
  const backslash = v128.load(0, 224)
  const rSix = v128.load(0, 240)
  const end = block + <usize>length
  let high = zero
  last = end
  hasEscape = false
  control = length
  hasKey = false
  runCount = 0
  /** Where the last run ends. */
  let done: usize = 0
  for (let at = block; at < end; at += 64) {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    high = v128.or(v128.or(high, v128.or(a, b)), v128.or(c, d))
    const some = v128.or(i8x16.eq(a, backslash), i8x16.eq(b, backslash))
    if (v128.any_true(v128.or(some, v128.or(i8x16.eq(c, backslash), i8x16.eq(d, backslash))))) seeEscape(at)

    const least = i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d))
    if (v128.any_true(i8x16.eq(least, i8x16.min_u(least, lastControl)))) seeControl(at)

    // A run has two whole neighbours of these sixteens, so one at an even place.
    const first = i8x16.eq(v128.and(kindsOf(a, columns, rows, low), runBits), zero)
    const third = i8x16.eq(v128.and(kindsOf(c, columns, rows, low), runBits), zero)
    if (!v128.any_true(first) && at >= done) done = addRun(at, shortest)
    if (!v128.any_true(third) && at + 32 >= done) done = addRun(at + 32, shortest)

    const signs = v128.or(
      v128.or(pairsOf(a, lowerCase, gi, eg, dollar), pairsOf(b, lowerCase, gi, eg, dollar)),
      v128.or(pairsOf(c, lowerCase, gi, eg, dollar), pairsOf(d, lowerCase, gi, eg, dollar)),
    )
    const sixes = v128.or(
      v128.or(i16x8.eq(a, rSix), i16x8.eq(b, rSix)),
      v128.or(i16x8.eq(c, rSix), i16x8.eq(d, rSix)),
    )
    const capitals = v128.or(
      v128.or(capitalsOf(a, it, lo, ob), capitalsOf(b, it, lo, ob)),
      v128.or(capitalsOf(c, it, lo, ob), capitalsOf(d, it, lo, ob)),
    )
    if (v128.any_true(v128.or(v128.or(signs, capitals), sixes))) seeKey(at)
  }
  isAscii = i8x16.bitmask(high) == 0
  return runCount
}

/** Not zero where a dollar sign is, or two letters of `begin` that every one of them has at an even place; `integer64` has two of them, or `r6`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function pairsOf(bytes: v128, lowerCase: v128, gi: v128, eg: v128, dollar: v128): v128 {
  const folded = v128.or(bytes, lowerCase)
  return v128.or(v128.or(i16x8.eq(folded, gi), i16x8.eq(folded, eg)), i8x16.eq(bytes, dollar))
}

/** Not zero where two letters of `GIT` or `LOB` are that every one of them has at an even place, but for the first two of `GIT`, which `begin` has as well. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function capitalsOf(bytes: v128, it: v128, lo: v128, ob: v128): v128 {
  return v128.or(i16x8.eq(bytes, it), v128.or(i16x8.eq(bytes, lo), i16x8.eq(bytes, ob)))
}

/** The group at `at` has bytes below 0x20. */
function seeControl(at: usize): void {
  const columns = v128.load(0)
  const rows = v128.load(0, 16)
  const low = v128.load(0, 32)
  let kinds = kindsOf(v128.load(at), columns, rows, low)
  for (let part: usize = 16; part < 64; part += 16)
    kinds = v128.or(kinds, kindsOf(v128.load(at + part), columns, rows, low))
  if (v128.any_true(v128.and(kinds, v128.load(0, 160)))) control = min(control, <i32>(at - block))
}

/** The group at `at` has a backslash. */
function seeEscape(at: usize): void {
  if (hasEscape) return
  const backslash = v128.load(0, 224)
  let found = v128.load(0, 80)
  for (let part: usize = 0; part < 64; part += 16) {
    const behind = v128.load(at + part, 1)
    const letters = v128.or(i8x16.eq(behind, i8x16.splat(0x75)), i8x16.eq(behind, i8x16.splat(0x78)))
    found = v128.or(found, v128.and(letters, i8x16.eq(v128.load(at + part), backslash)))
  }
  hasEscape = v128.any_true(found)
}

/** Adds the run with the 16 bytes from `at` on, if it is long enough; returns where it ends. */
function addRun(at: usize, shortest: i32): usize {
  let start = at
  let before = outsideRun(start - 16)
  for (; before == 0; before = outsideRun(start - 16)) start -= 16
  start -= <usize>clz(before) - 16
  let end = at + 16
  let behind = outsideRun(end)
  for (; behind == 0; behind = outsideRun(end)) end += 16
  end += <usize>ctz(behind)
  // What is before or behind these bytes is not known.
  const isWhole = start >= block + 2 && end < last
  if (<i32>(end - start) >= shortest && !(isWhole && !mayHold(start, end, last, shortest))) {
    const place = runs + (<usize>runCount << 3)
    store<i32>(place, <i32>(start - block))
    store<i32>(place, <i32>(end - block), 4)
    runCount += 1
  }
  return end
}

/** The group at `at` has two of the letters of a key or a dollar sign; whether it has all of the letters, or what follows the sign. */
function seeKey(at: usize): void {
  const lowerCase = v128.load(0, 96)
  const dollar = v128.load(0, 144)
  let found = v128.load(0, 80)
  for (let part: usize = 0; part < 64; part += 16) {
    const place = at + part
    let letters = i8x16.eq(v128.or(v128.load(place - 2), lowerCase), i8x16.splat(0x62))
    letters = v128.and(letters, i8x16.eq(v128.or(v128.load(place - 1), lowerCase), i8x16.splat(0x65)))
    letters = v128.and(letters, i8x16.eq(v128.or(v128.load(place), lowerCase), i8x16.splat(0x67)))
    letters = v128.and(letters, i8x16.eq(v128.or(v128.load(place, 1), lowerCase), i8x16.splat(0x69)))
    letters = v128.and(letters, i8x16.eq(v128.or(v128.load(place, 2), lowerCase), i8x16.splat(0x6e)))
    letters = v128.and(letters, i8x16.eq(v128.load(place, 3), lowerCase))
    const vault = v128.and(i8x16.eq(v128.load(place), dollar), i8x16.eq(v128.load(place, 1), i8x16.splat(0x41)))
    let git = v128.and(i8x16.eq(v128.load(place - 1), i8x16.splat(0x47)), i8x16.eq(v128.load(place), i8x16.splat(0x49)))
    git = v128.and(git, i8x16.eq(v128.load(place, 1), i8x16.splat(0x54)))
    git = v128.and(git, i8x16.eq(v128.load(place, 2), lowerCase))
    let lob = v128.and(i8x16.eq(v128.load(place - 1), i8x16.splat(0x4c)), i8x16.eq(v128.load(place), i8x16.splat(0x4f)))
    lob = v128.and(lob, i8x16.eq(v128.load(place, 1), i8x16.splat(0x42)))
    const behind = v128.load(place, 2)
    lob = v128.and(lob, v128.or(i8x16.eq(behind, i8x16.splat(0x28)), i8x16.eq(behind, i8x16.splat(0x5f))))
    // `integer64` has one of its pairs at an even place, and goes on from there.
    let whole = v128.and(i8x16.eq(v128.load(place), i8x16.splat(0x65)), i8x16.eq(v128.load(place, 1), i8x16.splat(0x67)))
    whole = v128.and(whole, i8x16.eq(v128.load(place, 3), i8x16.splat(0x72)))
    whole = v128.and(whole, i8x16.eq(v128.load(place, 4), i8x16.splat(0x36)))
    const six = v128.and(i8x16.eq(v128.load(place), i8x16.splat(0x72)), i8x16.eq(v128.load(place, 1), i8x16.splat(0x36)))
    whole = v128.or(whole, v128.and(six, i8x16.eq(v128.load(place, 2), i8x16.splat(0x34))))
    found = v128.or(found, v128.or(v128.or(letters, vault), v128.or(v128.or(git, lob), whole)))
  }
  hasKey = hasKey || v128.any_true(found)
}

/** Where the first 64 bytes begin that have a control byte that text does not have; not before the end: there is none. */
export function firstControl(): i32 {
  return control
}

/** Whether all bytes are below 0x80. */
export function wasAscii(): bool {
  return isAscii
}

/** Whether a key of a mark may be there: `BEGIN ` in any case, `$A`, `GIT `, `LOB(`, `LOB_` or `integer64`. */
export function hadKey(): bool {
  return hasKey
}

/** Whether a backslash stands before a `u` or an `x`. */
export function hadEscape(): bool {
  return hasEscape
}
