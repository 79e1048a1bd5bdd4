import type * as z from 'zod/mini'
import { FormatInvalid } from '../errors.ts'

/**
 * Reads a document of the evidence: JSON in UTF-8, indented by one space, with a newline at its end. Any other form is
 * refused, so that no two readers can see two things in it (a key given twice, a number beyond a double).
 * @throws FormatInvalid naming every bad field, without its value.
 */
export function parseDocument<T>(bytes: Uint8Array, schema: z.ZodMiniType<T>, where: string): T {
  const parsed = schema.safeParse(parseJson(bytes, where))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.slice(0, 20).map(({ path, code }) => `${path.join('.') || 'top level'}: ${code}`)
  throw new FormatInvalid(`${where}: ${fields.join(', ')}`)
}

function parseJson(bytes: Uint8Array, where: string): unknown {
  let text: string
  let value: unknown
  let again: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
    again = `${JSON.stringify(value, null, 1)}\n`
  } catch {
    // The cause would quote the text.
    throw new FormatInvalid(`${where}: expected JSON in UTF-8, got other bytes`)
  }
  if (again !== text) throw new FormatInvalid(`${where}: expected JSON in the one form that is written, got another`)
  return value
}
