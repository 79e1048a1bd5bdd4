/** A vCard whose lines are those of this document, each folded in the middle, or at its beginning if that is blank. */
export function writeFolded(document: Uint8Array): Buffer {
  const fold = (line: string) => {
    const at = /^[^ \t]/.test(line) ? line.length >> 1 : 0
    return `${line.slice(0, at)}\r\n ${line.slice(at)}\r\n`
  }
  const lines = Buffer.from(document).toString('latin1').replace(/\n$/, '').split('\n')
  return Buffer.from(`BEGIN:VCARD\r\n${lines.map(fold).join('')}END:VCARD\r\n`, 'latin1')
}

/** A file of RCS that goes on like this document. */
export function writeDoubledAt(document: Uint8Array): Buffer {
  const text = Buffer.from(document).toString('latin1').replaceAll('@', '@@')
  return Buffer.from(`head\t1.1; access;\n${text}`, 'latin1')
}

/** A file in what `git fast-export` writes. */
export const writeGitExport = (document: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`blob\nmark :1\ndata ${document.length}\n`), document, Buffer.from('\n')])

/** A dump of a database in which each line of this document is a value, with an escape for the byte in its middle. */
export function writeEscapedBytes(document: Uint8Array): Buffer {
  const escaped = (text: string) =>
    Array.from(text, (byte) => `\\${byte.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
  const value = (line: string) => {
    const at = line.length >> 1
    const [before, behind] = [line.slice(0, at), line.slice(at + 1)].map((text) =>
      text.replace(/[^\x20-\x7e]|\\/g, escaped),
    )
    return ` ${before}${escaped(line.slice(at, at + 1))}${behind}\n`
  }
  const lines = Buffer.from(document).toString('latin1').replace(/\n$/, '').split('\n')
  return Buffer.from(`VERSION=3\nformat=print\ntype=hash\nHEADER=END\n${lines.map(value).join('')}DATA=END\n`, 'latin1')
}

/** A text of Ion that goes on like this document. */
export function writeIon(document: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('$ion_1_0 '), document])
}

/** A log of a container of which each line of this document is a message in two pieces. */
export function writeCutLines(document: Uint8Array): Buffer {
  const lines = Buffer.from(document).toString('latin1').replace(/\n$/, '').split('\n')
  const piece = (tag: string, text: string) => `2026-11-27T12:00:00.000000000Z stdout ${tag} ${text}\n`
  const cut = (line: string) => piece('P', line.slice(0, line.length >> 1)) + piece('F', line.slice(line.length >> 1))
  return Buffer.from(lines.map(cut).join(''), 'latin1')
}

/** The table of Hive that has the fields of this document, which is CSV and may end within a line. */
export function writeSeparated(document: Uint8Array): Buffer {
  return Buffer.from(`${Buffer.from(document).toString('latin1')},\n`.replaceAll(',', '\x01'), 'latin1')
}
