import type { Decoding } from '../../decoding.ts'
import { rowWriter } from '../row-writer.ts'
import type { SqliteHeader } from './header.ts'

/** Delivers the numbers of headers as `header`, with and without a sign: applications keep their own in some of them. */
export async function writeHeaderNumbers(
  headers: readonly Pick<SqliteHeader, 'numbers'>[],
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const out = rowWriter([...path, 'header'], decoding)
  for (const { numbers } of headers)
    for (const number of numbers) {
      out.ascii(String(number))
      out.ascii(String(number | 0))
      await out.endRow()
    }
  await out.end()
}
