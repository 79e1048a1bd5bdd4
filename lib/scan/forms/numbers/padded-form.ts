import { digits } from '../../finders/alphabets.ts'
import { mayGlueDigits } from '../../finders/escapes.ts'
import { createProbe } from '../../finders/probe.ts'
import type { Form, FormFinder, FormTools, Region } from '../form.ts'
import { behindEscapes, createNumberFinder, lengthsOf, spellDecimal } from './number-finder.ts'
import { viewOf } from './plain-digits.ts'

const zero = 0x30
/** Zeros on the left that are looked at: a number behind more of them is padded, whatever is before. */
const mostZeros = 64

function createPadded(tools: FormTools): FormFinder | undefined {
  const lengths = lengthsOf(tools)
  if (lengths === undefined) return undefined
  const shortest = Math.min(...lengths)
  let block: Region | undefined
  let probe = (_start: number, _end: number) => -1

  return createNumberFinder(
    'padded',
    digits,
    shortest + 1,
    behindEscapes((region, start, end, report) => {
      const { bytes } = region
      if (bytes[start] !== zero) return
      if (block?.bytes !== bytes) {
        block = region
        probe = createProbe(tools.index, 'decimal', { bytes, view: viewOf(bytes) })
      }
      for (const length of lengths) {
        const from = end - length
        if (from <= start || !isPadding(bytes, start, from)) continue
        const ordinal = probe(from, end)
        if (ordinal !== -1) report(ordinal, from, end, 'padded')
      }
    }),
    ({ bytes }, start) => bytes[start] === zero || (start > 0 && mayGlueDigits[bytes[start - 1]!] === 1),
  )
}

/** Whether nothing but zeros stands from `start` to `end`, as far as that is looked at. */
function isPadding(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = Math.max(start, end - mostZeros); at < end; at++) if (bytes[at] !== zero) return false
  return true
}

export const padded: Form = {
  name: 'padded',
  summary: 'padded with zeros on the left',
  nests: true,
  finder: createPadded,
  spell: spellDecimal((text) => [`0${text}`, text.padStart(Math.max(40, text.length + 2), '0')]),
}
