import { bigEndian } from './words.ts'
import { lz4Literals } from './write-lz4.ts'
import { blocksOf, snappyLiterals } from './write-snappy.ts'

/** What a codec of Hadoop writes: of each block how many bytes it holds, how many are stored, and these. */
const hadoopWriter =
  (literals: (block: Uint8Array) => Buffer) =>
  (content: Uint8Array): Uint8Array =>
    Buffer.concat(
      blocksOf(content).flatMap((block) => {
        const body = literals(block)
        return [bigEndian(block.length, body.length), body]
      }),
    )

export const writeHadoopSnappy = hadoopWriter(snappyLiterals)
export const writeHadoopLz4 = hadoopWriter(lz4Literals)
