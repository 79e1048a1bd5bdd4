import { IndexInvalid } from '../errors.ts'
import type { Shape } from '../manifest/identifier.ts'
import { controlLengths, syntheticIdentifier } from './control-identifiers.ts'

export const controlsPerShape = 4

/** A synthetic identifier that is an entry of the index, and its keyed digest. */
export type PlantedControl = { shape: Shape; text: string; digest: Uint32Array }

/**
 * Draws controls for every shape that occurs. `plant` adds one to the entries and returns its digest, or returns nothing
 * when the manifest has it.
 * @throws IndexInvalid when a shape has no room for them
 */
export function plantControls(
  shapes: readonly { shape: Shape; lengths: readonly number[] }[],
  random: (bytes: number) => Uint8Array,
  plant: (shape: Shape, text: string) => Uint32Array | undefined,
): PlantedControl[] {
  return shapes.flatMap(({ shape, lengths }) => {
    const planted: PlantedControl[] = []
    for (const length of controlLengths(lengths)) {
      if (planted.length === controlsPerShape) break
      const text = syntheticIdentifier(shape, length, random)
      const digest = text === undefined ? undefined : plant(shape, text)
      if (text !== undefined && digest !== undefined) planted.push({ shape, text, digest })
    }
    if (planted.length < controlsPerShape)
      throw new IndexInvalid(`subject index: controls: expected ${controlsPerShape} ${shape}`)
    return planted
  })
}
