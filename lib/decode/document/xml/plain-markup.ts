import { append, type GrowingBytes } from '../../growing-bytes.ts'
import { meantByDefault } from './character-references.ts'
import { type MarkupKernel, markupKernel, meanings, mostHeld, mostOpen, stops } from './kernel/markup-kernel.ts'
import type { TagMeaning } from './tag-meaning.ts'
import type { TagReader } from './tag-reader.ts'
import type { TextList } from './text-list.ts'

/** Where reading stopped, and whether a tag on the way separated texts. */
export type PlainRead = { at: number; hasSeparated: boolean }

/** In what document tags are. */
type Where = { isTranslation: boolean; isSheet: boolean }

/**
 * Reads by WebAssembly as much of markup as only has tags that join texts or separate them, into `texts` and the text that goes on, as all of it is read by `joinedTexts`.
 * Undefined: this machine has no SIMD for it.
 */
export function plainMarkup(tags: TagReader, texts: TextList) {
  const kernel = markupKernel()
  return kernel && createReader(kernel, tags, texts)
}

/** The kernel forgets words where it was told of many: one text with more than it keeps in mind is left to who called. */
const mostLearned = 64

/** The bytes that are in the memory of the kernel. */
let loaded: Buffer | undefined

function createReader({ kernel, ...memory }: MarkupKernel, tags: TagReader, texts: TextList) {
  function takeTexts(): void {
    const count = kernel.textCount()
    if (count > 0) texts.addPlain(memory.texts.subarray(0, kernel.textsLength()), memory.ends, memory.careful, count)
  }

  /** Reads on, and over what it can be told of. */
  function readOn(held: Buffer, from: number, open: number, isJoined: boolean, where: number): boolean {
    let hasSeparated = false
    let at = from
    let length = open
    let joined = isJoined ? 1 : 0
    let learned = 0
    for (;;) {
      const stop = kernel.read(at, held.length, length, joined, where, texts.length())
      takeTexts()
      hasSeparated ||= kernel.hadSeparated() === 1
      learned = kernel.stoppedAt() === at ? learned + 1 : 0
      at = kernel.stoppedAt()
      length = kernel.openLength()
      joined = kernel.wasJoined()
      if (stop === stops.other || learned > mostLearned) return hasSeparated
      if (stop === stops.unknownReference) memory.learnReference(meantByDefault(memory.unknownReference()))
      else kernel.learnTag(kindOf(tags.byName(held, at + 1, kernel.endOfTag())))
    }
  }

  return {
    /** `open`: the text that goes on, which has no changes that are kept track of. */
    read(held: Buffer, at: number, open: GrowingBytes & { isJoined: boolean }, where: Where): PlainRead {
      if (held.length > mostHeld || open.length > mostOpen) return { at, hasSeparated: false }
      if (loaded !== held) memory.input.set(at === 0 ? held : held.subarray(at), at)
      loaded = held
      memory.opened.set(open.bytes.subarray(0, open.length))
      const bits = (where.isTranslation ? meanings.inTranslation : 0) | (where.isSheet ? meanings.inSheet : 0)
      const hasSeparated = readOn(held, at, open.length, open.isJoined, bits)
      const to = kernel.stoppedAt()
      open.length = 0
      append(open, memory.opened, 0, kernel.openLength())
      open.isJoined = kernel.wasJoined() === 1
      return { at: to, hasSeparated }
    },
  }
}

/** Whether what a tag means for the text behind it is nothing. */
export const isPlainText = ({ hasCodes, isData, isValue, isNumberData }: TagMeaning): boolean =>
  !hasCodes && !isData && !isValue && !isNumberData

/** `meaning`: of all tags of a name; undefined: they differ. */
function kindOf(meaning: TagMeaning | undefined): number {
  if (meaning === undefined || !isPlain(meaning)) return meanings.other
  const kind = meaning.separates ? meanings.separates : meanings.joins
  const isTranslated = meaning.translation !== undefined
  return kind | (isTranslated ? meanings.inTranslation : 0) | (meaning.ofSheets ? meanings.inSheet : 0)
}

function isPlain(meaning: TagMeaning): boolean {
  const { aside, fieldPart, change, kind, ofSheets, isNumeric, number, translation } = meaning
  const says = [aside, fieldPart, change, kind, isNumeric, number]
  const isOfOffice = meaning.isWord || meaning.isBetweenRuns || meaning.isHyphen || meaning.isGlyphs
  const isRow = ofSheets === undefined || ofSheets.name === 'row'
  return (
    says.every((each) => each === undefined) &&
    !isOfOffice &&
    isRow &&
    isPlainText(meaning) &&
    translation !== 'document'
  )
}
