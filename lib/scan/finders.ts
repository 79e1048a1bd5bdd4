import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { asIs, digits, handleCharacters, lowerCased } from './alphabets.ts'
import { createDottedFinder } from './dotted-finder.ts'
import { createEmailFinder } from './email-finder.ts'
import type { Block, Emit, Finder } from './finder.ts'
import { createFoldingProbe, createProbe, type Probe } from './probe.ts'
import { createRunFinder } from './run-finder.ts'
import { createUuidFinder } from './uuid-finder.ts'

/** A finder for every shape that the index holds. */
export function createFinders(index: SubjectIndex, block: Block, emit: Emit): Finder[] {
  const fold = index.caseRule === 'fold' ? lowerCased : asIs
  return index.shapes.map(({ shape, lengths }) => {
    switch (shape) {
      case 'decimal':
        return createRunFinder(block, digits, lengths, createProbe(index, shape, block), emit)
      case 'handle':
        return createRunFinder(block, handleCharacters, lengths, createFoldingProbe(index, shape, block, fold), emit)
      case 'dotted':
        return createDottedFinder(block, lengths, createFoldingProbe(index, shape, block, fold), emit)
      case 'email':
        return createEmailFinder(block, lengths, createFoldingProbe(index, shape, block, fold), emit)
      case 'uuid': {
        const plain = new Uint8Array(32)
        const probe = createFoldingProbe(index, shape, { bytes: plain }, lowerCased)
        return createUuidFinder(block, plain, { plain: probe, grouped: createGroupedProbe(index, plain, probe) }, emit)
      }
      default:
        return shape satisfies never
    }
  })
}

/** A manifest that writes UUIDs without hyphens may have decimal numbers among them. */
function createGroupedProbe(index: SubjectIndex, plain: Uint8Array, probe: Probe): Probe {
  if (!index.shapes.some(({ shape, lengths }) => shape === 'decimal' && lengths.includes(plain.length))) return probe
  const probeDecimal = createProbe(index, 'decimal', { bytes: plain, view: new DataView(plain.buffer) })
  return (start, end) => {
    const ordinal = probe(start, end)
    return ordinal === -1 && plain.every((byte) => digits[byte] !== 0) ? probeDecimal(start, end) : ordinal
  }
}
