/** Records of MessagePack: each text is the value `v` of a map. */
export function writeMsgpack(values: readonly Uint8Array[]): Buffer {
  return Buffer.concat(values.flatMap((value) => [Buffer.from([0x81, 0xa1, 0x76, 0xdb]), lengthOf(value), value]))
}

function lengthOf(value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value.length)
  return bytes
}
