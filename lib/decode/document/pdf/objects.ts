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
/** So many bytes of objects are kept as what they mean. */
const mostParsed = 2 ** 22
const mostFollowed = 8
/** Pages that have one long list of pages or contents in common must not be many. */
const mostListed = 4_000_000
/** So many fonts of one name are tried where nothing says which is meant. */
const mostOfName = 4

/** What is to be asked before so many more bytes are held, or read once more. */
export type May = { hold(bytes: number): boolean; read(bytes: number): boolean }

export function createObjects(may: May): Objects {
  const stored = new Map<number, Buffer>()
  const maps = new Map<number, Buffer>()
  const parsed = new Map<number, Value | undefined>()
  let parsedBytes = 0

  function keep(into: Map<number, Buffer>, number: number, bytes: Buffer): void {
    if (may.hold(bytes.length + 100)) into.set(number, Buffer.from(bytes))
  }

  function get(value: Value | undefined): Value | undefined {
    let at = value
    for (let step = 0; step < mostFollowed; step++) {
      const number = refOf(at)
      if (number === undefined) return at
      if (!parsed.has(number)) {
        const bytes = stored.get(number)
        if (bytes === undefined || !may.read(bytes.length)) return undefined
        parsedBytes += bytes.length
        if (parsedBytes > mostParsed) {
          parsed.clear()
          parsedBytes = bytes.length
        }
        parsed.set(number, objectIn(bytes))
      }
      at = parsed.get(number)
    }
    return undefined
  }

  function pages(root: Value | undefined): Page[] {
    const found: Page[] = []
    const seen = new Set<number>()
    let listed = 0
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
      listed += kids.length
      if (listed > mostListed) return found
      for (const kid of kids.toReversed()) waiting.push({ node: kid, inherited: resources })
      if (kids.length > 0) continue
      const contents = node.get('Contents')
      const list = get(contents)
      const refs = Array.isArray(list) ? list : listOf(contents)
      listed += refs.length
      if (listed > mostListed) return found
      found.push({ contents: refs.map(refOf).filter((each) => each !== undefined), resources })
    }
    return found
  }

  function fontsByName(): Map<string, Value[]> {
    const found = new Map<string, Value[]>()
    const known = new Set<string | number>()
    for (const bytes of stored.values()) {
      if (!bytes.includes('/Font') || !may.read(bytes.length)) continue
      for (const fonts of fontDicts(objectIn(bytes))) {
        const number = refOf(fonts)
        if (number !== undefined && known.has(number)) continue
        if (number !== undefined) known.add(number)
        for (const [name, font] of (isDict(fonts) ? fonts : (get(fonts) as Dict | undefined)) ?? []) {
          const key = `${name} ${refOf(font)}`
          const list = found.get(name) ?? []
          if (known.has(key) || list.length >= mostOfName) continue
          known.add(key)
          found.set(name, [...list, font])
        }
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
