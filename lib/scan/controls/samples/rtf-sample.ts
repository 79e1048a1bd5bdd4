/** A document of RTF whose paragraphs are the lines of this one. */
export function writeRtf(document: Uint8Array): Buffer {
  const text = Buffer.from(document)
    .toString()
    .replace(/[\\{}]/g, '\\$&')
    .replace(/[^\0-\x7f]/g, (character) =>
      Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at)}?`).join(''),
    )
  return Buffer.from(`{\\rtf1\\ansi ${text.split('\n').join('\\par ')}}`)
}
