/** A page of XML whose lines are those of this document. What no element holds is a text of its own. */
export function writeXml(document: Uint8Array): Buffer {
  const text = Buffer.from(document).toString('latin1').replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return Buffer.from(
    `<?xml version="1.0"?><lines><line>${text.split('\n').join('</line><line>')}</line></lines>`,
    'latin1',
  )
}
