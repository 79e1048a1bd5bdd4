import { ProofInvalid } from '../../errors.ts'
import type { Filing } from '../read-filing.ts'
import { companionsOf, companionVersion } from '../report/companions.ts'
import type { Checked } from '../run-check.ts'
import { textOf } from '../text-of.ts'
import type { Layout } from './layout.ts'

/**
 * The files for people say what the evidence says, and the schemas what is accepted: they are those that we write for it. Files of another version cannot be
 * compared; `value` is false then, and whoever reads them has to know.
 */
export function checkCompanions(
  files: ReadonlyMap<string, Uint8Array>,
  layout: Layout,
  filing: Filing,
): Checked<boolean> {
  if (versionOf(layout) !== companionVersion) return { count: 0, value: false }
  const companions = companionsOf(filing)
  const besides = layout.schemas.find((path) => !companions.has(path))
  if (besides !== undefined) throw new ProofInvalid(`${besides}: expected no such schema, got one`)
  for (const [path, bytes] of companions)
    if (!Buffer.from(bytes).equals(files.get(path) ?? new Uint8Array()))
      throw new ProofInvalid(`${path}: expected what follows from the evidence, got other bytes`)
  return { count: companions.size, value: true }
}

/** The version that the instructions name; they are compared as a whole. */
export function versionOf(layout: Layout): number {
  const version = /^# Verifying this bundle \(instructions, version [12]; files for people, version (\d{1,6})\)\n/.exec(
    textOf(layout.instructions),
  )?.[1]
  if (version === undefined) throw new ProofInvalid('VERIFY.md: expected it to name its version, got another text')
  return Number(version)
}
