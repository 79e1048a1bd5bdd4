import { bigEndian } from '../writers/words.ts'
/** Records of MessagePack: each text is the value `v` of a map. */
export function writeMsgpack(values: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => [Buffer.from([0x81, 0xa1, 0x76, 0xdb]), bigEndian(value.length), value]),
  )
}
