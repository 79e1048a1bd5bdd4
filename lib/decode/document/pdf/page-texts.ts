import type { Decoding } from '../../decoding.ts'
import { type Font, fontOf, leastCost } from './fonts.ts'
import { fontIn, type May, type Objects } from './objects.ts'
import { type Line, shownLines } from './shown-text.ts'
import { pushLines } from './text-lines.ts'
import { type Dict, isDict, refOf, type Value } from './values.ts'

/** What streams show, held until all fonts are known. */
export type PageTexts = {
  /** A stream with its object's path, its dictionary, and its operators about text; of one that was replaced all count. */
  add(number: number, at: readonly string[], dict: Dict, operators: Buffer): void
  /** Pushes what pages show as `page-1` and so on, and what else shows something (forms, notes) as `shown` of its object. */
  push(root: Value | undefined, path: readonly string[]): Promise<void>
}

/** How large the fonts are that are kept in mind. */
const mostKept = 2 ** 23

/** Of the words that lines break, so many characters are kept for a page; a real one has some hundreds. */
const mostOver = 2 ** 20

/** Lines as they are, and without room where they have some. */
function* inBothWays(lines: Iterable<Line>, over: OverLines): Generator<readonly string[]> {
  for (const pieces of lines) {
    over.add(pieces)
    yield pieces
    if (pieces.length > 1) yield [pieces.join('')]
  }
}

/**
 * Words that go on in the next lines: behind a hyphen, with it and without, behind an underscore, and addresses and UUIDs wherever a narrow cell of a table
 * breaks them. They are no part of the text that is shown.
 */
type OverLines = { add(pieces: Line): void; take(): (readonly string[])[] }

function overLines(): OverLines {
  /** The word at the end of the last line, also with those of lines before it that go on in it. */
  let begun: string[] = []
  let found: (readonly string[])[] = []
  let characters = 0
  return {
    add(pieces) {
      const goesOn = wordAtStart.exec(pieces[0]!)![0]
      const over = goesOn === '' ? [] : begun.filter((each) => hyphenAtEnd.test(each) || isBroken.test(each + goesOn))
      for (const each of over) {
        const words = hyphenAtEnd.test(each) ? [each + goesOn, each.slice(0, -1) + goesOn] : [each + goesOn]
        characters += each.length + goesOn.length
        if (characters < mostOver) found.push(words)
      }
      const last = pieces.at(-1)!
      const word = wordAtEnd.exec(last.slice(-mostInWord))?.[0] ?? ''
      const isAll = pieces.length === 1 && goesOn.length === last.length
      const longer = isAll ? over.map((each) => (each + goesOn).slice(-mostInWord)) : []
      // What a cell breaks has no room beside it.
      begun = word.length === last.length || hyphenAtEnd.test(word) ? [word, ...longer].slice(0, mostLines) : []
    },
    take() {
      const all = found
      found = []
      begun = []
      characters = 0
      return all
    },
  }
}

const mostInWord = 200
const mostLines = 3
const wordAtStart = /^\S{0,200}/
const wordAtEnd = /\S+$/
const hyphenAtEnd = /[-_\u00ad\u2010]$/
const isBroken = /@|^(?=[\da-f]{8}-)[\da-f-]{1,36}$/i

export function pageTexts(objects: Objects, may: Pick<May, 'read'>, decoding: Decoding): PageTexts {
  const streams = new Map<number, { at: readonly string[]; dict: Dict; operators: Buffer[] }>()
  const fonts = new Map<unknown, Font | undefined>()
  let byName: ReadonlyMap<string, readonly Value[]> | undefined
  let kept = 0
  const over = overLines()

  async function pushShown(path: readonly string[], operators: readonly Buffer[], resources: Value | undefined) {
    await pushLines(path, shown(Buffer.concat(operators), resources), decoding)
    await pushLines([...path, 'over-lines'], over.take(), decoding)
  }

  function readFont(value: Value | undefined): Font | undefined {
    const key = refOf(value) ?? value
    if (!fonts.has(key)) {
      const dict = may.read(leastCost) ? objects.get(value) : undefined
      const font = isDict(dict) ? fontOf(dict, objects) : undefined
      const cost = font?.cost ?? leastCost
      may.read(cost - leastCost)
      kept += cost
      if (kept > mostKept) {
        fonts.clear()
        kept = cost
      }
      fonts.set(key, font)
    }
    return fonts.get(key)
  }

  /** Lines, once more with another font where nothing says which one is meant. */
  function* shown(operators: Buffer, resources: Value | undefined): Generator<readonly string[]> {
    let choices = 1
    for (let choice = 0; choice < choices; choice++) {
      const fontNamed = (name: string) => {
        const own = fontIn(resources, name, objects)
        byName ??= objects.fontsByName()
        const all = own === undefined ? (byName.get(name) ?? []) : [own]
        choices = Math.max(choices, all.length)
        return readFont(all[Math.min(choice, all.length - 1)])
      }
      yield* inBothWays(shownLines(operators, fontNamed), over)
    }
  }

  return {
    add(number, at, dict, operators) {
      const known = streams.get(number)
      if (known === undefined) streams.set(number, { at, dict, operators: [operators] })
      else known.operators.push(operators)
    },
    async push(root, path) {
      for (const [index, { contents, resources }] of objects.pages(root).entries()) {
        const operators: Buffer[] = []
        // What several pages have is of the first one.
        for (const number of contents) {
          for (const each of streams.get(number)?.operators ?? []) operators.push(each)
          streams.delete(number)
        }
        if (operators.length === 0) continue
        await pushShown([...path, `page-${index + 1}`], operators, resources)
      }
      for (const { at, dict, operators } of streams.values())
        await pushShown([...at, 'shown'], operators, dict.get('Resources'))
    },
  }
}
