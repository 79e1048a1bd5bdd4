import * as z from 'zod/mini'
import { FormatInvalid } from '../errors.ts'
import type { TimestampRef } from '../timestamp/kept-timestamp.ts'
import { parseDocument } from '../verdict/parse-document.ts'

/** Why a timestamp that was kept is not in a bundle: it is no timestamp, or it does not show that its authority saw the checkpoint. */
const reasons = ['unreadable', 'unproven'] as const
export type LeftOutTimestamp = TimestampRef & { reason: (typeof reasons)[number] }

const document = z.strictObject({
  schemaVersion: z.literal(1),
  leftOut: z
    .array(
      z.strictObject({
        size: z.int().check(z.minimum(1)),
        authority: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,31}$/)),
        reason: z.enum(reasons),
      }),
    )
    .check(z.minLength(1)),
})

/** `timestamps/left-out.json`: what whoever made the bundle says of timestamps that do not hold. It is not signed, and no verdict depends on it. */
export function formatLeftOut(leftOut: readonly LeftOutTimestamp[]): string {
  const sorted = leftOut.toSorted(inOrder).map(({ size, authority, reason }) => ({ size, authority, reason }))
  return `${JSON.stringify({ schemaVersion: 1, leftOut: sorted }, null, 1)}\n`
}

/** @throws FormatInvalid for anything that `formatLeftOut` does not write */
export function parseLeftOut(bytes: Uint8Array): LeftOutTimestamp[] {
  const { leftOut } = parseDocument(bytes, document, 'timestamps left out')
  if (formatLeftOut(leftOut) !== Buffer.from(bytes).toString('utf8'))
    throw new FormatInvalid('timestamps left out: expected them in order, got another')
  return leftOut
}

const inOrder = (a: TimestampRef, b: TimestampRef) => a.size - b.size || (a.authority < b.authority ? -1 : 1)
