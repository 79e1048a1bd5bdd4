import { type Dict, isDict, listOf, nameOf, objectIn, refOf, type Value } from './values.ts'

/** A page, or the form or the like that its number is of: where its text is, and in which fonts. */
export type Page = { readonly contents: readonly number[]; readonly resources: Value | undefined }

/** Objects of a PDF that say how its text is to be read, by their numbers; of one that was replaced the last. */
export type Objects = {
  /** Keeps an object that may say something of that. */
  add(number: number, bytes: Buffer): void
  addMap(number: number, bytes: Buffer): void
  /** The map from codes to text with this number. */
  mapAt(number: number | undefined): Buffer | undefined
  /** A value, or what it refers to. */
  get(value: Value | undefined): Value | undefined
  /** The pages in their order. */
  pages(root: Value | undefined): Page[]
  /** Dictionaries of fonts that resources anywhere give a name, by that. */
  fontsByName(): ReadonlyMap<string, readonly Value[]>
}

const saysSomething =
  /\/(?:Font|Contents|Kids|ToUnicode|Encoding|Differences|DescendantFonts|Resources|Widths|W|Pages)(?![\w.])/
/** An array, or a dictionary of references alone, as fonts by name are. */
const mayBePart = /^\s*(?:\d+\s+\d+\s+obj\s*)?(?:\[|<<(?:\s*\/[^\s/<>[\]()]+\s+\d+\s+\d+\s+R)+\s*>>)/
const mostParsed = 512
const mostFollowed = 8
/** Pages that have one long list of contents in common must not be many. */
const mostContents = 10_000_000
/** So many fonts of one name are tried where nothing says which is meant. */
const mostOfName = 4

/** `hold`: whether so many more bytes may be held. */
export function createObjects(hold: (bytes: number) => boolean): Objects {
  const stored = new Map<number, Buffer>()
  const maps = new Map<number, Buffer>()
  const parsed = new Map<number, Value | undefined>()

  function keep(into: Map<number, Buffer>, number: number, bytes: Buffer): void {
    if (hold(bytes.length + 100)) into.set(number, Buffer.from(bytes))
  }

  function get(value: Value | undefined): Value | undefined {
    let at = value
    for (let step = 0; step < mostFollowed; step++) {
      const number = refOf(at)
      if (number === undefined) return at
      if (!parsed.has(number)) {
        if (parsed.size >= mostParsed) parsed.clear()
        const bytes = stored.get(number)
        parsed.set(number, bytes && objectIn(bytes))
      }
      at = parsed.get(number)
    }
    return undefined
  }

  function pages(root: Value | undefined): Page[] {
    const found: Page[] = []
    const seen = new Set<number>()
    let contentsOfAll = 0
    const catalog = get(root)
    const waiting: { node: Value | undefined; inherited: Value | undefined }[] = [
      { node: isDict(catalog) ? catalog.get('Pages') : undefined, inherited: undefined },
    ]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const number = refOf(next.node)
      const node = get(next.node)
      if (number === undefined || seen.has(number) || !isDict(node)) continue
      seen.add(number)
      const resources = node.get('Resources') ?? next.inherited
      const kids = listOf(get(node.get('Kids')))
      for (const kid of kids.toReversed()) waiting.push({ node: kid, inherited: resources })
      if (kids.length > 0) continue
      const contents = node.get('Contents')
      const list = get(contents)
      const refs = Array.isArray(list) ? list : listOf(contents)
      contentsOfAll += refs.length
      if (contentsOfAll > mostContents) return found
      found.push({ contents: refs.map(refOf).filter((each) => each !== undefined), resources })
    }
    return found
  }

  function fontsByName(): Map<string, Value[]> {
    const found = new Map<string, Value[]>()
    const known = new Set<string>()
    for (const bytes of stored.values()) {
      if (!bytes.includes('/Font')) continue
      for (const fonts of fontDicts(objectIn(bytes)))
        for (const [name, font] of (isDict(fonts) ? fonts : (get(fonts) as Dict | undefined)) ?? []) {
          const key = `${name} ${refOf(font)}`
          const list = found.get(name) ?? []
          if (known.has(key) || list.length >= mostOfName) continue
          known.add(key)
          found.set(name, [...list, font])
        }
    }
    return found
  }

  function* fontDicts(value: Value | undefined): Generator<Value> {
    if (!isDict(value)) return
    for (const [name, each] of value) {
      if (name === 'Font' && isDict(get(each))) yield each
      else yield* fontDicts(each)
    }
  }

  return {
    add(number, bytes) {
      const text = bytes.toString('latin1')
      if (saysSomething.test(text) || mayBePart.test(text)) keep(stored, number, bytes)
    },
    addMap: (number, bytes) => keep(maps, number, bytes),
    mapAt: (number) => (number === undefined ? undefined : maps.get(number)),
    get,
    pages,
    fontsByName,
  }
}

/** The font that resources give a name. */
export function fontIn(resources: Value | undefined, name: string, objects: Objects): Value | undefined {
  const dict = objects.get(resources)
  const fonts = isDict(dict) ? objects.get(dict.get('Font')) : undefined
  return isDict(fonts) ? fonts.get(name) : undefined
}

export const typeOf = (dict: Dict) => nameOf(dict.get('Type'))
