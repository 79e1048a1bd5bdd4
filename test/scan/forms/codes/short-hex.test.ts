import { describe, expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

const encoded = (text: string) => Buffer.from(text).toString('hex')

describe('identifiers of four characters and five that are all of a value in hexadecimal digits', () => {
  it.each(['bobw', 'bob_7', '56966', '1234', 'a@b.c', 'a.b-c'])('finds %s where databases write it', (identifier) => {
    const digits = encoded(identifier)
    expectFound(identifier, `INSERT INTO user VALUES (1,0x${digits.toUpperCase()},0x61);`, 29)
    expectFound(identifier, `1\t\\x${digits}\t2\n`, 4)
    expectFound(identifier, `1\t\\\\x${digits}\n`, 5)
    expectFound(identifier, `{"id":"\\\\x${digits}"}`, 10)
    expectFound(identifier, `INSERT INTO t VALUES(1,X'${digits}');`, 25)
    expectFound(identifier, `VALUES(x'${digits.toUpperCase()}',2)`, 9)
    expectFound(identifier, `0x${digits}`, 2)
  })

  it.each([
    { name: 'without a mark', text: `id ${encoded('bobw')} and '${encoded('bobw')}'` },
    { name: 'before further digits', text: `0x${encoded('bobw')}1 0x${encoded('bobw')}00ff` },
    { name: 'behind further digits', text: `10x${encoded('bobw')}` },
    { name: 'beside a letter', text: `0x${encoded('bobw')}g` },
    { name: 'in quotes that do not end', text: `X'${encoded('bobw')}"` },
    { name: 'with something else in the value', text: `0x${encoded('bobw ')} \\x${encoded(' bobw')}` },
  ])('finds none $name', ({ text }) => {
    for (const looking of ['kernel', 'plain'] as const)
      for (const size of [1, 7, 5000]) expect(find('bobw', text, looking, size)).toStrictEqual([])
  })

  it('finds none of three characters, which colours are', () => {
    for (const looking of ['kernel', 'plain'] as const)
      expect(find('bob', `0x${encoded('bob')}`, looking, 5000)).toStrictEqual([])
  })
})
