import type { Checks } from '../inventory/coverage.ts'

/** What several batches show together. */
export function sumChecks(all: readonly Checks[]): Checks {
  const sum = (of: (checks: Checks) => number) => all.reduce((total, each) => total + of(each), 0)
  return {
    positiveControls: {
      planted: sum(({ positiveControls }) => positiveControls.planted),
      detected: sum(({ positiveControls }) => positiveControls.detected),
      forms: [...new Set(all.flatMap(({ positiveControls }) => positiveControls.forms))].toSorted(),
    },
    negativeControls: {
      planted: sum(({ negativeControls }) => negativeControls.planted),
      falseAlarms: sum(({ negativeControls }) => negativeControls.falseAlarms),
    },
    secondOpinion: {
      versions: sum(({ secondOpinion }) => secondOpinion.versions),
      bytes: sum(({ secondOpinion }) => secondOpinion.bytes),
      mismatches: sum(({ secondOpinion }) => secondOpinion.mismatches),
    },
  }
}
