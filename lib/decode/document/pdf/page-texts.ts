import type { Decoding } from '../../decoding.ts'
import { type Font, fontOf, leastCost } from './fonts.ts'
import { fontIn, type May, type Objects } from './objects.ts'
import { type Line, shownLines } from './shown-text.ts'
import { pushLines } from './text-lines.ts'
import { type Dict, isDict, refOf, type Value } from './values.ts'

/** What streams show, held until all fonts are known. */
export type PageTexts = {
  /** A stream with its dictionary, and its operators about text; of one that was replaced all count. */
  add(number: number, dict: Dict, operators: Buffer): void
  /** Pushes what pages show as `page-1` and so on, and what else shows something (forms, notes) as `shown` of its object. */
  push(root: Value | undefined, path: readonly string[]): Promise<void>
}

/** How large the fonts are that are kept in mind. */
const mostKept = 2 ** 23

/** Lines as they are, without room where they have some, and over their ends where those are behind a hyphen, with it and without. */
function* inAllWays(lines: Iterable<Line>): Generator<readonly string[]> {
  let begun = ''
  for (const pieces of lines) {
    yield pieces
    if (pieces.length > 1) yield [pieces.join('')]
    const [, goesOn] = wordAtStart.exec(pieces[0]!)!
    if (begun !== '' && goesOn !== '') yield [begun + goesOn, begun.slice(0, -1) + goesOn]
    begun = hyphenAtEnd.exec(pieces.at(-1)!.slice(-mostInWord))?.[0] ?? ''
  }
}

const mostInWord = 200
const wordAtStart = /^(\S{0,200})/
const hyphenAtEnd = /\S+[-\u00ad\u2010]$/

export function pageTexts(objects: Objects, may: Pick<May, 'read'>, decoding: Decoding): PageTexts {
  const streams = new Map<number, { dict: Dict; operators: Buffer[] }>()
  const fonts = new Map<unknown, Font | undefined>()
  let byName: ReadonlyMap<string, readonly Value[]> | undefined
  let kept = 0

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
      yield* inAllWays(shownLines(operators, fontNamed))
    }
  }

  return {
    add(number, dict, operators) {
      const known = streams.get(number)
      if (known === undefined) streams.set(number, { dict, operators: [operators] })
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
        await pushLines([...path, `page-${index + 1}`], shown(Buffer.concat(operators), resources), decoding)
      }
      for (const [number, { dict, operators }] of streams) {
        const at = [...path, number === -1 ? 'stream' : `object-${number}`, 'shown']
        await pushLines(at, shown(Buffer.concat(operators), dict.get('Resources')), decoding)
      }
    },
  }
}
