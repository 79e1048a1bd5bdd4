/**
 * Where pixels that are coded in runs end (Microsoft, BI_RLE8 and BI_RLE4), behind the code for that; absent: there are more of them than the picture has, or it is cut off.
 */
export function runsEnd(
  bytes: Uint8Array,
  from: number,
  { width, height, bits }: { width: number; height: number; bits: number },
): number | undefined {
  let [x, y] = [0, 0]
  for (let at = from; at + 2 <= bytes.length; ) {
    const [count, code] = [bytes[at]!, bytes[at + 1]!]
    at += 2
    if (count > 0) x += count
    else if (code === 0) [x, y] = [0, y + 1]
    else if (code === 1) return at
    else if (code === 2) {
      x += bytes[at] ?? width + 1
      y += bytes[at + 1] ?? height + 1
      at += 2
    } else {
      x += code
      // As many bytes as there are pixels, and one where they are odd.
      at += 2 * Math.ceil((code * bits) / 16)
    }
    if (x > width || y > height || (y === height && x > 0)) return undefined
  }
  return undefined
}
