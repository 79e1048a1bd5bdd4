/** An ar archive of one file, in the common format. */
export function arSample(document: Uint8Array): Buffer {
  const fields = [
    ['sample/', 16],
    ['0', 12],
    ['0', 6],
    ['0', 6],
    ['100644', 8],
    [String(document.length), 10],
  ] as const
  const header = `!<arch>\n${fields.map(([text, length]) => text.padEnd(length)).join('')}\`\n`
  return Buffer.concat([Buffer.from(header), document, Buffer.from(document.length % 2 === 1 ? '\n' : '')])
}
