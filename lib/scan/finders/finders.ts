import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { asIs, digits, lowerCased } from './alphabets.ts'
import { createDigestFinders } from './digest-finders.ts'
import { createDottedFinder } from './dotted-finder.ts'
import { createEmailFinder } from './email-finder.ts'
import type { Block, Emit, Finder } from './finder.ts'
import { createFoldingProbe, createProbe, type Probe } from './probe.ts'
import { createRunFinder } from './run-finder.ts'
import type { Sources } from './sources.ts'
import { createUuidFinder } from './uuid-finder.ts'

type Searched = Pick<SubjectIndex, 'shapes' | 'caseRule' | 'seed' | 'parts' | 'hashed'>

/** What a finder works in while it looks at one place, all of them in the same: each small content has finders of its own. */
const guestBytes = new Uint8Array(256)
const plainDigits = new Uint8Array(32)

/** A finder for every shape that the index holds, and those of digests; `sources` are of the same block. */
export function createFinders(
  { shapes, caseRule, seed, parts, hashed }: Searched,
  block: Block,
  emit: Emit,
  sources: Sources,
): Finder[] {
  const near = parts.map((part, at) => ({ ...part, filter: sources.filters?.[at] ?? part.filter }))
  const index: Searched = { shapes, caseRule, seed, parts: near }
  const fold = caseRule === 'fold' ? lowerCased : asIs
  const finders = shapes.map((indexed) => {
    const { shape, lengths } = indexed
    const folding = () => createFoldingProbe(index, shape, block, fold)
    switch (shape) {
      case 'decimal':
        return createRunFinder(block, sources.runsOf(indexed), lengths, createProbe(index, shape, block), emit)
      case 'handle':
        return createRunFinder(block, sources.runsOf(indexed), lengths, folding(), emit)
      case 'dotted':
        return createDottedFinder(block, sources.runsOf(indexed), lengths, folding(), emit)
      case 'email': {
        const guest = { bytes: guestBytes, probe: createFoldingProbe(index, shape, { bytes: guestBytes }, fold) }
        return createEmailFinder(block, sources.signsOf(indexed), lengths, folding(), emit, guest)
      }
      case 'uuid': {
        const probe = createFoldingProbe(index, shape, { bytes: plainDigits }, lowerCased)
        const probes = { plain: probe, grouped: createGroupedProbe(index, plainDigits, probe) }
        return createUuidFinder(block, sources.runsOf(indexed), plainDigits, probes, emit)
      }
      default:
        return shape satisfies never
    }
  })
  return hashed === undefined ? finders : [...finders, ...createDigestFinders(hashed, block, emit)]
}

/** A manifest that writes UUIDs without hyphens may have decimal numbers among them. */
function createGroupedProbe(index: Searched, plain: Uint8Array, probe: Probe): Probe {
  if (!index.shapes.some(({ shape, lengths }) => shape === 'decimal' && lengths.includes(plain.length))) return probe
  const probeDecimal = createProbe(index, 'decimal', { bytes: plain, view: new DataView(plain.buffer) })
  return (start, end) => {
    const ordinal = probe(start, end)
    return ordinal === -1 && plain.every((byte) => digits[byte] !== 0) ? probeDecimal(start, end) : ordinal
  }
}
