import { maxIdentifierLength, type Shape } from '../../manifest/identifier.ts'
import { suffixes } from '../finders/alphabets.ts'
import { mostBehind } from '../finders/domain-ends.ts'

/** A text that may be an identifier, and where it is. */
type Spelling = [offset: number, text: string]

const terminalStart = String.raw`(?:\x1b|\\e|\\x1[bB]|\\u001[bB]|\\u\{1[bB]\}|\\033|#033|#x1[bB]|%1[bB]|&#x1[bB];|&#27;|\xef\xbf\xbd|\^\[)`
const bracket = String.raw`(?:\[|%5[bB])`
/** What ends alike stands together: all of it is asked behind every byte. */
const backslashEscape = [
  String.raw`\\(?:[ntrbfvaeEdls0ZLNPhx]|[0-9]{1,7}(?![0-9])|[0-3][0-9]{2})`,
  String.raw`\\(?:NUL|SOH|STX|ETX|EOT|ENQ|ACK|S[IO]|DLE|DC[1-4]|NAK|SYN|ETB|CAN|EM|SUB|ESC|[FGRU]S|DEL)`,
  String.raw`\\[uU]?[0-9a-fA-F]{4}`,
  String.raw`\\U[0-9a-fA-F]{8}`,
  String.raw`\\x[0-9a-fA-F]{2}`,
  String.raw`\\[89a-fA-F][0-9a-fA-F]\\[89abAB][0-9a-fA-F]`,
].join('|')
const otherEscape = [
  '%(?:25){0,8}[0-9a-fA-F]{2}',
  '#(?:0[0-3][0-7]|177|22|23|7B|7C|7D|U[0-9a-fA-F]{4}|L[0-9a-fA-F]{6})',
  String.raw`\\#[0-3][0-7]{2}|#[23][0-7]{2}#2[0-7]{2}|#[89a-fA-F][0-9a-fA-F]#[89abAB][0-9a-fA-F]`,
  String.raw`\^(?:[0-9A-Zn]|F[DV])`,
  String.raw`\x1b[A-Za-z]{1,3}`,
  `(?:${terminalStart}${bracket}[?0-9;]{0,16}[A-Za-z]|${bracket}[?0-9;]{1,16}m)`,
].join('|')
const anEscape = `${backslashEscape}|${otherEscape}`

/** Most texts have none of them, or those with a backslash alone: then nobody looks for others behind every byte. */
const isBackslash = /\\/
const isOther = new RegExp(otherEscape)

/** All runs of `characters` in a text. One begins at the first of them, and once more right after each escape. */
function runOf(characters: string, run = `${characters}+`, before = ''): (text: string) => Spelling[] {
  const begins = (escapes: string) =>
    new RegExp(`(?=${characters})(?:(?<!${characters})|(?<=${escapes}${before}))(?=(${run}))`, 'g')
  const alone = new RegExp(`(?<!${characters})(?=(${run}))`, 'g')
  const behindBackslashes = begins(backslashEscape)
  const behindAny = begins(anEscape)
  return (text) => {
    if (isOther.test(text)) return all(text, behindAny)
    return all(text, isBackslash.test(text) ? behindBackslashes : alone)
  }
}
const hex = '[0-9a-fA-F]'
const decimalRun = runOf('[0-9]')
const handleRun = runOf('[A-Za-z0-9_]')
const dottedRun = runOf('[A-Za-z0-9_.-]', undefined, String.raw`|\\_`)
const plainUuid = runOf(hex, `${hex}{32}(?!${hex})`)
/** Whatever stands before it. */
const groupedUuid = new RegExp(`(?=(${hex}{8}([-_])(?:${hex}{4}\\2){3}${hex}{12}(?!${hex})))`, 'g')
const isLocal = /[A-Za-z0-9._%+\-!#$&'*/=?^`{|}~]/
/** More than an identifier has characters, and more than any escape. */
const longestWritten = 4 * maxIdentifierLength
const beginsLocal = new RegExp(`(?<=[!#$&'*/=?^\`{|}~+]|\\.\\.|--|${anEscape})`, 'y')

/** `longest`: characters of the shape's longest identifier. */
export const spellings: Record<Shape, (text: string, longest: number) => Spelling[]> = {
  decimal: (text) => decimalRun(text),
  handle: (text) => {
    const whole = handleRun(text)
    const marked = whole.filter(([, run]) => run.endsWith('_'))
    const ended = marked.flatMap(([offset, run]) => withoutWritten(run).map((each): Spelling => [offset, each]))
    const runs = ended.length === 0 ? whole : [...whole, ...ended]
    const known = new Set(runs.map(([offset]) => offset))
    const behindPrefix = runs.flatMap(([offset, run]): Spelling[] =>
      /^0x./i.test(run) && !known.has(offset + 2) ? [[offset + 2, run.slice(2)]] : [],
    )
    return [...runs, ...behindPrefix].flatMap(([offset, run]) => withoutUnderscores(offset, run))
  },
  dotted: (text, longest) =>
    dottedRun(text).flatMap(([offset, run]) => {
      const start = run.length - run.replace(/^[.-]+/, '').length
      const inner = run.slice(start)
      const shorter = withoutEnd(inner).length > longest + mostBehind ? [] : withoutWritten(withoutEnd(inner))
      return [inner, ...shorter]
        .flatMap(withHyphens)
        .flatMap((end) => hyphensBefore(run, start).map((hyphens): Spelling => [start - hyphens.length, hyphens + end]))
        .flatMap(([at, end]) => withoutMarkup(offset + at, end))
        .flatMap(([at, whole]) => {
          const names = [whole]
          for (let name = whole; whole.length <= longest + mostBehind; names.push(name)) {
            const [, before, suffix = ''] = /^([\s\S]*[^.])\.([A-Za-z0-9_]+)$/.exec(name) ?? []
            if (before === undefined || !suffixes.has(suffix.toLowerCase())) break
            name = before
          }
          return names.map((name): Spelling => [at, name])
        })
    }),
  uuid: (text) => [
    ...plainUuid(text).flatMap(([offset, digits]) => storedDigits(digits).map((each): Spelling => [offset, each])),
    ...all(text, groupedUuid),
  ],
  email: (text, longest) => {
    const pieces = text.split('@')
    const addresses: Spelling[] = []
    let sign = -1
    const add = (left: string, at: number, domain: string) => {
      for (const local of localsOf(left)) addresses.push([at - local.length, `${local}@${domain}`])
    }
    for (const [at, left] of pieces.slice(0, -1).entries()) {
      sign += left.length + 1
      const run = /^[A-Za-z0-9.-]*/.exec(pieces[at + 1]!)![0]
      const domain = withoutEnd(run)
      const isLong = run.length >= longest + mostBehind
      for (const each of isLong ? [domain] : [domain, ...shorterDomains(domain)]) add(left, sign, each)
      const [, guest = '', home] = /^([\s\S]*)_([A-Za-z0-9.-]+)#EXT#$/i.exec(left) ?? []
      if (home !== undefined && !isLong) add(guest, sign - left.length + guest.length, home)
      if (!isLong) addresses.push(...innerOf(left, sign - left.length, longest))
    }
    const known = new Set<string>()
    return addresses.filter(([offset, text]) => !known.has(`${offset} ${text}`) && known.add(`${offset} ${text}`))
  },
}

function mayBeginLocal(left: string, at: number): boolean {
  beginsLocal.lastIndex = at
  return beginsLocal.test(left)
}

/** Addresses with `=` for their `@`, also turned around, at the end of a text that begins at `from`. */
function innerOf(left: string, from: number, longest: number): Spelling[] {
  const found: Spelling[] = []
  const bounced = /=([A-Za-z0-9.-]*)(?:_[A-Za-z0-9._%+\-!#$&'*/?^`{|}~]*)?$/.exec(left)
  const domain = withoutEnd(bounced?.[1] ?? '')
  if (bounced !== null && domain.slice(1).includes('.') && bounced[0].length - 1 - domain.length <= mostBehind) {
    const before = left.slice(0, bounced.index)
    const behindHyphens = Array.from(before.matchAll(/-/g), ({ index }) => before.slice(index + 1))
    const near = before.slice(-Math.max(1, longest - domain.length))
    const isOne = bounced[0].length > 1 + bounced[1]!.length || /[-+][A-Za-z0-9_.]*$/.test(near)
    if (isOne)
      for (const local of new Set([...localsOf(before), ...behindHyphens]))
        if (
          /^[A-Za-z0-9_!#$&'*/=?^`{|}~][A-Za-z0-9._%+\-!#$&'*/=?^`{|}~]*$/.test(local) &&
          local.length < longestWritten
        )
          found.push([from + bounced.index - local.length, `${local}@${domain}`])
  }
  const [turned, home = '', local] = /=([A-Za-z0-9.-]*[A-Za-z0-9])=([A-Za-z0-9._%+\-!#$&'*/?^`{|}~]+)$/.exec(left) ?? []
  if (home.slice(1).includes('.')) found.push([from + left.length - turned!.length + 1, `${local}@${home}`])
  return found
}

/** What may be a local part at the end of a text. */
function localsOf(left: string): Set<string> {
  let start = left.length
  while (start > 0 && isLocal.test(left[start - 1]!)) start--
  // Signs in front do not count: a local part may begin anywhere, but what is too long is none.
  const nearest = Math.max(start, left.length - longestWritten)
  const locals = Array.from({ length: left.length - nearest }, (_, place) => nearest + place)
    .filter((from) => from === start || mayBeginLocal(left, from))
    .map((from) => left.slice(from).replace(/^[.%+-]+/, ''))
  // What begins with more of these than are looked at begins behind them.
  let signs = nearest
  while (signs > start && /[._%+-]/.test(left[signs - 1]!)) signs--
  const begins = signs === start || /\.\.|--/.test(left.slice(signs, nearest)) || mayBeginLocal(left, signs)
  if (signs < nearest && begins) locals.push(left.slice(nearest).replace(/^[.%+-]+/, ''))
  for (const local of [...locals])
    for (let rest = local; rest.startsWith('_'); ) {
      rest = rest.slice(1).replace(/^[.%+-]+/, '')
      locals.push(rest)
    }
  return new Set(locals)
}

/** A domain without the endings of a file's name, and without what a hyphen glues onto it. */
function shorterDomains(domain: string): string[] {
  return Array.from(domain.matchAll(/[.-]/g), ({ index }) => index).flatMap((at) => {
    const [before, behind] = [domain.slice(0, at), domain.slice(at + 1)]
    const isEnd = domain[at] === '-' ? /[\s\S]\.(?:[\s\S]*\.)?[A-Za-z]{2,}$/.test(before) : isFile(before, behind)
    return isEnd ? [before] : []
  })
}

const isFile = (before: string, behind: string) =>
  /^[\s\S]+\.[\s\S]*[^.-]$/.test(before) &&
  (/^(?:[0-9]+(?![A-Za-z0-9])|\.)/.test(behind) ||
    (/[a-z]$/.test(before) && /^[A-Z][a-z]+(?![A-Za-z0-9])/.test(behind)) ||
    suffixes.has(/^[A-Za-z0-9]*/.exec(behind)![0].toLowerCase()))

const none: readonly string[] = []

/** A run without one and without two characters like `_x000D_` at its end. */
function withoutWritten(run: string): readonly string[] {
  const first = run.endsWith('_') ? written.exec(run)?.[1] : undefined
  if (first === undefined) return none
  const second = written.exec(first)?.[1]
  return second === undefined ? [first] : [first, second]
}

const written = /^([\s\S]+)_x[0-9a-fA-F]{4}_$/

/** The same without up to three `_` at either end. */
function withoutUnderscores(offset: number, run: string): Spelling[] {
  if (!run.startsWith('_') && !run.endsWith('_')) return [[offset, run]]
  const [, before = '', , behind = ''] = /^(_{0,3})(.*?)(_{0,3})$/.exec(run)!
  const found = new Map<string, Spelling>()
  for (let from = 0; from <= before.length; from++)
    for (let cut = 0; cut <= behind.length; cut++) {
      const text = run.slice(from, run.length - cut)
      if (text !== '') found.set(`${from} ${cut}`, [offset + from, text])
    }
  return [...found.values()]
}

/** The same without up to three `_` at both ends, as many. */
function withoutMarkup(offset: number, run: string): Spelling[] {
  const inner = /^(_{1,3})[\s\S]+\1$/.exec(run)?.[1]?.length ?? 0
  return Array.from({ length: inner + 1 }, (_, count) => [offset + count, run.slice(count, run.length - count)])
}

/** Digits as they stand, and in the order of RFC 9562 if the bytes were stored in that of Windows, Java or MySQL. */
function storedDigits(digits: string): string[] {
  const turned = (text: string) => text.match(/../g)!.toReversed().join('')
  const [a, b, c, rest] = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16)]
  const orders = [
    digits,
    turned(a) + turned(b) + turned(c) + rest,
    turned(a + b + c) + turned(rest),
    b + c + digits.slice(4, 8) + digits.slice(0, 4) + rest,
  ]
  return [...new Set(orders.map((each) => each.toLowerCase()))]
}

/** A run without the dots and hyphens at its end, and with up to three of the hyphens. */
function withHyphens(run: string): string[] {
  const ended = withoutEnd(run)
  const behind = /^-{0,3}/.exec(run.slice(ended.length))![0]
  return Array.from({ length: behind.length + 1 }, (_, count) => run.slice(0, ended.length + count))
}

function hyphensBefore(run: string, start: number): string[] {
  const before = /-{0,3}$/.exec(run.slice(0, start))![0]
  return Array.from({ length: before.length + 1 }, (_, count) => '-'.repeat(count))
}

/** Dots and hyphens at the end are none of an identifier, or few of the hyphens. */
function withoutEnd(run: string): string {
  let end = run.length
  while (end > 0 && (run[end - 1] === '.' || run[end - 1] === '-')) end--
  return run.slice(0, end)
}

function all(text: string, pattern: RegExp): Spelling[] {
  return Array.from(text.matchAll(pattern), (match) => [match.index, match[1]!])
}
