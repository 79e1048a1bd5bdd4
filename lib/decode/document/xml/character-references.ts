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
  // Names that HTML gives to characters of ASCII (13.5).
  AMP: '&',
  LT: '<',
  GT: '>',
  QUOT: '"',
  Tab: '\t',
  NewLine: '\n',
  excl: '!',
  num: '#',
  dollar: '$',
  percnt: '%',
  lpar: '(',
  rpar: ')',
  ast: '*',
  midast: '*',
  plus: '+',
  comma: ',',
  period: '.',
  sol: '/',
  colon: ':',
  semi: ';',
  equals: '=',
  quest: '?',
  commat: '@',
  lsqb: '[',
  lbrack: '[',
  bsol: '\\',
  rsqb: ']',
  rbrack: ']',
  Hat: '^',
  lowbar: '_',
  UnderBar: '_',
  grave: '`',
  DiacriticalGrave: '`',
  lcub: '{',
  lbrace: '{',
  verbar: '|',
  vert: '|',
  VerticalLine: '|',
  rcub: '}',
  rbrace: '}',
}

/** Texts that a document type gives names. */
export type Entities = Map<string, string>

const mostEntities = 1000
const mostReplacement = 4096

/** Why entities are not all known: they could grow or are too many, or they are none that only stand for a text. */
export type EntityProblem = 'limit' | 'unsupported-format'

const simple = /<!ENTITY\s+([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g
/**
 * What in a document type may change texts and is not read: entities of other kinds (parameters, texts elsewhere), references in defaults
 * of attributes, and comments and instructions, in which quotes have no meaning, so that the end of the document type is in doubt.
 */
const others = /<!ENTITY|<!--|<\?|[&%][\w.:#-]+;/i

/**
 * Adds what `<!ENTITY name "text">` of a document type says (XML 1.0, 4.2). An entity with markup or further references in its text, or
 * defined twice, does not only stand for a text.
 */
export function addEntities(declaration: string, entities: Entities): EntityProblem | undefined {
  let problem: EntityProblem | undefined
  const rest = declaration.replace(simple, (_, name: string, double?: string, single?: string) => {
    const text = double ?? single ?? ''
    // One that stands for further ones could grow without end.
    if (entities.size >= mostEntities || text.length > mostReplacement || /&(?!#)/.test(text)) problem ??= 'limit'
    else {
      const replacement = replaceReferences(text, new Map())
      const isOther = (entities.get(name) ?? replacement) !== replacement
      if (isOther || /[<&]|%[\w.:-]+;/.test(replacement)) problem ??= 'unsupported-format'
      entities.set(name, replacement)
    }
    return ''
  })
  return problem ?? (others.test(rest) ? 'unsupported-format' : undefined)
}

/** The values of a tag's attributes that hold references, with what they stand for; a tag without its brackets, its bytes as Latin-1. */
export function resolvedAttributes(tag: string, entities: Entities): string[] {
  if (!tag.includes('&')) return []
  const values: string[] = []
  for (const [, double, single, bare] of tag.matchAll(/=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'][^\s]*))/g)) {
    const value = double ?? single ?? bare!
    const resolved = replaceReferences(value, entities)
    if (resolved !== value) values.push(resolved)
  }
  return values
}

/** A text (its bytes as Latin-1) in which references to characters and entities are what they stand for, in UTF-8; unknown ones stay. */
export function replaceReferences(text: string, entities: Entities): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,10})|#[xX]([0-9a-fA-F]{1,8})|([A-Za-z_][\w.:-]*));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) {
      const found = entities.get(name)
      return found ?? (Object.hasOwn(named, name) ? toLatin1(named[name]!) : whole)
    }
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? whole : toLatin1(String.fromCodePoint(code))
  })
}

/** The same of `_x000D_`, as Office writes characters that XML does not have (ECMA-376 part 1, 22.9.2.19). */
export function replaceEscapes(text: string): string {
  if (!text.includes('_')) return text
  return text.replace(/_x(?!d[89a-f])([0-9a-f]{4})_/gi, (_, hex) =>
    toLatin1(String.fromCharCode(Number.parseInt(hex, 16))),
  )
}

/** UTF-8 bytes, each as one character. */
const toLatin1 = (text: string): string => Buffer.from(text).toString('latin1')
