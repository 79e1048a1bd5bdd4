import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../lib/cli/demo/seeded-random.ts'
import { runControls } from '../../../lib/scan/controls/controls.ts'
import { createFormMatcher } from '../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../lib/scan/forms/form-names.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { find } from './expect-found.ts'

const index = makeIndex(['12345678'])

function findIn(content: Buffer): (string | undefined)[] {
  const found: (string | undefined)[] = []
  const matcher = createFormMatcher(index, defaultForms, ({ ordinal, form }) => {
    if (!index.isControl(ordinal)) found.push(form)
  })
  matcher.write(content)
  matcher.end()
  return found
}

/** A character of GB 18030, whose last byte is a digit. */
const character = Buffer.from([0x81, 0x30, 0x81, 0x31])
const spellings: Record<string, (text: string) => Buffer> = {
  plain: (text) => Buffer.from(text),
  'UTF-16': (text) => Buffer.from(text, 'utf16le'),
  escaped: (text) => Buffer.from(text.replace(/./g, (digit) => `\\u00${digit.charCodeAt(0).toString(16)}`)),
}

describe('behind any characters of an encoding, of which the last one ends in a letter, digit or sign', () => {
  const handles = makeIndex(['bob_w77'])
  for (const encoding of ['gbk', 'big5', 'shift_jis'])
    it(`an identifier is found: ${encoding}`, () => {
      const decoder = new TextDecoder(encoding, { fatal: true })
      const isCharacter = (bytes: readonly number[]) => {
        try {
          return Array.from(decoder.decode(Uint8Array.from(bytes))).length === 1
        } catch {
          return false
        }
      }
      const all = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)
      const pairs = all(0x81, 0xff).flatMap((first) => all(0x40, 0xff).map((second) => [first, second]))
      const characters = [...pairs, ...all(0x80, 0xff).map((one) => [one]), [0x61], [0x20]].filter(isCharacter)
      const lasts = characters.filter((each) => each.length === 2 && /[A-Za-z_@]/.test(String.fromCharCode(each[1]!)))
      expect(lasts.length).toBeGreaterThan(1000)
      const next = seededRandom(20261129)
      const drawn = <T>(some: readonly T[]) => some[Math.floor(next() * some.length)]!
      const missed = Array.from({ length: 4000 }, () => {
        const before = Array.from({ length: Math.floor(next() * 6) }, () => drawn(characters)).flat()
        const bytes = Buffer.concat([Buffer.from([...before, ...drawn(lasts)]), Buffer.from('bob_w77 ')])
        const found: unknown[] = []
        const matcher = createFormMatcher(handles, defaultForms, ({ ordinal }) => found.push(ordinal))
        matcher.write(bytes)
        matcher.end()
        return found.length === 0 ? bytes.toString('hex') : ''
      })
      expect(missed.filter((each) => each !== '')).toStrictEqual([])
    })
})

describe('behind a character whose last byte looks like a digit', () => {
  for (const [name, spell] of Object.entries(spellings))
    it(`a longer number is not found, wherever it lies in what is looked at (${name})`, () => {
      const wrong: number[] = []
      for (let distance = 440; distance < 600; distance++) {
        const before = Buffer.concat([character, Buffer.from(`99999999%,${' '.repeat(distance)}`)])
        if (findIn(Buffer.concat([before, spell('123456789'), Buffer.from('  ')])).length > 0) wrong.push(distance)
      }
      expect(wrong).toStrictEqual([])
    })

  it('an identifier is found, plain and in escapes, whatever follows', () => {
    for (const rest of ['', '\n', `%,${'x '.repeat(600)}`])
      for (const text of ['12345678', '1234567%38'])
        expect(findIn(Buffer.concat([character, Buffer.from(text + rest)]))).toHaveLength(1)
  })

  it.each(['%5f', '&#95;', '&lowbar;', '=5F', '\\u005f', '\\x5f'])('a name goes on in an escape: %s', (sign) => {
    for (const looking of ['kernel', 'plain'] as const)
      for (const around of [' ', ` ${'what stands here is text; '.repeat(40)} `]) {
        const text = `${around}\x83Abob${sign}w77${around}`
        expect(find('bob_w77', text, looking, 5000)).toMatchObject([{ offset: around.length + 2 }])
      }
  })

  it('the rest of a word is not found behind a letter of UTF-8', () => {
    for (const looking of ['kernel', 'plain'] as const)
      for (const text of [' \xc3\xa9xbob_w77 ', 'caf\xc3\xa9xbob_w77', ' \xc3\xa9\xc3\xa9xbob_w77 '])
        expect(find('bob_w77', text, looking, 5000)).toStrictEqual([])
  })

  it('no control of eight digits makes a false alarm, whichever is drawn', async () => {
    // The first three were cut where they looked like a shorter number.
    for (const seed of ['s14', 's17', 's33', 's1', 's2']) {
      const { positive, negative } = await runControls(makeIndex(['12345678'], { seed }))
      expect(negative.falseAlarms).toBe(0)
      expect(positive.detected).toBe(positive.planted)
    }
  })
})
