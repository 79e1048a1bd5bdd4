const mostBits = 16

/** A `.Z` file as `compress` writes it, without ever emptying the dictionary. */
export function writeCompress(content: Uint8Array): Uint8Array {
  const codes = codesOf(content)
  const bytes: number[] = [0x1f, 0x9d, mostBits]
  let held = 0
  let heldBits = 0
  const write = (code: number, bits: number) => {
    held |= code << heldBits
    for (heldBits += bits; heldBits >= 8; heldBits -= 8) {
      bytes.push(held & 0xff)
      held >>>= 8
    }
  }
  let bits = 9
  let free = 256
  let inGroup = 0
  for (const [index, code] of codes.entries()) {
    if (bits < mostBits && free > (1 << bits) - 1) {
      for (; inGroup % 8 !== 0; inGroup++) write(0, bits)
      bits += 1
    }
    write(code, bits)
    inGroup += 1
    // The reader makes an entry with every code but the first.
    if (index > 0) free += 1
  }
  if (heldBits > 0) bytes.push(held)
  return Uint8Array.from(bytes)
}

function codesOf(content: Uint8Array): number[] {
  const entries = new Map<number, number>()
  const codes: number[] = []
  let code = -1
  for (const byte of content) {
    if (code < 0) {
      code = byte
      continue
    }
    const key = code * 256 + byte
    const longer = entries.get(key)
    if (longer !== undefined) {
      code = longer
      continue
    }
    codes.push(code)
    if (entries.size < 2 ** mostBits - 256) entries.set(key, 256 + entries.size)
    code = byte
  }
  if (code >= 0) codes.push(code)
  return codes
}
