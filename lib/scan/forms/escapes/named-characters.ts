import { nothing } from './escape-syntax.ts'

/**
 * Names of ASCII characters and of a hyphen (see `withoutWidth`), of blanks that stand in numbers, and of what has no width, in HTML (section 13.5, Named character references).
 */
const named = Object.entries({
  ...{ Tab: 0x09, NewLine: 0x0a, excl: 0x21, quot: 0x22, QUOT: 0x22, num: 0x23, dollar: 0x24, percnt: 0x25 },
  ...{ amp: 0x26, AMP: 0x26, apos: 0x27, lpar: 0x28, rpar: 0x29, ast: 0x2a, midast: 0x2a, plus: 0x2b },
  ...{
    comma: 0x2c,
    hyphen: 0x2d,
    dash: 0x2d,
    period: 0x2e,
    sol: 0x2f,
    colon: 0x3a,
    semi: 0x3b,
    lt: 0x3c,
    LT: 0x3c,
    equals: 0x3d,
  },
  ...{ gt: 0x3e, GT: 0x3e, quest: 0x3f, commat: 0x40, lsqb: 0x5b, lbrack: 0x5b, bsol: 0x5c, rsqb: 0x5d },
  ...{ rbrack: 0x5d, Hat: 0x5e, lowbar: 0x5f, UnderBar: 0x5f, grave: 0x60, DiacriticalGrave: 0x60 },
  ...{ lcub: 0x7b, lbrace: 0x7b, verbar: 0x7c, vert: 0x7c, VerticalLine: 0x7c, rcub: 0x7d, rbrace: 0x7d },
  ...{ nbsp: 0xa0, NonBreakingSpace: 0xa0, thinsp: 0x2009, ThinSpace: 0x2009, rsquo: 0x2019 },
  ...{
    shy: nothing,
    ZeroWidthSpace: nothing,
    zwnj: nothing,
    zwj: nothing,
    lrm: nothing,
    rlm: nothing,
    NoBreak: nothing,
  },
})

/** The names by their first character, since most names are none of these. */
const byFirst = Array.from({ length: 128 }, (_, first) =>
  named.filter(([name]) => name.charCodeAt(0) === first).map(([name, code]) => ({ name: Buffer.from(name), code })),
)

/** A table of bits for the names that there are: all that have such a number as one of them may be one. */
export function nameBits(): Uint8Array {
  const bits = new Uint8Array(128)
  for (const [name] of named) {
    const at = (name.charCodeAt(0) * 29 + name.charCodeAt(1) * 5 + name.length) & 1023
    bits[at >> 3]! |= 1 << (at & 7)
  }
  return bits
}

/** The code of the character that the bytes [start, end) name, or undefined. */
export function codeNamed(bytes: Uint8Array, start: number, end: number): number | undefined {
  const some = byFirst[bytes[start]!] ?? []
  for (let i = 0; i < some.length; i++) {
    const { name, code } = some[i]!
    if (name.length !== end - start) continue
    let at = 1
    while (at < name.length && name[at] === bytes[start + at]) at++
    if (at === name.length) return code
  }
  return undefined
}
