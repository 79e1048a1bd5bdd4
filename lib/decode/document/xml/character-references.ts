import { append, type GrowingBytes, growingBytes } from '../../growing-bytes.ts'
import { findByte, isName, isWhite } from './bytes-of-markup.ts'

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

/** Texts that a document type gives names, their bytes as Latin-1. */
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
      const replacement = replaceReferences(text)
      const isOther = (entities.get(name) ?? replacement) !== replacement
      if (isOther || /[<&]|%[\w.:-]+;/.test(replacement)) problem ??= 'unsupported-format'
      entities.set(name, replacement)
    }
    return ''
  })
  return problem ?? (others.test(rest) ? 'unsupported-format' : undefined)
}

const ampersand = 0x26
const equals = 0x3d
const [doubleQuote, singleQuote] = [0x22, 0x27]

/** Puts what references to characters and entities stand for in their place, in UTF-8; unknown ones stay. */
export type Resolver = {
  /** Resolves bytes `from` to before `to`; the answer is overwritten by the next one. */
  resolve(bytes: Buffer, from: number, to: number): GrowingBytes
}

/**
 * A text may grow to so much where entities of its document are in it, each of which stands for much more than is written. No other
 * reference is shorter than what it stands for.
 */
export const mostResolved = 2 ** 24

/** `onLong`: a text would have been longer than `mostResolved`; from there on it stays as it is written. */
export function resolver(entities: Entities, onLong: () => void): Resolver {
  const made = growingBytes()
  return {
    resolve(bytes, from, to) {
      made.length = 0
      let at = from
      let next = findByte(bytes, ampersand, from, to)
      for (; next !== -1; next = findByte(bytes, ampersand, next + 1, to)) {
        const end = endOfReference(bytes, next + 1, to)
        const meant = end === -1 ? undefined : meantBy(bytes, next + 1, end, entities)
        if (meant === undefined) continue
        if (made.length + next - at + meant.length > mostResolved) {
          onLong()
          break
        }
        append(made, bytes, at, next)
        append(made, meant, 0, meant.length)
        at = end + 1
      }
      append(made, bytes, at, to)
      return made
    },
  }
}

/** Where the semicolon of a reference is that may be one; -1: it is none. */
function endOfReference(bytes: Buffer, from: number, to: number): number {
  let at = bytes[from] === 0x23 ? from + 1 : from
  while (at < to && isName[bytes[at]!] === 1) at++
  return at < to && at > from && bytes[at] === 0x3b ? at : -1
}

const reference = /^(?:#(\d{1,10})|#[xX]([0-9a-fA-F]{1,8})|([A-Za-z_][\w.:-]*))$/
const isEntity = /^[A-Za-z_]/
/** What references stand for that have been looked up, but for those of a document type. */
const known = new Map<string, Buffer>()
const mostKnown = 4096

function meantBy(bytes: Buffer, from: number, to: number, entities: Entities): Buffer | undefined {
  const written = bytes.toString('latin1', from, to)
  const own = entities.size > 0 && isEntity.test(written) ? entities.get(written) : undefined
  if (own !== undefined) return Buffer.from(own, 'latin1')
  return meantByDefault(written)
}

/** What a reference stands for in any document, without `&` and `;`. */
export function meantByDefault(written: string): Buffer | undefined {
  const before = known.get(written)
  if (before !== undefined) return before
  const meant = characterOf(written)
  if (meant !== undefined && known.size < mostKnown) known.set(written, ownCopy(meant))
  return meant
}

function characterOf(written: string): Buffer | undefined {
  const [, decimal, hex, name] = reference.exec(written) ?? []
  if (name !== undefined) return Object.hasOwn(named, name) ? Buffer.from(named[name]!) : undefined
  if (decimal === undefined && hex === undefined) return undefined
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? undefined : Buffer.from(String.fromCodePoint(code))
}

/** In memory of its own: what is kept would keep all that small ones share. */
function ownCopy(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length)
  own.set(bytes)
  return own
}

/** A text (its bytes as Latin-1) in which references are resolved, but for those of a document type, so that it does not grow. */
export function replaceReferences(text: string): string {
  if (!text.includes('&')) return text
  const bytes = Buffer.from(text, 'latin1')
  const resolved = resolver(new Map(), () => {}).resolve(bytes, 0, bytes.length)
  return resolved.bytes.toString('latin1', 0, resolved.length)
}

/** Tells what the values of a tag's attributes stand for that hold references. */
export function resolveAttributes(
  bytes: Buffer,
  from: number,
  to: number,
  { resolve }: Resolver,
  tell: (resolved: GrowingBytes) => void,
): void {
  let at = from
  while (at < to) {
    if (bytes[at++] !== equals) continue
    while (at < to && isWhite[bytes[at]!] === 1) at++
    const value = valueAt(bytes, at, to)
    if (value === undefined) continue
    const [begin, end] = value
    at = end
    if (findByte(bytes, ampersand, begin, end) === -1) continue
    const resolved = resolve(bytes, begin, end)
    if (bytes.compare(resolved.bytes, 0, resolved.length, begin, end) !== 0) tell(resolved)
  }
}

/** Where a value is that may be quoted; absent: there is none. */
function valueAt(bytes: Buffer, at: number, to: number): [number, number] | undefined {
  const quote = bytes[at]!
  const isQuoted = quote === doubleQuote || quote === singleQuote
  let end = isQuoted ? at + 1 : at
  while (end < to && (isQuoted ? bytes[end] !== quote : isWhite[bytes[end]!] === 0)) end++
  if (isQuoted) return end < to ? [at + 1, end] : undefined
  return end > at ? [at, end] : undefined
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
