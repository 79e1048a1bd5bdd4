import { type Crc64, crc64 } from '../crc64.ts'

/** The checksum of Redis (crc64.c): Jones' polynomial, reflected. */
export const redisChecksum = (): Crc64 => crc64(0x95ac9329ac4bc9b5n)
