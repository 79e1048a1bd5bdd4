import { describe, expect, it } from 'vitest'
import { encodedProblemIn } from './encoded-problem.ts'

/** Of a dot, a plus and a hyphen as well. */
const signs = 'some.words+of-16.words+of-16.words+of-16.words+of-16.'
const text = 'bob_w77,alice.smith,5696621 and more of it here and there, bob@example.org as well\n'
const hidden = Buffer.from(text)

/** Lines of 16 bytes, each as these write it. */
const dump = (bytes: Buffer, lineOf: (offset: number, part: Buffer) => string) =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, at) =>
    lineOf(16 * at, bytes.subarray(16 * at, 16 * at + 16)),
  ).join('\n')
const digits = (value: number, count: number) => value.toString(16).padStart(count, '0')
const shown = (part: Buffer) => part.toString('latin1').replace(/[^ -~]/g, '.')
const pairs = (part: Buffer, length: number) =>
  part.toString('hex').replace(new RegExp(`.{${length}}(?=.)`, 'g'), '$& ')

const writers: Record<string, (offset: number, part: Buffer) => string> = {
  'hexdump -C': (at, part) =>
    `${digits(at, 8)}  ${pairs(part.subarray(0, 8), 2)}  ${pairs(part.subarray(8), 2)}  |${shown(part)}|`,
  xxd: (at, part) => `${digits(at, 8)}: ${pairs(part, 4)}  ${shown(part)}`,
  'tcpdump -X': (at, part) => `\t0x${digits(at, 4)}:  ${pairs(part, 4)}  ${shown(part)}`,
  Wireshark: (at, part) => `${digits(at, 4)}  ${pairs(part, 2)}   ${shown(part)}`,
  'xxd -u': (at, part) => `${digits(at, 8)}: ${pairs(part, 4).toUpperCase()}  ${shown(part)}`,
  'hexdump with capitals': (at, part) =>
    `${digits(at, 8).toUpperCase()}  ${pairs(part, 2).toUpperCase()}  |${shown(part)}|`,
  Netty: (at, part) => `|${digits(at, 8)}| ${pairs(part, 2).padEnd(47)} |${shown(part).padEnd(16)}|`,
  'TLS of Java': (at, part) =>
    `${digits(at, 4).toUpperCase()}: ${pairs(part.subarray(0, 8), 2)}   ${pairs(part.subarray(8), 2)}  ${shown(part)}`,
  'openssl s_client': (at, part) =>
    `${digits(at, 4)} - ${pairs(part.subarray(0, 8), 2)}-${pairs(part.subarray(8), 2)}   ${shown(part)}`,
  'a log of a kernel': (at, part) => `[   12.345678] buf: ${digits(at, 8)}: ${pairs(part, 2)}  ${shown(part)}`,
}

describe('a dump of bytes whose lines cut words', () => {
  for (const [name, lineOf] of Object.entries(writers))
    it(`is told as ${name} writes it`, () => {
      const written = `# a file\n${dump(hidden, lineOf)}\n`
      expect(encodedProblemIn(written)?.reason).toBe('unsupported-format')
      expect(encodedProblemIn(dump(Buffer.from(signs), lineOf))?.reason).toBe('unsupported-format')
      expect(encodedProblemIn(`${'a line of text\n'.repeat(300)}${written}`)?.reason).toBe('unsupported-format')
    })

  it('is told where one line end alone is within a word, in which an identifier may be', () => {
    for (const lineOf of Object.values(writers))
      expect(encodedProblemIn(dump(Buffer.from('an user: a bob_w77, and an, ,,,,,'), lineOf))?.reason).toBe(
        'unsupported-format',
      )
  })

  it('is none where no line goes on in a word of the next', () => {
    for (const lineOf of Object.values(writers))
      expect(encodedProblemIn(dump(Buffer.from('bob_w77, alice\r\n'.repeat(9)), lineOf))).toBeUndefined()
  })

  it('is no table of numbers or of characters', () => {
    const row = (at: number) => `${4000 + 10 * at}  ${Array.from({ length: 16 }, (_, one) => 41 + one).join(' ')}`
    expect(encodedProblemIn(Array.from({ length: 40 }, (_, at) => row(at)).join('\n'))).toBeUndefined()
  })
})
