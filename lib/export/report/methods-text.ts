import type { Figures } from './figures.ts'
import { answersOf, plural } from './wording.ts'

/** Duties are apart only where no single person or machine holds both keys. */
export function signingText(keyProtection: Figures['keyProtection']): string {
  switch (keyProtection) {
    case 'kms':
      return 'Every step was signed when it was taken, by a key in AWS KMS that only the signing role may use, and the signatures stand in a log whose head is signed by another key under another role.'
    case 'key-file':
      return (
        'Every step was signed when it was taken, by a key in a file on the machine of the run, and the signatures stand in a log whose head is signed by another key there. ' +
        'Whoever had these files could sign anything with both: that a log was not rewritten is shown by checkpoints that somebody else kept, or by timestamps.'
      )
    case undefined:
      return 'Every step was signed when it was taken, and the signatures stand in a log whose head is signed by another key. Not every statement says what kept these keys.'
    default:
      return keyProtection satisfies never
  }
}

/** `methods-and-limitations.md`: what was done and what it cannot show, for a filing that quotes it. */
export function methodsText({ latest, keyProtection, limitations, otherLimitations }: Figures): string {
  const scans = latest.stores.flatMap(({ storeId, evidence }) => {
    const last = evidence?.scans.at(-1)?.model
    return last === undefined ? [] : [{ storeId, last }]
  })
  const forms = [...new Set(scans.flatMap(({ last }) => last.positiveControls.forms))].sort()
  return `# Methods and limitations

## Methods

1. Every object version of a store is listed, with its size, before it is scanned, and listed again after it. A version that is
   new in the second listing blocks \`verified\`.
2. Every version is read to its last byte and unpacked. What cannot be read or unpacked to its end is \`unverified\`, with the
   reason, and never clean. An approved exception says why that is known, what will become of it, who approved that and until when;
   no verdict follows from it, and one that had expired when the inventory began explains nothing.
3. Every batch also scans texts in which made-up identifiers were planted. A batch that misses one proves nothing.
4. A sample of every batch, drawn by a secret key, is read a second time by other means. Where the two readings disagree the batch proves
   nothing and the store is not \`verified\`.
5. After a custodian's answer everything is listed and read again. The verdict follows from that scan alone.
6. ${signingText(keyProtection)}
${answersOf(latest)
  .map((each) => `\n${each}\n`)
  .join('')}
## Controls of run ${latest.runId}

${scans.length === 0 ? 'No scan was attested.\n' : scans.map(({ storeId, last: { positiveControls: yes, negativeControls: no, secondOpinion: twice, builds = [] } }) => `- ${storeId}: ${yes.detected} of ${yes.planted} planted identifiers detected, ${plural(no.falseAlarms, 'false alarm')} in ${plural(no.planted, 'near miss', 'near misses')}; ${plural(twice.versions, 'reading')} of a sample repeated, ${plural(twice.mismatches, 'disagreement')}${builds.length === 0 ? '' : `; read by build ${builds.join(' and ')}`}.\n`).join('')}
Forms in which they were planted (container/context/shape):

${forms.length === 0 ? 'none\n' : forms.map((form) => `- ${form}\n`).join('')}
## Limitations

${limitations.map((each) => `- ${each}\n`).join('')}${otherLimitations.length === 0 ? '' : `\n## Limitations of other runs of this bundle\n\n${otherLimitations.map((each) => `- ${each}\n`).join('')}`}`
}
