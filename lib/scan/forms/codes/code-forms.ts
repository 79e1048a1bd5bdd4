import { base64Values, hexValues } from '../../finders/code-values.ts'
import type { Form, FormFinder, FormTools } from '../form.ts'
import { type Code, createCodeFinder } from './code-finder.ts'
import { leastByChance } from './met-by-chance.ts'
import { createShortBase64 } from './short-base64.ts'
import { createShortHex } from './short-hex.ts'

/** RFC 4648, sections 4 and 5: with padding or without. */
const base64: Code = { name: 'base64', bits: 6, phases: 4, values: base64Values }

/** Section 8: `0x…`, `X'…'`, `\x…` or nothing before it. */
const hex: Code = { name: 'hex', bits: 4, phases: 2, values: hexValues }

/** What the shortest code that is looked at stands for; around a shorter identifier stands something else. */
const around = (text: string) => [text, `<${text}>`, `id ${text}`].map((each) => each.padEnd(12))

/** As the only text of a record of protobuf, whose next field has a letter as its tag. */
const recorded = (text: string) =>
  text.length >= leastByChance && text.length < 128
    ? [Buffer.from(`\x0a${String.fromCharCode(text.length)}${text}B\x01\x02`, 'latin1')]
    : []

const lines = (text: string, length: number, lineEnd: string) =>
  text.replace(new RegExp(`.{${length}}(?=.)`, 'g'), `$&${lineEnd}`)

function createBase64(tools: FormTools): FormFinder {
  const long = createCodeFinder(base64, tools)
  const short = createShortBase64(tools, base64.name)
  return (region, report) => {
    long(region, report)
    short?.(region, report)
  }
}

function createHex(tools: FormTools): FormFinder {
  const long = createCodeFinder(hex, tools)
  const short = createShortHex(tools, hex.name)
  return (region, report) => {
    long(region, report)
    short?.(region, report)
  }
}

/** As the whole value of a column of bytes, of four characters or five. */
const value = (text: string) =>
  text.length < 4 || text.length > 5
    ? []
    : ['0x', '\\x'].map((mark) => Buffer.from(`${mark}${Buffer.from(text).toString('hex')}`))

/** As the whole value of a secret or an attribute, from four characters on. */
const alone = (text: string) =>
  text.length < 4 || text.length > 8
    ? []
    : [text, `${text}\n`].map((each) => Buffer.from(Buffer.from(each).toString('base64')))

export const codeForms: readonly Form[] = [
  {
    name: hex.name,
    summary:
      "as hexadecimal digits of their characters (less than five of these only in twelve bytes of text, four and five alone behind 0x, \\x and X')",
    nests: true,
    finder: createHex,
    spell: (text) => [
      ...around(text).map((each) => Buffer.from(Buffer.from(each).toString('hex'))),
      Buffer.from(`0x${Buffer.from(around(text)[1]!).toString('hex').toUpperCase()}`),
      ...value(text),
      ...recorded(text).map((each) => Buffer.from(each.toString('hex'))),
    ],
  },
  {
    name: base64.name,
    summary:
      'in base64 of either alphabet, also in lines and alone (less than five characters only in twelve bytes of text, or where all of it is text)',
    nests: true,
    finder: createBase64,
    spell: (text) => [
      ...around(text).map((each) => Buffer.from(Buffer.from(each).toString('base64'))),
      Buffer.from(Buffer.from(around(text)[1]!).toString('base64url')),
      ...alone(text),
      ...recorded(text).map((each) => Buffer.from(each.toString('base64'))),
      // In lines, the identifier on both sides of an end.
      Buffer.from(lines(Buffer.from(`${' '.repeat(46)}${text} `).toString('base64'), 64, '\n')),
    ],
  },
]
