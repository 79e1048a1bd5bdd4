import { deflateSync } from 'node:zlib'

const bytesOf = (text: string | Uint8Array) =>
  typeof text === 'string' ? Buffer.from(text, 'latin1') : Buffer.from(text)

export const object = (number: number, text: string | Uint8Array) =>
  Buffer.concat([bytesOf(`${number} 0 obj\n`), bytesOf(text), bytesOf('\nendobj\n')])

/** A stream as it is, with what its dictionary has. */
export const stream = (number: number, data: string | Uint8Array, dict = '') =>
  object(number, Buffer.concat([bytesOf(`<< ${dict} >>\nstream\n`), bytesOf(data), bytesOf('\nendstream')]))

export const deflated = (number: number, data: string | Uint8Array, dict = '') =>
  stream(number, deflateSync(bytesOf(data)), `/Filter /FlateDecode ${dict}`)

/** A PDF of these objects, of which the first is the catalog. */
export const pdfOf = (...objects: Uint8Array[]) =>
  Buffer.concat([bytesOf('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'), ...objects, bytesOf('trailer\n<< /Root 1 0 R >>\n%%EOF\n')])

/** A page in object 3 whose content is object 4 with these operators, and whose fonts are named like this. */
export const pageOf = (operators: string, fonts: string, ...others: Uint8Array[]) =>
  pdfOf(
    object(1, '<< /Type /Catalog /Pages 2 0 R >>'),
    object(2, `<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << ${fonts} >> >> >>`),
    object(3, '<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>'),
    deflated(4, operators),
    ...others,
  )
