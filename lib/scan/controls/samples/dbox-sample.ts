/** A mailbox of Dovecot (mdbox) with one message. */
export function dboxSample(document: Uint8Array): Buffer {
  const size = document.length.toString(16).toUpperCase().padStart(16, '0')
  return Buffer.concat([
    Buffer.from(`2 M1e C6b0ca36c\n\x01\x02N          ${size}\n`),
    document,
    Buffer.from(`\n\x01\x03\nR6b0ca36c\nV${document.length.toString(16)}\nBINBOX\n\n`),
  ])
}
