/**
 * Decompresses the elements of a snappy block from `at` to `end` into exactly `size` bytes from `output` on. False: the block is not
 * valid, or does not hold as many.
 */
export function unsnap(at: usize, end: usize, output: usize, size: usize): bool {
  const outputEnd = output + size
  let to = output
  while (at < end) {
    const tag = <u32>load<u8>(at++)
    const kind = tag & 3
    if (kind == 0) {
      let length = <usize>(tag >> 2) + 1
      if (length > 60) {
        const bytes = length - 60
        if (bytes > end - at) return false
        length = (<usize>load<u32>(at) & (0xffffffff >> (32 - 8 * <u32>bytes))) + 1
        // 2^32 does not fit, and neither does such a literal.
        if (length == 0) return false
        at += bytes
      }
      if (length > end - at || length > outputEnd - to) return false
      if (length > 256) memory.copy(to, at, length)
      else for (let done: usize = 0; done < length; done += 16) v128.store(to + done, v128.load(at + done))
      at += length
      to += length
      continue
    }
    let length: usize
    let distance: usize
    if (kind == 1) {
      if (at >= end) return false
      length = ((tag >> 2) & 7) + 4
      distance = ((tag >> 5) << 8) | load<u8>(at)
      at += 1
    } else {
      const bytes: usize = kind == 2 ? 2 : 4
      if (bytes > end - at) return false
      length = (tag >> 2) + 1
      distance = kind == 2 ? <usize>load<u16>(at) : <usize>load<u32>(at)
      at += bytes
    }
    if (distance == 0 || distance > to - output || length > outputEnd - to) return false
    const from = to - distance
    if (distance >= 16) for (let done: usize = 0; done < length; done += 16) v128.store(to + done, v128.load(from + done))
    else if (distance >= 8) for (let done: usize = 0; done < length; done += 8) store<u64>(to + done, load<u64>(from + done))
    else for (let done: usize = 0; done < length; done++) store<u8>(to + done, load<u8>(from + done))
    to += length
  }
  return to == outputEnd
}
