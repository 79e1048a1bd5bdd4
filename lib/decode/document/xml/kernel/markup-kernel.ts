import { openModule, pageBytes } from '../../../../web-assembly.ts'
import { isName, isWhite } from '../bytes-of-markup.ts'
import { kernelBytes } from './kernel-bytes.ts'

/** What `assembly/index.ts` exports; places in a document count from where it was loaded. */
type Exports = {
  read(from: number, to: number, openBytes: number, joined: number, others: number, base: number): number
  stoppedAt(): number
  openLength(): number
  textsLength(): number
  textCount(): number
  wasJoined(): number
  hadSeparated(): number
  endOfTag(): number
  referenceFrom(): number
  referenceTo(): number
  learnTag(meaning: number): void
  learnUnknown(length: number, value: number): void
}

/**
 * What tags of a name mean: texts around them are one, or two, or anything else; with the bits of documents in which they mean something else, those
 * that are translated and sheets.
 */
export const meanings = { other: 0, joins: 1, separates: 2, inTranslation: 4, inSheet: 8 } as const
/** A reference with this meaning stays as it is written. */
const stays = 255

/** Why reading stopped. */
export const stops = { other: 0, unknownTag: 1, unknownReference: 2 } as const

/** The same places as in `assembly/memory.ts`. */
const kindsAt = 256
const wordsAt = 1024
const inputAt = wordsAt + 2048 * 64
const openedAt = inputAt + 128 * 1024 + 64
const textsAt = openedAt + 384 * 1024 + 64
const endsAt = textsAt + 768 * 1024 + 64
const carefulAt = endsAt + 4 * 128 * 1024
const memoryEnd = carefulAt + 128 * 1024
/** What stands for a reference is given here. */
const valueAt = 0

/** Of so much of a document at a time, and of a text that goes on: with one literal text, which may become five times as long, both have room. */
export const mostHeld = 128 * 1024
export const mostOpen = 64 * 1024

/** Reads markup in WebAssembly: the texts of tags that only join or separate them. It knows tags and references that it was told of, whatever document they were in. */
export type MarkupKernel = {
  readonly kernel: Exports
  /** The memory where the document, the text that goes on and finished texts are. */
  readonly input: Uint8Array
  readonly opened: Uint8Array
  readonly texts: Uint8Array
  readonly ends: Int32Array
  readonly careful: Uint8Array
  /** The reference that reading stopped at, without `&` and `;`. */
  unknownReference(): string
  /** What stands for it; undefined: it stays as it is. */
  learnReference(meant: Uint8Array | undefined): void
}

let opened: MarkupKernel | 'none' | undefined

/** The one kernel of a thread, which nobody keeps beyond a call that waits for nothing. Undefined: this machine has no SIMD for it. */
export function markupKernel(): MarkupKernel | undefined {
  opened ??= openKernel() ?? 'none'
  return opened === 'none' ? undefined : opened
}

function openKernel(): MarkupKernel | undefined {
  const module = openModule<Exports>(kernelBytes, Math.ceil(memoryEnd / pageBytes))
  if (module === undefined) return undefined
  const { buffer, exports: kernel } = module
  const bytes = Buffer.from(buffer)
  for (let byte = 0; byte < 256; byte++) bytes[kindsAt + byte] = isName[byte]! | (isWhite[byte]! << 1)
  return {
    kernel,
    input: bytes.subarray(inputAt, openedAt),
    opened: bytes.subarray(openedAt, textsAt),
    texts: bytes.subarray(textsAt, endsAt),
    ends: new Int32Array(buffer, endsAt, (carefulAt - endsAt) / 4),
    careful: bytes.subarray(carefulAt, memoryEnd),
    unknownReference: () => bytes.toString('latin1', kernel.referenceFrom(), kernel.referenceTo()),
    learnReference(meant) {
      if (meant !== undefined) bytes.set(meant, valueAt)
      kernel.learnUnknown(meant?.length ?? stays, valueAt)
    },
  }
}
