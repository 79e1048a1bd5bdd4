import { canonicalOf, type Shape } from '../../../lib/manifest/identifier.ts'
import { soughtShapes } from '../../../lib/scan/finders/sought-shapes.ts'
import { referenceMatches, referencePlaces } from '../../../lib/scan/opinion/reference-matcher.ts'
import type { SubjectIndex } from '../../../lib/subject-index/open-subject-index.ts'
import { integerPlaces } from './integer-places.ts'

/**
 * The slow and obvious search for forms: regular expressions over the whole content, each form decoded everywhere, the plain
 * reference matcher on what comes out, and all of it once more. Nothing is shared with the fast one.
 */

/** Decoded text, one character a byte, and the place that each byte came from. */
type Decoded = {
  text: string
  starts: number[]
  /** How long what begins at a place is at least that counts. */
  least?: number[]
}
type Found = Map<string, { ordinal: number; offset: number }>

/** What no identifier reaches over stands for itself, all of it as one character. */
const breaker = '\xff'
const breakers = /[\x00-\x1a\x1c-\x20"<>(),:\x7f-\xff]/
const utf8 = (code: number) => Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1')
const character = (code: number) => {
  if (code > 0x10ffff) return utf8(0xfffd)
  const one = String.fromCodePoint(code)
  if (/[\u00ad\u200b-\u200f\u2060\ufeff]/.test(one)) return ''
  if (/[\u2010\u2011]/.test(one)) return '-'
  if (one === '\u066c') return ','
  const digit = digitsOf.findIndex((each) => each.test(one))
  if (digit !== -1) return String(digit)
  return utf8(/[\uff01-\uff5e]/.test(one) ? code - 0xfee0 : code)
}
/** What each digit is in these scripts, in the order of Unicode, which has ten of each together. */
const digitsOf = Array.from({ length: 10 }, (_, value) => {
  const all = Array.from({ length: 0x17ea }, (_, code) => String.fromCodePoint(code))
  const some = all.filter(
    (each) =>
      /^\p{Nd}$/u.test(each) && each > '9' && !/[\u07c0-\u07c9\u0de6-\u0def\u0f20-\u0f29\u1090-\u1099]/.test(each),
  )
  return new RegExp(`[${some.filter((_, at) => at % 10 === value).join('')}]`)
})
const byte = (value: number) => utf8(value < 0x80 || value === 0xa0 ? value : 0xfffd)

type Unit = { pattern: RegExp; decode(match: RegExpExecArray): string }

/** What was encoded more than once as one character, and what was once. */
const percentAgain: Unit = {
  pattern: /%(?:25){1,8}([0-9a-fA-F]{2})|%([0-9a-fA-F]{2})|%u([0-9a-fA-F]{4})/y,
  decode: ([, again, short, long]) => character(Number.parseInt(again ?? short ?? long!, 16)),
}

const named: Record<string, string> = {
  ...{
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    commat: '@',
    period: '.',
    lowbar: '_',
    hyphen: '-',
    dash: '-',
    num: '#',
    percnt: '%',
  },
  ...{
    equals: '=',
    sol: '/',
    plus: '+',
    comma: ',',
    nbsp: utf8(0xa0),
    thinsp: utf8(0x2009),
    rsquo: utf8(0x2019),
    shy: '',
    semi: ';',
    excl: '!',
    quest: '?',
    bsol: '\\',
  },
}
const control: Record<string, string> = {
  ...{ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', e: '\x1b', Z: '\x1a' },
}

const units: Record<string, Unit> = {
  percent: {
    pattern: /%([0-9a-fA-F]{2})|%u([0-9a-fA-F]{4})/y,
    decode: ([, short, long]) => character(Number.parseInt(short ?? long!, 16)),
  },
  backslash: {
    pattern:
      /\\{1,8}(?!\\)(?:u\{([0-9a-fA-F]{1,8})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|(0)|([ntrbfvaeZ])|([\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]))/y,
    decode: ([, braced, u4, u8, x, octal, zero, letter, sign]) => {
      const long = braced ?? u4 ?? u8
      if (long !== undefined) return character(Number.parseInt(long, 16))
      if (x !== undefined) return byte(Number.parseInt(x, 16))
      if (octal !== undefined) return byte(Number.parseInt(octal, 8))
      if (zero !== undefined) return '\0'
      return letter === undefined ? sign! : control[letter]!
    },
  },
  entity: {
    pattern: new RegExp(`&#[xX]([0-9a-fA-F]{1,10});?|&#([0-9]{1,10});?|&(${Object.keys(named).join('|')});`, 'y'),
    decode: ([, hex, decimal, name]) =>
      name === undefined ? character(Number.parseInt(hex ?? decimal!, hex === undefined ? 10 : 16)) : named[name]!,
  },
  'quoted-printable': {
    pattern:
      /=(?!(?:3\d|[46][1-9]|[57]\d)\d)(0[09AaDd]|[2-7][0-9A-Fa-f](?<!7[fF])|7F|[89A-F][0-9A-F])|=[ \t]{0,8}(?:\r[\r\n]?|\n)/y,
    decode: ([, hex]) => (hex === undefined ? '' : byte(Number.parseInt(hex, 16))),
  },
  'iso-2022': { pattern: /\x1b[\x20-\x2f]{1,3}[\x30-\x7e]/y, decode: () => character(0xfffd) },
  width: {
    pattern:
      /\xc2\xad|\xe2\x80[\x8b-\x91]|\xe2\x81\xa0|\xef\xbb\xbf|\xef\xbc[\x81-\xbf]|\xef\xbd[\x80-\x9e]|\xd9[\xa0-\xa9\xac]|\xdb[\xb0-\xb9]|\xe0[\xa5-\xb5](?<=[\xa5\xa7\xa9\xab\xad\xaf\xb1\xb3\xb5])[\xa6-\xaf]|\xe0[\xb9\xbb][\x90-\x99]|\xe1\x81[\x80-\x89]|\xe1\x9f[\xa0-\xa9]/y,
    decode: ([bytes]) => character(Buffer.from(bytes, 'latin1').toString().codePointAt(0)!),
  },
  'doubled-quote': { pattern: /(?<!')(?:''|'{4}|'{8}|'\\'')(?!')/y, decode: () => "'" },
}

/** The same where lines go on behind a backslash. */
const continued: Unit = {
  pattern: new RegExp(String.raw`(?<![\\=])\\(?:\r[\r\n]?|\n)[ \t]{0,40}|${units.backslash!.pattern.source}`, 'y'),
  decode: (match) =>
    /^\\[\r\n]/.test(match[0]) && !match.slice(1).some(Boolean) ? '' : units.backslash!.decode(match),
}

/** The same where two hexadecimal digits are right behind a backslash. */
const shortHex: Unit = {
  pattern: new RegExp(
    String.raw`\\{1,8}(?!\\)(?:(3[0-9]) |(40|2[bBfF]|2[67](?![0-7])))|${units.backslash!.pattern.source}`,
    'y',
  ),
  decode: ([all, digit, sign, ...rest]) =>
    (digit ?? sign) === undefined
      ? units.backslash!.decode([all, ...rest] as unknown as RegExpExecArray)
      : String.fromCharCode(Number.parseInt((digit ?? sign)!, 16)),
}

/** The same where a backslash was escaped and a letter is behind it. */
const beforeLetter: Unit = {
  pattern: new RegExp(String.raw`(?:\\\\){1,4}(?=[ntrbfvaeZ])|${units.backslash!.pattern.source}`, 'y'),
  decode: (match) => (match.slice(1).some(Boolean) ? units.backslash!.decode(match) : character(0xfffd)),
}

/** One shift of UTF-7: the codes that base64 stands for, as Node decodes it. */
function utf16Of(code: string): number[] {
  const bytes = Buffer.from(code, 'base64')
  return Array.from({ length: Math.floor((code.length * 6) / 16) }, (_, at) => bytes.readUInt16BE(2 * at))
}

/** As RFC 2152 has it, or with a shift behind each `+` that an ASCII character follows. */
const shifts = {
  strict: {
    pattern: /\+-|\+([A-Za-z0-9+/]{2}[AEIMQUYcgkosw048])-|(?<!\+[A-Za-z0-9+/]{0,511})\+([A-Za-z0-9+/]{3,512})-?/y,
    isShift: (code: string) =>
      code.length % 8 === 0 ||
      (code.length % 8 === 3 && /[AEIMQUYcgkosw048]$/.test(code)) ||
      (code.length % 8 === 6 && /[AQgw]$/.test(code)),
  },
  generous: {
    pattern: /\+-|\+([A-Za-z0-9+/]{2}[AEIMQUYcgkosw048])-|\+([A-Za-z0-9/]{3,512})-?/y,
    isShift: (code: string) => utf16Of(code)[0]! > 0 && utf16Of(code)[0]! < 0x80,
  },
}

/** Characters of identifiers, and what escapes begin with. */
const matters = /^[\0A-Za-z0-9_.\-@!#$%&'*+/=?^`{|}~\\;]$/

/** What is written at a place in another way: how many characters that takes, and what each of those is that it stands for. */
type Read = { length: number; written: [text: string, start: number][] }

/** Token by token, of which those alone count in which something that matters is decoded, unless it is `everywhere`. */
function decodeTokens(
  { text, starts }: Decoded,
  everywhere: boolean,
  readAt: (at: number) => Read | undefined,
): Decoded {
  const decoded: Decoded = { text: '', starts: [] }
  let token: Decoded = { text: '', starts: [] }
  let isDecoded = false
  const append = (written: string, start: number) => {
    token.text += written
    for (let i = 0; i < written.length; i++) token.starts.push(start)
  }
  const finish = () => {
    if (isDecoded || everywhere) {
      decoded.text += token.text
      decoded.starts.push(...token.starts)
    }
    token = { text: breaker, starts: [-1] }
    isDecoded = false
  }
  for (let at = 0; at < text.length; ) {
    const read = readAt(at)
    if (read === undefined && breakers.test(text[at]!)) finish()
    else if (read === undefined) append(text[at]!, starts[at]!)
    else
      for (const [written, start] of read.written) {
        append(written, start)
        isDecoded ||= matters.test(written)
      }
    at += read === undefined ? 1 : read.length
  }
  finish()
  return decoded
}

function decodeEscapes(content: Decoded, { pattern, decode }: Unit, { everywhere = true }): Decoded {
  const readAt = (at: number): Read | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(content.text)
    return match === null ? undefined : { length: match[0].length, written: [[decode(match), content.starts[at]!]] }
  }
  return decodeTokens(content, everywhere, readAt)
}

function decodeShifts(
  content: Decoded,
  { pattern, isShift }: (typeof shifts)['strict'],
  { everywhere }: Pick<Options, 'everywhere'>,
): Decoded {
  const { text, starts } = content
  return decodeTokens(content, everywhere, (at) => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    const code = match?.[1] ?? match?.[2]
    if (match === null || (match[2] !== undefined && !isShift(match[2]))) return undefined
    const startOf = (index: number) => starts[match[1] === undefined ? at + 1 + Math.floor((16 * index + 8) / 6) : at]!
    const written: Read['written'] =
      code === undefined ? [['+', starts[at]!]] : utf16Of(code).map((unit, index) => [character(unit), startOf(index)])
    return { length: match[0].length, written }
  })
}

const anEscape = [
  ...[String.raw`\\[ntrbfvae0ZLNPx]`, String.raw`\\[0-3][0-7]{2}`, String.raw`\\x[0-9a-fA-F]{2}`],
  ...[
    String.raw`\\u[0-9a-fA-F]{4}`,
    String.raw`\\U[0-9a-fA-F]{8}`,
    '%(?:25){0,8}[0-9a-fA-F]{2}',
    '#0[0-3][0-7]',
    '#(?:22|23|7B|7C|7D)',
  ],
  String.raw`(?:\x1b|\\e|\\x1[bB]|\\u001[bB]|\\033|#033|%1[bB]|\^\[)\[[?0-9;]{0,16}[A-Za-z]`,
].join('|')
const begin = `(?:(?<![0-9])|(?<=${anEscape}))`
const anEscapeOfNumbers = `${anEscape}|=[0-9a-fA-F]{2}`
const beginOfNumber = `(?:(?<![0-9])|(?<=${anEscapeOfNumbers}))`
const signs = String.raw`(?:[,._' ]|\xc2\xa0|\xa0|\xe2\x80[\x99\x89\xaf])`
const numbers: Record<string, { pattern: RegExp; read(match: RegExpExecArray): [number, string][] }> = {
  padded: {
    pattern: new RegExp(`(?=${begin}(0[0-9]+)(?![0-9]))`, 'g'),
    read: ([, run]) =>
      Array.from(run!, (_, from) => from)
        .filter((from) => from > 0 && /^0*$/.test(run!.slice(Math.max(0, from - 64), from)))
        .map((from) => [from, run!.slice(from)]),
  },
  grouped: {
    pattern: new RegExp(
      `(?=${beginOfNumber}([0-9]{1,3})(${signs})([0-9]{3}(?:\\2[0-9]{3})*)(?![0-9])(?!\\2[0-9]))`,
      'g',
    ),
    read: (match) => {
      const [, first, sign, rest] = match
      const before = match.input.slice(0, match.index)
      if (before.endsWith(sign!) && /[0-9]$/.test(before.slice(0, -sign!.length))) return []
      return [[0, first + rest!.replaceAll(sign!, '')]]
    },
  },
  lakhs: {
    pattern: new RegExp(`(?=${beginOfNumber}(?<![0-9],)([0-9]{1,2})((?:,[0-9]{2})+,[0-9]{3})(?![0-9])(?!,[0-9]))`, 'g'),
    read: ([, first, rest]) => [[0, first + rest!.replaceAll(',', '')]],
  },
  scientific: {
    pattern: new RegExp(
      `(?=${beginOfNumber}(?:(?<![0-9]\\.)|(?<=(?:${anEscapeOfNumbers})\\.))([0-9]+)(?:([.,])([0-9]*))?[eE](\\+?)([0-9]{1,3})(?![0-9]))`,
      'g',
    ),
    read: ([, whole, point, fraction = '', plus, exponent]) => {
      let digits = fraction
      while (digits.length > Number(exponent) && digits.endsWith('0')) digits = digits.slice(0, -1)
      const omitted = Number(exponent) - digits.length
      const isNumber =
        plus === '+' ? exponent!.length > 1 : point === '.' && fraction !== '' && whole!.replace(/^0+/, '').length === 1
      if (omitted < 0 || (omitted > 4 && !isNumber)) return []
      return [[0, (whole! + digits + '0'.repeat(omitted)).replace(/^0+/, '')]]
    },
  },
}

/**
 * Numbers with separators that soft line breaks of quoted-printable are in, between two of their characters: without the breaks, as long as
 * nothing else comes, and only what goes over one. Where each of them is: from, to, and its digits.
 */
function brokenNumbers({ text, starts }: Decoded): [number, string][] {
  const one = String.raw`[0-9,._' \xa0\xc2\xe2\x80\xaf\x89\x99]`
  const soft = `(?<=${one})=[ \\t]{0,8}(?:\\r[\\r\\n]?|\\n)(?=${one})`
  return Array.from(text.matchAll(new RegExp(`(?:${one}|${soft})+`, 'g'))).flatMap(({ 0: run, index }) => {
    const joined: Decoded = { text: '', starts: [] }
    const breaks: number[] = []
    for (const piece of run.matchAll(new RegExp(`${soft}|[^]`, 'g'))) {
      // What is looked behind for is not in the run's first piece.
      if (piece[0].length > 1) breaks.push(joined.text.length)
      else {
        joined.text += piece[0]
        joined.starts.push(starts[index + piece.index]!)
      }
    }
    return Array.from(joined.text.matchAll(numbers.grouped!.pattern)).flatMap((match) => {
      const length = match[1]!.length + match[2]!.length + match[3]!.length
      const isOver = breaks.some((at) => at > match.index && at < match.index + length)
      return isOver
        ? numbers.grouped!.read(match).map(([, digits]) => [joined.starts[match.index]!, digits] as [number, string])
        : []
    })
  })
}

const ofWords = /[A-Za-z0-9_.\-@!#$%&'*+/=?^`{|}~\\;]/

/** The fold at a place of an escaped text, behind a line of 60 characters and more and within a word. */
function foldAt(text: string, at: number): string | undefined {
  const [fold, slashes] = /^(\\{1,8})(?!\\)r\1(?!\\)n(?:[ \t]|\1(?!\\)t)/.exec(text.slice(at, at + 32)) ?? []
  if (fold === undefined || at < 60 || text[at - 1] === '\\') return undefined
  if (!ofWords.test(text[at - 1]!) || !ofWords.test(text[at + fold.length] ?? ' ')) return undefined
  const line = text.slice(at - 60, at)
  return new RegExp(`\n|(?<!\\\\)${'\\\\'.repeat(slashes!.length)}n`).test(line) ? undefined : fold
}

/** Tokens that are folded, put together from as many as five lines, each from where the token before a fold begins. */
function unfold({ text, starts }: Decoded): Decoded[] {
  const { pattern, decode } = units.backslash!
  return Array.from(text, (_, at) => at).flatMap((first): Decoded[] => {
    if (foldAt(text, first) === undefined) return []
    const joined: Decoded = { text: '', starts: [] }
    let at = first
    while (at > 0 && !breakers.test(text[at - 1]!)) at--
    for (let folds = 0; at < text.length; ) {
      const fold = folds < 4 ? foldAt(text, at) : undefined
      pattern.lastIndex = at
      const match = fold === undefined ? pattern.exec(text) : null
      if (fold === undefined && match === null && breakers.test(text[at]!)) break
      const written = fold === undefined ? (match === null ? text[at]! : decode(match)) : ''
      joined.text += written
      for (let i = 0; i < written.length; i++) joined.starts.push(starts[at]!)
      if (fold !== undefined) folds++
      at += fold?.length ?? match?.[0].length ?? 1
    }
    return [joined]
  })
}

/** What is searched in text that another form wrote. */
/** Whether a byte ends a character of two bytes, since those before it are in twos as well; those that begin one in Shift_JIS may do so anywhere. */
function isPaired(text: string, index: number): boolean {
  const [row] = /[\x81-\xfe]*$/.exec(text.slice(Math.max(0, index - 100), index + 1))!
  return /[\xa0-\xdf]$/.test(row) && row.length % 2 === 0 && row.length <= 64 && row.length <= index
}

const inside = (form: string) => form !== 'multibyte'

const textBytes = /[^\t\n\r\x20-\x7e\x00]/g
const values = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const alphabets: Record<string, RegExp> = {
  decimal: /^[0-9]+$/,
  uuid: /^[0-9a-fA-F-]+$/,
  email: /^[\w.%+\-!#$&'*/=?^`{|}~]+@[\w.%+\-!#$&'*/=?^`{|}~@]+$|^@.*$/,
  handle: /^\w+$/,
  dotted: /^[\w.-]+$/,
  digest: /^[\w+/-]+$/,
}

const beside: Record<string, RegExp> = { ...alphabets, uuid: /[0-9a-fA-F-]/, email: /[\w.%+\-!#$&'*/=?^`{|}~@]/ }

/** The lengths that what stands before `start` ends in, in one of the ways of records. */
function lengthsBefore(text: string, start: number): number[] {
  const last = text.charCodeAt(start - 1)
  const lengths = [last, last / 2, last - 5]
  for (const type of [0x40, 0x60]) if (last - type > 0 && last - type < 24) lengths.push(last - type)
  if (last - 0xa0 > 0 && last - 0xa0 < 32) lengths.push(last - 0xa0)
  if (last > 3) return lengths
  const [, low] = /([\x80-\xff])[\x01-\x03]$/.exec(text.slice(Math.max(0, start - 2), start)) ?? []
  if (low !== undefined) {
    const varint = (low.charCodeAt(0) & 0x7f) + 128 * last
    lengths.push(varint, varint / 2)
  }
  const [, least] = /([^\0])\0{1,7}$/s.exec(text.slice(Math.max(0, start - 8), start)) ?? []
  return least === undefined ? lengths : [...lengths, least.charCodeAt(0)]
}

const notText = /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]/
const characters = /[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|./gs

/** Whether this text is an identifier; of what is written in several ways, or hashed, it may be. */
function isEntry(index: SubjectIndex, shape: Shape | 'digest', text: string): boolean {
  if (shape === 'uuid' || shape === 'digest') return true
  const result = canonicalOf(text, index.caseRule)
  return !('problem' in result) && result.shape === shape && index.ordinalOf(shape, result.canonical) !== -1
}

/** What identifiers are by a length in front of them, one behind the other, where a byte of no text is near. */
function toldByLength(index: SubjectIndex, { text, starts }: Decoded): Decoded {
  const told: Decoded = { text: breaker, starts: [-1] }
  if (!notText.test(text)) return told
  const places = Array.from(text.matchAll(characters)).flatMap(({ 0: one, index: at }) =>
    one.length === 1 && notText.test(one) ? [at] : [],
  )
  const shapes = soughtShapes(index)
  for (let start = 1; start < text.length; start++)
    for (const length of lengthsBefore(text, start))
      for (const { shape, lengths } of shapes) {
        if (length < 5 || !(shape === 'uuid' ? [32, 36] : lengths).includes(length) || start + length > text.length)
          continue
        const candidate = text.slice(start, start + length)
        if (!alphabets[shape]!.test(candidate) || !isEntry(index, shape, candidate)) continue
        // What nothing stands beside is found all the same, and what is in it counts by its own length.
        if (![text[start - 1], text[start + length]].some((one) => one !== undefined && beside[shape]!.test(one)))
          continue
        if (!places.some((at) => at >= start - 256 && at < start + length + 256)) continue
        told.text += candidate + breaker
        told.starts.push(...starts.slice(start, start + length), -1)
      }
  return told
}

function decodeCodes(index: SubjectIndex, { text, starts }: Decoded, code: 'hex' | 'base64'): Decoded[] {
  const one = code === 'hex' ? '[0-9a-fA-F]' : '[A-Za-z0-9+/_-]'
  const single = Array.from(
    text.matchAll(new RegExp(`${one}{12,}`, 'g')),
    ({ 0: run, index: at }) => [run, at] as const,
  )
  const behindUuid = `(?<!(?<!${one})[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})`
  const joined = Array.from(
    text.matchAll(
      new RegExp(
        `(?<!${one})${one}{12,}(?:(?<=${one}{32})${behindUuid}(?:(?:\\r[\\r\\n]?|\\n)[ \\t>#*;|%]{0,16}|(?:\\\\{1,8}[nr])+(?=[ \\t])[ \\t>#*;|%]{1,16})${one}+)+`,
        'g',
      ),
    ),
    ({ 0: run, index: at }) => [run, at] as const,
  )
  return [...single, ...joined].flatMap(([run, begin]) => {
    const ends = run.replace(/(?:\\{1,8}[nr])+(?=[ \t])/g, (escapes) => ' '.repeat(escapes.length))
    const places = Array.from(run, (_, at) => at).filter((at) => new RegExp(one).test(ends[at]!))
    return (code === 'hex' ? [0, 1] : [0, 1, 2, 3]).flatMap((phase): Decoded[] => {
      const own = places.slice(phase)
      const bits = own
        .map((at) =>
          code === 'hex'
            ? Number.parseInt(run[at]!, 16).toString(2).padStart(4, '0')
            : values.indexOf(run[at]!.replace('-', '+').replace('_', '/')).toString(2).padStart(6, '0'),
        )
        .join('')
      const bytes = Array.from({ length: Math.floor(bits.length / 8) }, (_, at) =>
        Number.parseInt(bits.slice(8 * at, 8 * at + 8), 2),
      )
      const decoded = {
        text: Buffer.from(bytes).toString('latin1'),
        starts: bytes.map((_, at) => starts[begin + own[Math.floor((8 * at) / (code === 'hex' ? 4 : 6))]!]!),
      }
      const shown = decoded.text.replace(textBytes, '\xff')
      return [{ ...decoded, text: shown, least: leastOf(shown, code) }, toldByLength(index, decoded)]
    })
  })
}

/** Runs that are too short to be looked at for text, of which all is an identifier, with a line end behind it or not. */
function decodeShort(index: SubjectIndex, { text, starts }: Decoded): Decoded[] {
  const one = '[A-Za-z0-9+/_-]'
  const shortest = Math.min(...soughtShapes(index).flatMap(({ lengths }) => lengths))
  return Array.from(text.matchAll(new RegExp(`(?<!${one})(${one}{6,11})(={0,2})(?![=A-Za-z0-9+/_-])`, 'g'))).flatMap(
    ({ 1: run, 2: padding, index: at }): Decoded[] => {
      const bytes = Buffer.from(run!, 'base64')
      const isWhole =
        (run + padding!).length % 4 === 0 &&
        bytes.toString('base64url') === run!.replaceAll('+', '-').replaceAll('/', '_')
      const own = bytes.toString('latin1')
      const length = own.replace(/\r?\n$/, '').length
      if (!isWhole || !/^[!-~]+(?:\r?\n)?$/.test(own) || length < shortest) return []
      const own64 = Array.from(own, (_, byte) => starts[at + Math.floor((8 * byte) / 6)]!)
      return [{ text: own, starts: own64, least: Array.from(own, () => length) }]
    },
  )
}

/** Four bytes and five that a mark stands before, all of which are an identifier. */
function decodeMarked(index: SubjectIndex, { text, starts }: Decoded): Decoded[] {
  const shortest = Math.min(...soughtShapes(index).flatMap(({ lengths }) => lengths))
  const one = '[A-Za-z0-9+/_-]'
  const digits = '((?:[0-9a-fA-F]{2}){4,5})'
  const marked = new RegExp(`(?:(?<!${one})0|\\\\)[xX]${digits}(?!${one})|(?<!${one})[xX]'${digits}(?=')`, 'g')
  return Array.from(text.matchAll(marked)).flatMap(({ 0: all, 1: some, 2: quoted, index: at }): Decoded[] => {
    const run = some ?? quoted!
    const own = Buffer.from(run, 'hex').toString('latin1')
    if (!/^[!-~]+$/.test(own) || own.length < shortest) return []
    const first = at + all.length - run.length
    return [
      {
        text: own,
        starts: Array.from(own, (_, byte) => starts[first + 2 * byte]!),
        least: Array.from(own, () => own.length),
      },
    ]
  })
}

/** Shorter ones than five count in twelve bytes of text, or where all of a run of base64 is text. */
function leastOf(text: string, code: 'hex' | 'base64'): number[] {
  return text.split(/(\xff)/).flatMap((piece) => {
    const counts = piece.length >= 12 || (code === 'base64' && piece.length === text.length)
    return Array.from(piece, () => (counts ? 0 : 5))
  })
}

function decodeUtf16({ text, starts }: Decoded): Decoded[] {
  return Array.from(text.matchAll(/[\x01-\x7f](?:\x00[\x01-\x7f])+/g)).flatMap(({ 0: run, index }) => {
    const end = index + run.length
    const whole: Decoded = {
      text: run.replaceAll('\0', ''),
      starts: starts.slice(index, end).filter((_, at) => at % 2 === 0),
    }
    if (text[index - 1] === '\0' || text[end] === '\0') return [whole]
    return [
      { text: whole.text.slice(0, -1), starts: whole.starts.slice(0, -1) },
      { text: whole.text.slice(1), starts: whole.starts.slice(1) },
    ]
  })
}

const byteNumber = '(?<![A-Za-z0-9+/_.-])(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?![A-Za-z0-9+/_-]|\\.[0-9])'
const space = String.raw`(?:[ \t\r\n]|\\+[nrt])*`
const key = String.raw`\\*"[0-9]{1,3}\\*"`
const betweenBytes = [
  `(?=[^0-9]{1,40}(?![^0-9]))${space},${space}`,
  `(?=[^0-9]{1,40}[0-9]+[^0-9]{1,40}(?![^0-9]))${space},${space}${key}${space}:${space}`,
  `(?=[^0-9]{1,40}(?![^0-9]))(?![ -])${space}- ${space}`,
  ' {1,40}',
]
/** Six and more of these in a row, and 28 to either side. */
const textInBytes = /[\n\r -~]{6,}/g
const margin = 28

function decodeBytes({ text, starts }: Decoded): Decoded[] {
  return betweenBytes.flatMap((separator) =>
    Array.from(text.matchAll(new RegExp(`${byteNumber}(?:${separator}${byteNumber})+`, 'g'))).flatMap(
      ({ 0: list, index }) => {
        const values = Array.from(list.matchAll(new RegExp(`${byteNumber}(?!\\\\*")`, 'g')))
        const decoded = values.map(([value]) => String.fromCharCode(Number(value))).join('')
        return Array.from(decoded.matchAll(textInBytes)).map((match): Decoded => {
          const from = Math.max(0, match.index - margin)
          const to = match.index + match[0].length + margin
          const own = values.slice(from, to)
          return { text: decoded.slice(from, to), starts: own.map((value) => starts[index + value.index]!) }
        })
      },
    ),
  )
}

const item = String.raw`\\{0,3}(?:"[^"\\,:\x00-\x1f\x7f-\xff]\\{0,3}"|'[^'\\,:\x00-\x1f\x7f-\xff]\\{0,3}')`
const blank = String.raw`(?:[ \t\r\n]|\\{1,8}[nrt]){0,20}`
const keyed = String.raw`(?:\\{0,3}["']\d{1,3}\\{0,3}["']${blank}:${blank})?`
const notBeside = '[A-Za-z0-9+/_-]'
const hexPair = '[0-9a-fA-F]{2}'
/** Where lists of the registry go on in the next line. */
const goesOn = String.raw`,\\\r?\n {0,8}`
const ofRegistry = `${hexPair}(?:,${hexPair}){0,400}`
const writtenLists: readonly { list: string; each: string; read(text: string): string; isWide?: boolean }[] = [
  {
    list: `${item}(?:${blank},${blank}${keyed}${item}(?!${blank}:))+`,
    each: String.raw`(?<=["'])[^](?=\\{0,3}["'](?:${blank},|$))`,
    read: (text: string) => text,
  },
  ...['  ?', ':', '-'].map((sign) => ({
    list: `(?<!${notBeside})${hexPair}(?:${sign}${hexPair})+(?!${notBeside})`,
    each: hexPair,
    read: (text: string) => String.fromCharCode(Number.parseInt(text, 16)),
  })),
  {
    list: `(?<!${notBeside})0[xX][0-9a-fA-F]{1,2}(?:(?:,${blank}|[ \\t]{1,8})0[xX][0-9a-fA-F]{1,2})+(?!${notBeside})`,
    each: '0[xX][0-9a-fA-F]{1,2}',
    read: (text: string) => String.fromCharCode(Number(text)),
  },
  ...[false, true].map((isWide) => ({
    list: `(?:[hH][eE][xX](?:\\([0-9a-fA-F]{1,8}\\))?:|${goesOn})${ofRegistry}(?:${goesOn}${ofRegistry})*`,
    each: `(?<=[:, \\n])${hexPair}(?=[,\\s]|$)`,
    read: (text: string) => String.fromCharCode(Number.parseInt(text, 16)),
    isWide,
  })),
]

/** Lists of characters, and of pairs of hexadecimal digits, of which each item is at most 24 bytes behind the one before it. */
function decodeLists({ text, starts }: Decoded): Decoded[] {
  return writtenLists.flatMap(({ list, each, read, isWide }) =>
    Array.from(text.matchAll(new RegExp(list, 'g'))).flatMap(({ 0: written, index }) => {
      const lists: { character: string; at: number }[][] = [[]]
      for (const { 0: one, index: place } of written.matchAll(new RegExp(each, 'g'))) {
        const at = index + place
        const before = lists.at(-1)!.at(-1)
        if (before !== undefined && at - before.at > 24) lists.push([])
        lists.at(-1)!.push({ character: read(one), at })
      }
      const isLast = (items: { character: string }[], at: number) =>
        items[at]!.character !== '\0' || at === 0 || items[at - 1]!.character === '\0'
      return lists
        .filter((items) => items.length > 5)
        .map((items) => (isWide ? items.filter((_, at) => isLast(items, at)) : items))
        .flatMap((items) => {
          const decoded = items.map(({ character }) => character).join('')
          return Array.from(decoded.matchAll(textInBytes)).map((match): Decoded => {
            const from = Math.max(0, match.index - margin)
            const to = match.index + match[0].length + margin
            return { text: decoded.slice(from, to), starts: items.slice(from, to).map(({ at }) => starts[at]!) }
          })
        })
    }),
  )
}

/** Encoded words of mail in Q, in which an underscore is a blank. */
function decodeWords({ text, starts }: Decoded): Decoded[] {
  return Array.from(text.matchAll(/(?<==\?[\w.:*-]{1,40}\?[Qq]\?)[!->@-~]{1,514}/g)).map(({ 0: word, index }) => {
    const decoded: Decoded = { text: '', starts: [] }
    for (const { 0: one, 1: hex, index: at } of word.matchAll(/=([0-9A-Fa-f]{2})|./g)) {
      if (at >= 512) break
      decoded.text += hex === undefined ? one.replace('_', ' ') : String.fromCharCode(Number.parseInt(hex, 16))
      decoded.starts.push(starts[index + at]!)
    }
    return decoded
  })
}

/** `everywhere`: whether text without an escape that matters is decoded too, which shows the forms inside of it another way to end. */
type Options = { everywhere: boolean }

function decodedBy(index: SubjectIndex, form: string, content: Decoded, { everywhere }: Options): Decoded[] {
  if (form === 'backslash')
    return [units.backslash!, continued, shortHex, beforeLetter].map((unit) =>
      decodeEscapes(content, unit, { everywhere }),
    )
  if (form === 'percent')
    return [units.percent!, percentAgain].map((unit) => decodeEscapes(content, unit, { everywhere }))
  if (form === 'quoted-printable')
    return [decodeEscapes(content, units[form]!, { everywhere }), ...decodeWords(content)]
  if (form in units) return [decodeEscapes(content, units[form]!, { everywhere })]
  if (form === 'utf-7')
    return [
      decodeShifts(content, shifts.strict, { everywhere }),
      decodeShifts(content, shifts.generous, { everywhere }),
    ]
  if (form === 'base64') return [...decodeCodes(index, content, form), ...decodeShort(index, content)]
  if (form === 'hex') return [...decodeCodes(index, content, form), ...decodeMarked(index, content)]
  if (form === 'multibyte')
    return Array.from(
      content.text.matchAll(/[\x81-\xff][A-Za-z0-9_.\-@!#$%&'*+/=?^`{|}~](?=[A-Za-z0-9_.\-@!#$%&'*+/=?^`{|}~])/g),
    )
      .filter(({ index }) => !isPaired(content.text, index))
      .map(({ index }) => ({ text: content.text.slice(index + 2), starts: content.starts.slice(index + 2) }))
  if (form === 'bytes') return [...decodeBytes(content), ...decodeLists(content)]
  return form === 'utf-16' ? decodeUtf16(content) : []
}

function searchForms(
  index: SubjectIndex,
  forms: readonly string[],
  content: Decoded,
  level: number,
  found: Found,
  options: Options,
): void {
  const keep = (ordinal: number, at: number, length: number) => {
    // Of what is in a form inside of another one, who looks everywhere says that it is there.
    if (!options.everywhere && length < (content.least?.[at] ?? 0)) return
    const offset = content.starts[at]!
    found.set(`${offset} ${ordinal}`, { ordinal, offset })
  }
  for (const form of forms) {
    const written = form === 'grouped' ? [numbers.grouped!, numbers.lakhs!] : [numbers[form]].filter((each) => each)
    for (const [match, number] of written.flatMap((each) =>
      Array.from(content.text.matchAll(each!.pattern), (match) => [match, each!] as const),
    ))
      for (const [from, digits] of number.read(match)) {
        const ordinal = digits.length < 3 ? -1 : index.ordinalOf('decimal', digits)
        if (ordinal !== -1) keep(ordinal, match.index + from, digits.length)
      }
    if (form === 'quoted-printable' && level > 0 && forms.includes('grouped'))
      for (const [offset, digits] of brokenNumbers(content)) {
        const ordinal = index.ordinalOf('decimal', digits)
        if (digits.length > 3 && ordinal !== -1) found.set(`${offset} ${ordinal}`, { ordinal, offset })
      }
    const unfolded = form === 'backslash' && level > 0 ? unfold(content) : []
    for (const decoded of [...decodedBy(index, form, content, options), ...unfolded]) {
      for (const { ordinal, offset, length } of referencePlaces(index, Buffer.from(decoded.text, 'latin1')))
        if (length >= (decoded.least?.[offset] ?? 0))
          found.set(`${decoded.starts[offset]} ${ordinal}`, { ordinal, offset: decoded.starts[offset]! })
      if (level > 0) searchForms(index, forms.filter(inside), decoded, level - 1, found, options)
    }
  }
}

export type Place = { ordinal: number; offset: number; record: number }

/** What is found in these forms and does not stand there plainly, by place. */
export function referenceForms(
  index: SubjectIndex,
  forms: readonly string[],
  content: Uint8Array,
  options: Options,
): Place[] {
  const text = Buffer.from(content).toString('latin1')
  const found: Found = new Map()
  searchForms(index, forms, { text, starts: Array.from(text, (_, at) => at) }, 1, found, options)
  if (forms.includes('binary-integer'))
    for (const each of integerPlaces(index, content)) found.set(`${each.offset} ${each.ordinal}`, each)
  for (const { ordinal, offset } of referenceMatches(index, content)) found.delete(`${offset} ${ordinal}`)
  return [...found.values()]
    .map((each) => ({ ...each, record: text.slice(0, each.offset).split('\n').length }))
    .sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}
