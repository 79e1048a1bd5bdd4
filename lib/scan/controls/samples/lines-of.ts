/** The lines of a document without their ends; what follows the last one is a line unless it is empty. */
export function linesOf(document: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0; from < document.length; ) {
    const end = document.indexOf(10, from)
    const to = end === -1 ? document.length : end
    lines.push(document.subarray(from, to))
    from = to + 1
  }
  return lines
}
