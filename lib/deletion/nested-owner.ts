import { patternOfName } from './owner-names.ts'

/** Longer chains of escapes than anybody writes count as if they hid the name. */
const maxEscapes = 8

/**
 * Whether text that belongs to a record (the source of a JSON value, or a field of CSV) may hold another record with an
 * owner of its own: the owner's name, in any case and with `_`, `-` or a space between its words or not, between quotes, before `:` or `=`, as a tag, or as a column of a header, however often it is escaped, also as
 * markup or an address has it (`&quot;`, `%22`), and in base64, hexadecimal digits or a list of bytes, or in two of these.
 */
export function nestedOwner(owner: string): (text: string) => boolean {
  // Such a name has more spellings than are resolved here.
  if (/[\\"\p{Cc}]/u.test(owner)) return () => true
  const literal = patternOfName(owner)
  // After a backslash stands a letter of an escape (`\n`), which is not a part of the name.
  const begin = '(?:^|[^\\p{L}\\p{N}_]|\\\\[bfnrt])'
  const named = `${begin}${literal}[\\s\\\\]*["'\`:=>&%]|[<:;]${literal}\\s`
  const column = `(?:^|["'\\n\\r\\t,;|(]|\\\\[nrt]) *${literal} *(?:[\\n\\r\\t,;|)]|\\\\+[nrt])`
  const [mention, pattern] = [new RegExp(literal, 'u'), new RegExp(`${named}|${column}`, 'u')]
  const isIn = (plain: string | undefined): boolean => {
    const folded = plain?.toLowerCase()
    return folded === undefined || (mention.test(folded) && pattern.test(folded))
  }
  return (text) => {
    const plain = unescaped(text)
    return isIn(plain) || decodedTwice(plain!).some((inner) => isIn(unescaped(inner)))
  }
}

/** What is in codes, and what is in a code there. */
function decodedTwice(plain: string): string[] {
  const texts = decoded(plain)
  return [...texts, ...texts.flatMap(decoded)]
}

/** What runs of base64 and of hexadecimal digits, and lists of bytes, may stand for, from any place in them: what stands before one may be of their alphabet. */
function decoded(plain: string): string[] {
  const runs = plain.replace(/(?<!\\)\\+[nr]/g, '').match(/[A-Za-z0-9+/_-]{16,}/g) ?? []
  const lists = plain.match(/(?<![0-9])[0-9]{1,3}(?:, ?[0-9]{1,3}){7,}/g) ?? []
  const listed = lists.map((list) => withoutNuls(Buffer.from(list.split(',').map(Number))))
  const coded = runs.flatMap((run) =>
    isDigits.test(run)
      ? (run.match(/[0-9a-f]{16,}/gi) ?? []).flatMap((digits) => decodedAt(digits, 'hex', [0, 1]))
      : decodedAt(run, 'base64', [0, 1, 2, 3]),
  )
  return [...listed, ...coded]
}

const isDigits = /^[a-z/_+-]?[0-9a-f-]+$/i

const decodedAt = (run: string, code: 'hex' | 'base64', places: readonly number[]): string[] =>
  places.map((from) => withoutNuls(Buffer.from(run.slice(from), code)))

/** Text in UTF-8, or in UTF-16, as far as it is ASCII. */
const withoutNuls = (bytes: Buffer): string => bytes.toString().replaceAll('\0', '')

/** Text with the escapes of characters that may be in a name resolved; absent when they are nested too deeply. */
export function unescaped(text: string): string | undefined {
  if (!/[\\&%]/.test(text)) return text
  let plain = text
  for (let turn = 0; turn < maxEscapes; turn++) {
    // From the beginning of a run of backslashes only: from each of them would take the square of the time.
    const next = plain
      .replace(/(?<!\\)\\+(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/gi, (_, long: string | undefined, short: string) =>
        String.fromCharCode(Number.parseInt(long ?? short, 16)),
      )
      .replace(/(?<!\\)\\+\//g, '/')
      .replace(/&#(?:x([0-9a-f]{1,4})|(\d{1,5}));?/gi, (_, hex: string | undefined, decimal: string) =>
        String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
      )
      .replace(/&amp;/gi, '&')
      .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
    if (next === plain) return plain
    plain = next
  }
  return undefined
}
