import { isName } from './bytes-of-markup.ts'

export const noAttribute = -1
export const notPlain = -2

const [blank, slash, equals, doubleQuote] = [0x20, 0x2f, 0x3d, 0x22]

/**
 * Where the value begins of the attribute whose name is one letter, behind the name of a tag, `from` to before `to`; or `noAttribute`. `notPlain`: it is there
 * twice, or attributes are not written as programs do: a blank before each, and double quotes around its value, in which there are only characters of
 * names.
 */
export function plainAttribute(bytes: Buffer, from: number, to: number, letter: number): number {
  let found = noAttribute
  for (let at = from; at < to && !(bytes[at] === slash && at === to - 1); at++) {
    if (bytes[at] !== blank) return notPlain
    const begin = at + 1
    at = endOfName(bytes, begin, to)
    if (at === begin || bytes[at] !== equals || bytes[at + 1] !== doubleQuote) return notPlain
    const isSought = at === begin + 1 && bytes[begin] === letter
    if (isSought && found !== noAttribute) return notPlain
    if (isSought) found = at + 2
    at = endOfName(bytes, at + 2, to)
    if (at === to || bytes[at] !== doubleQuote) return notPlain
  }
  return found
}

function endOfName(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && isName[bytes[at]!] === 1) at++
  return at
}
