/**
 * Why the bytes of a file are hardly a salt and nothing else, as "a file that …", or undefined. What an editor or a shell put around a salt
 * or made of its characters would have every digest differ, so that nothing would be found.
 */
export function unlikelySalt(bytes: Buffer): string | undefined {
  if (byteOrderMarks.some((mark) => bytes.subarray(0, mark.length).equals(mark))) return 'begins with a byte order mark'
  const [last, before] = [bytes.at(-1), bytes.at(-2)]
  if (isLineEnd(last) || (last === 0 && isLineEnd(before))) return 'ends with a line end'
  const halves = [bytes.filter((_, at) => at % 2 === 0), bytes.filter((_, at) => at % 2 === 1)]
  if (halves[0]!.length === halves[1]!.length && halves.some(isNothing) && halves.some(isPrintable))
    return 'has text in UTF-16'
  let end = bytes.length
  while (end > 0 && [0x20, 0x09, 0].includes(bytes[end - 1]!)) end--
  if (end < bytes.length && isPrintable(bytes.subarray(0, end)))
    return 'has text that ends with a space, a tab or a NUL'
  return undefined
}

/** Of UTF-16, either byte order, and of UTF-8 (Unicode, section 23.8). */
const byteOrderMarks = [
  [0xfe, 0xff],
  [0xff, 0xfe],
  [0xef, 0xbb, 0xbf],
].map((mark) => Buffer.from(mark))

const isLineEnd = (byte: number | undefined) => byte === 0x0a || byte === 0x0d
const isNothing = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)
const isPrintable = (bytes: Uint8Array) => bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)
