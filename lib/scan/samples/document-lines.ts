/** The lines of a document, as values of a table; a line feed at its end begins no further one. */
export function linesOfDocument(document: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0; from < document.length; ) {
    const found = document.indexOf(10, from)
    const to = found < 0 ? document.length : found
    lines.push(document.subarray(from, to))
    from = to + 1
  }
  return lines
}
