/** A cpio archive (newc) of one file. */
export function cpioSample(document: Uint8Array): Buffer {
  const member = (name: string, data: Uint8Array): Buffer => {
    const numbers = [1, 0o100644, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0]
    const header = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}${name}\0`
    return Buffer.concat([padded(Buffer.from(header)), padded(data)])
  }
  return Buffer.concat([member('sample', document), member('TRAILER!!!', Buffer.alloc(0))])
}

const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
