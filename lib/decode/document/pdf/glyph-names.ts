/** Glyphs of ASCII that are not named by their own letter (Adobe Glyph List), and joined letters. */
const named: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "space  |exclam !|quotedbl \"|numbersign #|dollar $|percent %|ampersand &|quotesingle '|quoteright '|quoteleft '|parenleft (|parenright )|asterisk *|plus +|comma ,|" +
    'hyphen -|minus -|period .|slash /|zero 0|one 1|two 2|three 3|four 4|five 5|six 6|seven 7|eight 8|nine 9|colon :|semicolon ;|less <|equal =|greater >|question ?|at @|' +
    'bracketleft [|backslash \\|bracketright ]|asciicircum ^|underscore _|grave `|braceleft {|braceright }|asciitilde ~|ff ff|fi fi|fl fl|ffi ffi|ffl ffl'
  )
    .split('|')
    .map((each): [string, string] => [each.slice(0, each.indexOf(' ')), each.slice(each.indexOf(' ') + 1)])
    .concat([['bar', '|']]),
)

/** What a glyph shows by its name (`zero`, `A`, `uni0041`, `u0041`, `zero.tnum`, `f_f`); absent where the name does not say it. */
export function glyphText(name: string): string | undefined {
  const parts = name.replace(/\..*$/s, '').split('_')
  const texts = parts.map((part) =>
    /^[A-Za-z]$/.test(part) ? part : Object.hasOwn(named, part) ? named[part] : byCode(part),
  )
  return texts.includes(undefined) ? undefined : texts.join('')
}

function byCode(name: string): string | undefined {
  const digits = /^(?:uni|u)([\dA-F]{4,6})$/.exec(name)?.[1]
  const code = digits === undefined ? 0 : Number.parseInt(digits, 16)
  return code >= 0x20 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}
