import { encodedCheck } from '../../../lib/decode/checks/encoded-check.ts'

/** What the check of encoded text says of a text that comes in pieces of `length` bytes. */
export function encodedProblemIn(text: string, length = text.length) {
  const check = encodedCheck()
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += length) check.write(bytes.subarray(at, at + length))
  check.end()
  return check.problem()
}
