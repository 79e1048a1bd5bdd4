/** A message with one attachment in base64, which is this document. */
export function writeMail(document: Uint8Array): Buffer {
  const encoded = Buffer.from(document).toString('base64').replace(/.{76}/g, '$&\r\n')
  return Buffer.from(
    'Received: by example.net\r\nSubject: a copy\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="edge"\r\n\r\n' +
      '--edge\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
      `${encoded}\r\n--edge--\r\n`,
  )
}
