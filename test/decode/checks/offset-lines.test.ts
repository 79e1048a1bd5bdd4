import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { requireTool } from '../../support/require-tool.ts'
import { encodedProblemIn } from './encoded-problem.ts'

const text = 'bob_w77,alice.smith,5696621 and more of it here and there, bob@example.org as well\n'

/** The first lines as these write them, of 16 bytes each. */
const written: Record<string, string> = {
  'od -c': `0000000   b   o   b   _   w   7   7   ,   a   l   i   c   e   .   s   m
0000020   i   t   h   ,   5   6   9   6   6   2   1       a   n   d  \\n
0000040
`,
  'od -a': `0000000   b   o   b   _   w   7   7   ,   a   l   i   c   e   .   s   m
0000020   i   t   h   ,   5   6   9   6   6   2   1  sp   a   n   d  nl
0000040
`,
  'od -b': `0000000 142 157 142 137 167 067 067 054 141 154 151 143 145 056 163 155
0000020 151 164 150 054 065 066 071 066 066 062 061 040 141 156 144 012
0000040
`,
  'od -x': `0000000 6f62 5f62 3777 2c37 6c61 6369 2e65 6d73
0000020 7469 2c68 3635 3639 3236 2031 6e61 0a64
0000040
`,
  hexdump: `0000000 6f62 5f62 3777 2c37 6c61 6369 2e65 6d73
0000010 7469 2c68 3635 3639 3236 2031 6e61 0a64
0000020
`,
  'xxd -b': `00000000: 01100010 01101111 01100010 01011111 01110111 00110111  bob_w7
00000006: 00110111 00101100 01100001 01101100 01101001 01100011  7,alic
0000000c: 01100101 00101110 01110011 01101101 01101001 01110100  e.smit
00000012: 01101000
`,
  'tcpdump -x': `10:00:00.000000 IP 10.0.0.1.514 > 10.0.0.2.514: SYSLOG user.info, length: 20
\t0x0000:  4500 0030 0001 0000 4011 66bb 0a00 0001
\t0x0010:  0a00 0002 0202 0202 001c 0000 3c31 343e
\t0x0020:  626f 625f 7737 3720 6c6f 6767 6564 2069
\t0x0030:  6e0a
10:00:01.000000 IP 10.0.0.1.514 > 10.0.0.2.514: SYSLOG user.info, length: 20
`,
}

/** Those that are cut within words twice, as programs make them. */
const commands = [
  'od -d',
  'od -Ax -td4',
  'od -tu8',
  'hexdump -d',
  'od -tx1',
  'od -Ax -tx4',
  'od -w32 -tx1',
  'xxd -c 32',
  'xxd -e',
  'hexdump -b',
  'hexdump -c',
  'od',
]

describe('a dump of bytes of which no form finds what is in it', () => {
  for (const [name, dump] of Object.entries(written))
    it(`is told as ${name} writes it`, () => {
      expect(encodedProblemIn(dump)?.reason).toBe('unsupported-format')
      expect(encodedProblemIn(`# what it is\r\n${dump.replaceAll('\n', '\r\n')}`)?.reason).toBe('unsupported-format')
    })

  for (const command of commands)
    it(`is told as ${command} writes it`, (context) => {
      const [tool = '', ...options] = command.split(' ')
      requireTool(context, tool)
      const dump = execFileSync(tool, options, { input: text.repeat(4), encoding: 'utf8' })
      expect(encodedProblemIn(dump)?.reason).toBe('unsupported-format')
    })

  it('is none as tcpdump -X writes it, with blanks as points, where no line cuts a word', () => {
    const dump = `\t0x0000:  4500 0030 0001 0000 4011 66bb 0a00 0001  E..0....@.f.....
\t0x0010:  0a00 0002 626f 625f 7737 3720 6c6f 6773  ....bob_w77.logs
\t0x0020:  2020 2069 6e20 6174 2031 302e 3030 2e0a  ...in.at.10.00..
\t0x0030:  0a\n`
    expect(encodedProblemIn(dump)).toBeUndefined()
    const cut = dump.replace('2020 2069', '6564 2069').replace('...in', 'ed.in')
    expect(encodedProblemIn(cut)?.detail).toContain('whose lines cut words')
  })

  it('is none of numbers, nor of pairs of digits whose lines cut no word', () => {
    const row = (at: number, cells: readonly string[]) => `${String(100_000 + 16 * at)} ${cells.join(' ')}\n`
    const rows = (cells: readonly string[]) => Array.from({ length: 9 }, (_, at) => row(at, cells)).join('')
    expect(encodedProblemIn(rows(Array.from({ length: 16 }, (_, at) => String(100 + at))))).toBeUndefined()
    expect(encodedProblemIn(rows(Array.from({ length: 16 }, (_, at) => String(at).padStart(3))))).toBeUndefined()
    expect(encodedProblemIn(rows(Array.from({ length: 8 }, (_, at) => String(20_000 + 731 * at))))).toBeUndefined()
    const whole = Buffer.from('bob_w77, alice\r\n').toString('hex').match(/../g)!.join(' ')
    const lines = Array.from({ length: 5 }, (_, at) => `${(16 * at).toString(8).padStart(7, '0')} ${whole}\n`)
    expect(encodedProblemIn(lines.join(''))).toBeUndefined()
  })
})
