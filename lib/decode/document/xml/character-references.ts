const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  shy: '',
  zwnj: '',
  zwj: '',
}

/** Texts that a document type gives names. */
export type Entities = Map<string, string>

const mostEntities = 1000
const mostReplacement = 4096

/** Adds what `<!ENTITY name "text">` of a document type says. Answers whether there is one that is not kept: too many or too long. */
export function addEntities(declaration: string, entities: Entities): boolean {
  let isDropped = false
  for (const [, name, double, single] of declaration.matchAll(/<!ENTITY\s+([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)')/g)) {
    const text = double ?? single ?? ''
    // One that stands for further ones could grow without end.
    if (entities.size >= mostEntities || text.length > mostReplacement || /&(?!#)/.test(text)) isDropped = true
    else entities.set(name!, replaceReferences(text, new Map()))
  }
  return isDropped
}

/** A text (its bytes as Latin-1) in which references to characters and entities are what they stand for, in UTF-8; unknown ones stay. */
export function replaceReferences(text: string, entities: Entities): string {
  return text.replace(/&(?:#(\d{1,10})|#[xX]([0-9a-fA-F]{1,8})|([A-Za-z_][\w.:-]*));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) {
      const found = entities.get(name)
      return found ?? (Object.hasOwn(named, name) ? toLatin1(named[name]!) : whole)
    }
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? whole : toLatin1(String.fromCodePoint(code))
  })
}

/** UTF-8 bytes, each as one character. */
const toLatin1 = (text: string): string => Buffer.from(text).toString('latin1')
