import type { Decoding } from '../../decoding.ts'
import { type Font, fontOf } from './fonts.ts'
import { fontIn, type Objects } from './objects.ts'
import { shownLines } from './shown-text.ts'
import { pushLines } from './text-lines.ts'
import { type Dict, isDict, refOf, type Value } from './values.ts'

/** What streams show, held until all fonts are known. */
export type PageTexts = {
  /** A stream with its dictionary, and its operators about text; of one that was replaced all count. */
  add(number: number, dict: Dict, operators: Buffer): void
  /** Pushes what pages show as `page-1` and so on, and what else shows something (forms, notes) as `shown` of its object. */
  push(root: Value | undefined, path: readonly string[], decoding: Decoding): Promise<void>
}

/** Fonts that are kept in mind, and for how much in all they are read, since each may be a large one. */
const mostFonts = 64
const mostRead = 2 ** 28

export function pageTexts(objects: Objects): PageTexts {
  const streams = new Map<number, { dict: Dict; operators: Buffer[] }>()
  const fonts = new Map<unknown, Font | undefined>()
  let byName: ReadonlyMap<string, readonly Value[]> | undefined
  let read = 0

  function readFont(value: Value | undefined): Font | undefined {
    const key = refOf(value) ?? value
    if (!fonts.has(key)) {
      const dict = objects.get(value)
      if (fonts.size >= mostFonts) fonts.clear()
      const font = isDict(dict) && read < mostRead ? fontOf(dict, objects) : undefined
      read += font?.cost ?? 0
      fonts.set(key, font)
    }
    return fonts.get(key)
  }

  /** Lines, once more with another font where nothing says which one is meant, and without room where they have some. */
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
      for (const pieces of shownLines(operators, fontNamed)) {
        yield pieces
        if (pieces.length > 1) yield [pieces.join('')]
      }
    }
  }

  return {
    add(number, dict, operators) {
      const known = streams.get(number)
      if (known === undefined) streams.set(number, { dict, operators: [operators] })
      else known.operators.push(operators)
    },
    async push(root, path, decoding) {
      for (const [index, { contents, resources }] of objects.pages(root).entries()) {
        const operators: Buffer[] = []
        // What several pages have is of the first one.
        for (const number of contents) {
          operators.push(...(streams.get(number)?.operators ?? []))
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
