import type { Shape } from '../../manifest/identifier.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { base64Length, hexLength } from './digest-finders.ts'

/** What runs of characters are looked for: those of an index's shapes, and digests where it has hashed forms. */
export type SoughtShapes = readonly { shape: Shape | 'digest'; lengths: readonly number[] }[]

export function soughtShapes({ shapes, hashed }: Pick<SubjectIndex, 'shapes' | 'hashed'>): SoughtShapes {
  if (hashed === undefined) return shapes
  return [
    ...shapes,
    { shape: 'digest', lengths: hashed.lengths.flatMap((bytes) => [base64Length(bytes), hexLength(bytes)]) },
  ]
}
