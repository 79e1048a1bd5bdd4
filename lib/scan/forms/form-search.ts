import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import {
  type Alphabet,
  digits,
  domainCharacters,
  dottedCharacters,
  handleCharacters,
  hexDigits,
  localCharacters,
} from '../alphabets.ts'
import { createTokenMatcher, type Token } from '../matcher.ts'
import { contextOf, type FormFinder, type Region, type Report } from './form.ts'
import { forms } from './forms.ts'
import { createSide, type Search } from './side.ts'

/** How many times decoded text is looked at for forms again: a text that is encoded twice is found. */
const nesting = 1

/** Searches regions for identifiers in some forms, and says how much of a content decides what is found at a place. */
export type FormSearch = { readonly context: number; search(region: Region, report: Report): void }

const searches = new WeakMap<SubjectIndex, Map<string, FormSearch>>()

/**
 * The search of an index for the forms of these names. It keeps memory to work in, the same for all contents: it is used by
 * one content after the other, never by two at the same time.
 */
export function formSearchOf(index: SubjectIndex, names: readonly string[]): FormSearch {
  const known = searches.get(index) ?? new Map<string, FormSearch>()
  searches.set(index, known)
  const key = names.join(' ')
  const search = known.get(key) ?? { context: contextOf(index), search: createLevel(index, names, 0) }
  known.set(key, search)
  return search
}

function createLevel(index: SubjectIndex, names: readonly string[], level: number): Search {
  const lengths = index.shapes.flatMap((shape) => shape.lengths)
  const deeper = level < nesting
  const plain = createPlainSearch(index)
  let inner: Search | undefined
  const side = createSide((region, report) => {
    plain(region, report)
    if (!deeper) return
    inner ??= createLevel(index, names, level + 1)
    inner(region, report)
  })
  const tools = {
    index,
    side,
    shortest: Math.min(...lengths),
    longest: Math.max(...lengths),
    wanted: alphabetOf(index),
    isNested: deeper,
  }
  const finders: FormFinder[] = forms
    .filter(({ name, nests }) => names.includes(name) && (level === 0 || nests))
    .flatMap((form) => form.finder(tools) ?? [])
  return (region, report) => {
    for (const finder of finders) finder(region, report)
  }
}

const blockBytes = 16 * 1024
const end = Uint8Array.of(0xff)

/** Searches a region for identifiers as they are; they end where it ends. */
function createPlainSearch(index: SubjectIndex): Search {
  let written = 0
  let tokens: Token[] = []
  let matcher: ReturnType<typeof createTokenMatcher> | undefined
  return ({ bytes, to }, report) => {
    matcher ??= createTokenMatcher(index, (token) => tokens.push(token), blockBytes)
    matcher.write(bytes.subarray(0, to))
    // Decides whatever touches the end: nothing reaches across.
    matcher.write(end)
    const found = tokens
    tokens = []
    for (const { ordinal, offset, length } of found) report(ordinal, offset - written, offset - written + length, '')
    written += to + end.length
  }
}

/** All characters that occur in the index's shapes. */
function alphabetOf({ shapes }: SubjectIndex): Alphabet {
  const tables = shapes.flatMap(({ shape }) => {
    switch (shape) {
      case 'decimal':
        return [digits]
      case 'uuid':
        return [hexDigits, hyphen]
      case 'email':
        return [localCharacters, domainCharacters, atSign]
      case 'handle':
        return [handleCharacters]
      case 'dotted':
        return [dottedCharacters]
      default:
        return shape satisfies never
    }
  })
  return Uint8Array.from({ length: 256 }, (_, byte) => (tables.some((table) => table[byte] === 1) ? 1 : 0))
}

const hyphen = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x2d ? 1 : 0))
const atSign = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x40 ? 1 : 0))
