import type { Catcher, Retrier } from './machine.ts'
import {
  type Fields,
  readFields,
  readInteger,
  readList,
  readNumber,
  readOneOf,
  readText,
  unexpected,
} from './read-fields.ts'
import { readAssignAndOutput } from './read-leaving.ts'

/** Retriers in order; the first that matches an error counts its attempts. @throws MachineUnsupported */
export function loadRetry(where: string, value: unknown): Retrier[] {
  if (value === undefined) return []
  return readList(where, { Retry: value }, 'Retry').map((definition, i) => {
    const place = `${where}: Retry[${i}]`
    const fields = readFields(place, definition, [
      'ErrorEquals',
      'IntervalSeconds',
      'MaxAttempts',
      'BackoffRate',
      'MaxDelaySeconds',
      'JitterStrategy',
    ])
    return {
      errorEquals: readErrorNames(place, fields),
      intervalSeconds: readInteger(place, fields, 'IntervalSeconds', 1, 1),
      maxAttempts: readInteger(place, fields, 'MaxAttempts', 0, 3),
      backoffRate: readNumber(place, fields, 'BackoffRate', 1, 2),
      maxDelaySeconds: readInteger(place, fields, 'MaxDelaySeconds', 1, Number.POSITIVE_INFINITY),
      jitter:
        fields.JitterStrategy === undefined ? 'NONE' : readOneOf(place, fields, 'JitterStrategy', ['FULL', 'NONE']),
    }
  })
}

/** Catchers in order; the first that matches an error takes it. @throws MachineUnsupported */
export function loadCatch(where: string, value: unknown): Catcher[] {
  if (value === undefined) return []
  return readList(where, { Catch: value }, 'Catch').map((definition, i) => {
    const place = `${where}: Catch[${i}]`
    const fields = readFields(place, definition, ['ErrorEquals', 'Next', 'Assign', 'Output'])
    return {
      errorEquals: readErrorNames(place, fields),
      next: readText(place, fields, 'Next'),
      ...readAssignAndOutput(place, fields),
    }
  })
}

function readErrorNames(where: string, fields: Fields): string[] {
  return readList(where, fields, 'ErrorEquals').map((name) => {
    if (typeof name !== 'string') throw unexpected(where, 'ErrorEquals', 'names', name)
    return name
  })
}
