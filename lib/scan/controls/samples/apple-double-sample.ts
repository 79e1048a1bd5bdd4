/** What macOS keeps beside a file, without attributes: a resource fork alone. */
export function appleDoubleSample(document: Uint8Array): Buffer {
  const head = Buffer.alloc(82)
  head.write('\0\x05\x16\x07\0\x02\0\0Mac OS X        \0\x02\0\0\0\x09\0\0\0\x32', 'latin1')
  for (const [at, number] of [
    [34, 32],
    [38, 2],
    [42, head.length],
    [46, document.length],
  ] as const)
    head.writeUInt32BE(number, at)
  return Buffer.concat([head, document])
}
