/** A tar (ustar) of one file, as `tar -cf` writes it but for times and owners. */
export function tarSample(document: Uint8Array): Buffer {
  const header = Buffer.alloc(512)
  header.write('sample', 0)
  header.write('0000644\0', 100)
  header.write('0000000\0'.repeat(2), 108)
  header.write(`${document.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        0', 148)
  header.write('ustar\x0000', 257)
  header.write('0000000\0'.repeat(2), 329)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((512 - (document.length % 512)) % 512)
  return Buffer.concat([header, document, padding, Buffer.alloc(1024)])
}
