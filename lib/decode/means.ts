import { crc32 as crc32OfNode } from 'node:zlib'
import { crc32 } from '../checksums/crc32.ts'

/**
 * With what is decoded: `fast`, the best that this machine has, or `plain`, Node's documented streams and TypeScript, which a
 * second opinion uses: a fault of the one is not a fault of the other. `hasSpareCore`: fast, and long streams in a second thread for as long as
 * it says that a core has nothing to do.
 */
export type Means = 'fast' | 'plain' | { readonly hasSpareCore: () => boolean }

/** The CRC-32 of what is decoded by these means. */
export const crc32By = (means: Means): typeof crc32 => (means === 'plain' ? crc32OfNode : crc32)
